"""Compares the sessions that stacks declare with those that exist."""
