"""Writes the provider's `sdk_data` from the installed botocore: `python -m tests.provider.sdk_data`.

To be run when botocore's pin changes; a test tells when the files are out of date.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from botocore.loaders import Loader

from chime_proxy_provider.aws.sdk_session import SDK_DATA

_SERVICE = "chime-sdk-voice"
_WHOLE = ("_retry", "sdk-default-configuration")


def sdk_data() -> dict[Path, str]:
    """The text of each file, by its path within the folder."""
    loader = Loader()
    model = loader.load_service_model(_SERVICE, "service-2")
    folder = Path(_SERVICE, loader.determine_latest_version(_SERVICE, "service-2"))
    prefix = model["metadata"]["endpointPrefix"]
    return {
        folder / "service-2.json": _text(_trimmed_model(model)),
        Path("endpoints.json"): _text(_trimmed_endpoints(loader.load_data("endpoints"), prefix)),
        **{Path(f"{name}.json"): _text(loader.load_data(name)) for name in _WHOLE},
    }


def _trimmed_model(model: Mapping[str, Any]) -> Mapping[str, Any]:
    operations = {name: o for name, o in model["operations"].items() if "Proxy" in name}
    shapes = model["shapes"]
    needed = set(_reachable(operations, shapes, set()))
    kept = {name: shape for name, shape in shapes.items() if name in needed}
    trimmed: Mapping[str, Any] = _undocumented({**model, "operations": operations, "shapes": kept})
    return trimmed


def _reachable(value: Any, shapes: Mapping[str, Any], seen: set[str]) -> Iterator[str]:
    """The names of the shapes that a part of the model refers to, and of those that they do."""
    if not isinstance(value, Mapping):
        parts = value if isinstance(value, list) else []
    else:
        parts = list(value.values())
        name = value.get("shape")
        if isinstance(name, str) and name not in seen:
            seen.add(name)
            yield name
            parts.append(shapes[name])
    for part in parts:
        yield from _reachable(part, shapes, seen)


def _undocumented(value: Any) -> Any:
    match value:
        case Mapping():
            kept = {k: v for k, v in value.items() if not _is_documentation(k, v)}
            return {k: _undocumented(v) for k, v in kept.items()}
        case list():
            return [_undocumented(item) for item in value]
    return value


def _is_documentation(name: str, value: object) -> bool:
    return name == "documentation" and isinstance(value, str)


def _trimmed_endpoints(endpoints: Mapping[str, Any], prefix: str) -> Mapping[str, Any]:
    partitions = [
        {**partition, "services": {k: v for k, v in partition["services"].items() if k == prefix}}
        for partition in endpoints["partitions"]
    ]
    return {**endpoints, "partitions": partitions}


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=1) + "\n"


if __name__ == "__main__":
    for path, text in sdk_data().items():
        (SDK_DATA / path).parent.mkdir(parents=True, exist_ok=True)
        (SDK_DATA / path).write_text(text, encoding="utf-8")
