"""The events of a service: the function's permission to send them, and where to."""

from aws_cdk import aws_events, aws_iam


def event_statements(bus: aws_events.IEventBus | None) -> list[aws_iam.PolicyStatement]:
    """Allow events on a bus; nothing without one."""
    if bus is None:
        return []
    return [aws_iam.PolicyStatement(actions=["events:PutEvents"], resources=[bus.event_bus_arn])]


def event_environment(bus: aws_events.IEventBus | None) -> dict[str, str]:
    """Return the variable that names a bus; none without one."""
    # Its name alone would be that of a bus in the function's account.
    return {} if bus is None else {"EVENT_BUS_NAME": bus.event_bus_arn}
