"""The app that the workflow deploys."""

import aws_cdk as cdk

from rides import declare_rides

app = cdk.App()
declare_rides(app)
app.synth()
