"""Stores of sessions and configurations."""
