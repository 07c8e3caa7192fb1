"""The custom resource's handler: what runs in Lambda and answers CloudFormation."""
