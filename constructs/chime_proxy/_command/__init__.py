"""The command `chime-proxy`."""
