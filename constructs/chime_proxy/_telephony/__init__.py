"""Adapters as constructs: they connect the calls and texts of a service."""
