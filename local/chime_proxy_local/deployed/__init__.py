"""Finds the proxy-session services that stacks have deployed on the local cloud."""
