"""CloudFormation's rules, added to ministack."""
