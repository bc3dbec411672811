"""The AI services as data: hosts, endpoints, error shapes, tenants, accounts, and what makes one table of them."""
