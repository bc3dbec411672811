"""The parent process: binds, spawns, restarts, reloads, drains; alone reads files and holds the CA key."""
