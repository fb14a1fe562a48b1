"""A part of a file in its shape: pydantic finds what is wrong, this says where it is and what is allowed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from panel.errors import Problem

Loc = tuple[str | int, ...]
"""Where a value stands: keys and list positions from the top of the file."""


class Shape(BaseModel):
    """A table of a file: no other keys, no conversions, no empty text."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, str_min_length=1, str_strip_whitespace=True
    )


S = TypeVar("S", bound=Shape)


@dataclass(frozen=True, slots=True)
class Findings:
    """The faults found so far, each with its key as one finds it in the file."""

    source: str
    data: Mapping[str, Any]
    problems: list[Problem] = field(default_factory=list)

    def add(self, loc: Loc, value: object, remedy: str) -> None:
        """Note a fault."""
        self.problems.append(Problem(f"{self.source}: {self._key(loc)}", _shown(value), remedy))

    def check(self, right: bool, loc: Loc, value: object, remedy: str) -> None:
        """Note a fault unless it is `right`."""
        if not right:
            self.add(loc, value, remedy)

    def _key(self, loc: Loc) -> str:
        """The key path; as entries of a list count from 0, the id of the entry stands behind it."""
        path, entry = "", ""
        node: Any = self.data
        for part in loc:
            path += f"[{part}]" if isinstance(part, int) else f".{part}"
            node = node[part] if isinstance(part, int) or part in node else {}
            if isinstance(part, int) and isinstance(node, dict) and "id" in node:
                entry = f" ({node['id']})"
        return path.lstrip(".") + entry


def _shown(value: object) -> str:
    """A value as the file writes it, shortened."""
    written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return written if len(written) <= 60 else f"{written[:59]}…"


def _wanted(node: Mapping[str, Any]) -> str:
    """What the JSON schema of a key allows, in words."""
    if "const" in node:
        return f"must be {node['const']}"
    if "enum" in node:
        return f"must be one of {', '.join(node['enum'])}"
    if "properties" in node:
        return f"must be a table with the keys {', '.join(node['properties'])}"
    words = {
        "array": "a list",
        "boolean": "true or false",
        "integer": f"a whole number from {node.get('minimum')} to {node.get('maximum')}",
        "object": "a table",
        "string": "a date such as 2025-03-05" if "format" in node else "text in quotes, not empty",
    }
    return f"must be {node.get('description') or words[node['type']]}"


def _schema_of(shape: type[Shape], loc: Loc) -> Mapping[str, Any]:
    """The JSON schema of the key at `loc`."""
    schema = shape.model_json_schema()

    def resolved(node: Mapping[str, Any]) -> Mapping[str, Any]:
        return schema["$defs"][node["$ref"].rsplit("/", 1)[1]] if "$ref" in node else node

    node: Mapping[str, Any] = schema
    for part in loc:
        deeper = node["items"] if isinstance(part, int) else node.get("properties", {}).get(part)
        node = resolved(deeper or node["additionalProperties"])
    return node


def shaped(shape: type[S], part: object, at: Loc, findings: Findings) -> S | None:
    """The part in its shape, or None once every fault is noted in `findings`."""
    try:
        return shape.model_validate_json(json.dumps(part, default=str))
    except ValidationError as error:
        for fault in error.errors():
            inner, value = fault["loc"], fault["input"]
            if fault["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
                allowed = ", ".join(_schema_of(shape, inner[:-1])["properties"])
                remedy = f"is not expected here; the keys are {allowed}"
            elif fault["type"].startswith("missing"):
                value, remedy = "", f"is missing; it {_wanted(_schema_of(shape, inner))}"
            else:
                remedy = _wanted(_schema_of(shape, inner))
            findings.add((*at, *inner), value, remedy)
        return None
