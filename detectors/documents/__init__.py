"""Files in, their text and labels out: bounded in bytes, depth, members and time, with no process but our own."""
