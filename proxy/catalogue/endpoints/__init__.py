"""The catalogue of AI services, as YAML: one file a vendor or family. How to add a service stands in families.yaml."""
