"""`chime-proxy local`: starts the cloud, switches its faults, takes it down."""
