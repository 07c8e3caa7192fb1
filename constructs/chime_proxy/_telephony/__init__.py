"""Adapters that connect the calls and texts of a service, as constructs."""
