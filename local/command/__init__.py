"""`make local`: starts the cloud, deploys the app, takes both down."""
