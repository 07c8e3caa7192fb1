"""Reads the sessions of deployed stacks."""
