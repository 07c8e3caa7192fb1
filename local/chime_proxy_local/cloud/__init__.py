"""The process of the local cloud."""
