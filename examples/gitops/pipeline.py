"""A pipeline in AWS that deploys the sessions, and itself, whenever the main branch changes."""

import aws_cdk as cdk
from aws_cdk import pipelines
from constructs import Construct

from rides import declare_rides

ENVIRONMENT = cdk.Environment(account="123456789012", region="us-east-1")
REPOSITORY = "example/rides"
CONNECTION = (
    "arn:aws:codeconnections:us-east-1:123456789012:connection/11111111-2222-3333-4444-555555555555"
)


class Rides(cdk.Stage):
    """All stacks of sessions, deployed together."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id, env=ENVIRONMENT)
        declare_rides(self)


app = cdk.App()
stack = cdk.Stack(app, "RidesPipeline", env=ENVIRONMENT)
source = pipelines.CodePipelineSource.connection(REPOSITORY, "main", connection_arn=CONNECTION)
synth = pipelines.ShellStep(
    "Synth",
    input=source,
    install_commands=["pip install -r requirements.txt", "npm install"],
    commands=["npx cdk synth --quiet --app 'python pipeline.py'"],
)
pipeline = pipelines.CodePipeline(stack, "Pipeline", synth=synth)
pipeline.add_stage(Rides(app, "Production"))
app.synth()
