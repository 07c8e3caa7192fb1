"""Describes a public class by its docstrings and signatures."""

from collections.abc import Iterator
from typing import Any

import griffe
from tools.reference.annotation import public_type, target, unpacked

# Every construct has them, and the page says so once.
_PLACE = frozenset({"scope", "construct_id"})
_STARS = {
    griffe.ParameterKind.var_positional: "*",
    griffe.ParameterKind.var_keyword: "**",
}


def section(public: griffe.Class) -> str:
    """Return the section of a class."""
    members = {**public.inherited_members, **public.members}
    shown = [target(member) for name, member in members.items() if not name.startswith("_")]
    return "\n".join(
        [
            f"### `{public.name}`\n",
            *_docstring(public, "Props"),
            *_list("Values", [_value(one) for one in shown if _is_value(public, one)]),
            *_list("Attributes", [_property(one) for one in shown if "property" in one.labels]),
            *(line for one in shown if one.is_function for line in _method(public, one)),
        ]
    )


def _docstring(item: Any, heading: str) -> Iterator[str]:
    for part in item.docstring.parsed if item.docstring else []:
        match part.kind:
            case griffe.DocstringSectionKind.text:
                yield f"{part.value}\n"
            case griffe.DocstringSectionKind.parameters:
                described = [one for one in part.value if one.name not in _PLACE]
                yield from _list(heading, [_parameter(item, one) for one in described])
            case griffe.DocstringSectionKind.raises:
                yield from _list("Raises", [_error(one) for one in part.value])


def _list(heading: str, items: list[str]) -> Iterator[str]:
    if items:
        yield f"{heading}:\n"
        yield from (f"- {item}" for item in items)
        yield ""


def _parameter(item: Any, described: griffe.DocstringParameter) -> str:
    stars = _stars(item, described.name)
    annotation = described.annotation or unpacked(item).get(described.name)
    kind = "" if stars == "**" else f" (`{public_type(item, annotation)}`)"
    meaning, _, default = _line(described.description).partition(" Default: ")
    needed = "" if default or described.default is not None or stars else ", required"
    rest = f" *Default:* {default}" if default else ""
    return f"`{stars}{described.name}`{kind}{needed}: {meaning}{rest}"


def _stars(item: Any, name: str) -> str:
    stars = {str(one.name).lstrip("*"): _STARS.get(one.kind, "") for one in item.parameters}
    return stars.get(name, "")


def _error(described: griffe.DocstringRaise) -> str:
    return f"`{described.annotation}`: {_line(described.description)}"


def _is_value(public: griffe.Class, member: Any) -> bool:
    return member.is_attribute and any(str(base) == "StrEnum" for base in public.bases)


def _value(member: Any) -> str:
    return f"`{member.name}`, `{member.value}`{_meaning(member)}"


def _property(member: Any) -> str:
    return f"`{member.name}` (`{public_type(member, member.annotation)}`){_meaning(member)}"


def _meaning(member: Any) -> str:
    return f": {_line(member.docstring.value)}" if member.docstring else ""


def _method(public: griffe.Class, method: Any) -> Iterator[str]:
    owner = public.name if method.labels & {"classmethod", "staticmethod"} else ""
    arguments = ", ".join(_argument(one) for one in method.parameters if _is_given(one))
    returns = public_type(method, method.returns)
    yield f"#### `{method.name}`\n"
    yield f"`{owner}.{method.name}({arguments})`\n"
    yield from _docstring(method, "Arguments")
    if returns != "None":
        yield f"Returns `{public.name if returns == 'Self' else returns}`.\n"


def _is_given(parameter: griffe.Parameter) -> bool:
    return parameter.name not in ("self", "cls")


def _argument(parameter: griffe.Parameter) -> str:
    name = str(parameter.name).lstrip("*")
    if parameter.kind in _STARS:
        return f"{_STARS[parameter.kind]}{name}"
    by_name = parameter.kind is griffe.ParameterKind.keyword_only or parameter.default is not None
    return f"{name}=…" if by_name else name


def _line(text: str) -> str:
    return " ".join(text.split())
