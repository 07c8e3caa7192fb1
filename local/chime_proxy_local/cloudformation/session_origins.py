"""The stacks that proxy sessions belong to."""

from chime_proxy_local.cloudformation.place import resources


def session_origins() -> dict[str, str]:
    """Return the place of every session in its stack, by physical id."""
    return {one.physical_id: one.place for one in resources("Custom::ChimeProxySession")}
