"""The audit trail: records, their canonical form, their files."""
