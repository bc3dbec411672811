"""Who sends: what a client shows at the door in, a subject with its groups out."""
