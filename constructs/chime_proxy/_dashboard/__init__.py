"""A CloudWatch dashboard of a provider, of a service, or of both."""
