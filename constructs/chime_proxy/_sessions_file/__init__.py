"""Sessions declared in a YAML file."""
