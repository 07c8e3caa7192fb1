"""A CDK app with one custom resource and its function, and nothing of this project."""

import aws_cdk as cdk
from aws_cdk import aws_lambda

app = cdk.App()
stack = cdk.Stack(app, "Bare")
function = aws_lambda.Function(
    stack,
    "Function",
    code=aws_lambda.Code.from_inline("def handler(event, context): ..."),
    handler="index.handler",
    runtime=aws_lambda.Runtime.PYTHON_3_14,
)
cdk.CustomResource(stack, "Session", service_token=function.function_arn)
app.synth()
