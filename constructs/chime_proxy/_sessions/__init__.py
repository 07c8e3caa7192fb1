"""Lists the sessions of deployed stacks."""
