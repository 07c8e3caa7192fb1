"""The constructs of the two resource types."""
