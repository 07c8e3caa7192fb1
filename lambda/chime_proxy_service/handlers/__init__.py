"""The service's Lambda functions."""
