"""The proxy-session service as a construct: table, function and API."""
