"""Evidence: what a finding was, sealed so that two reviewers together can read it, and nobody else."""
