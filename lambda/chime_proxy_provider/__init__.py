"""The custom resource provider: the Lambda function for CloudFormation's events."""
