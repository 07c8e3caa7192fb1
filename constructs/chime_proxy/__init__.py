"""Masked phone sessions as infrastructure."""
