"""Real calls through Asterisk: `make calls`."""
