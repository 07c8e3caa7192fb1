"""The resources that a stack declares."""
