"""CloudFormation's contract: the event, the answer, and how crhelper frames them."""
