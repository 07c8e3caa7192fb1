"""The stacks that proxy sessions belong to."""

from chime_proxy_local.cloudformation.place import resources
from chime_proxy_local.console.title import Origin


def session_origins() -> dict[str, Origin]:
    """Return the origin of every session in a stack, by physical id."""
    return {
        one.physical_id: Origin(stack=one.stack, logical_id=one.logical_id, place=one.place)
        for one in resources("Custom::ChimeProxySession")
    }
