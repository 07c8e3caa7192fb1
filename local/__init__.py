"""The local cloud: CloudFormation, Lambda, IAM and proxy sessions on this machine alone."""
