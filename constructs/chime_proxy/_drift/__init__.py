"""Compares the sessions of deployed stacks with the API's."""
