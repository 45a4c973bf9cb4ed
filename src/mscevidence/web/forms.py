"""Forms made from the schema of a study file, and what a filled-in form says as plain values."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from mscevidence import records
from mscevidence.model import Study
from mscevidence.review.manual_entry import Part

MODELS = {"study": "", "reports": "Report", "arms": "Arm", "results": "Result"}
TITLES = {"study": "Study", "reports": "Report", "arms": "Arm", "results": "Result"}
_LEFT_OUT = frozenset({"decision", "source.document", "source.span", "source.section", "documents"})
"""What the program fills in."""
_INT = re.compile(r"-?(?:0|[1-9][0-9]{0,17})", re.ASCII)
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)


@dataclasses.dataclass(frozen=True)
class Field:
    """One field of a form.

    Attributes:
        name: its place in the part, such as ``dose.value``.
        kind: ``text``, ``number``, ``choice``, ``yes-no`` or ``list``.
        required: whether a record without it is wrong.
        choices: id and label of each valid word; of a text or number, the words that may stand in its place.
        note: what to fill in, where the name does not say it.
    """

    name: str
    kind: str
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    note: str = ""

    @property
    def label(self) -> str:
        """Return the name in words."""
        return self.name.replace(".", ": ").replace("_", " ")


@cache
def fields(part: Part) -> tuple[Field, ...]:
    """Return the fields of a part of the record, in the order of the schema; lists of entries are left out."""
    schema = records.json_schema()
    model = schema["$defs"][MODELS[part]] if MODELS[part] else schema
    said = notes()[part]
    found = _fields(model, schema["$defs"], lead="", inside_optional=False)
    return tuple(dataclasses.replace(field, note=said.get(field.name, "")) for field in found)


def notes() -> dict[str, dict[str, str]]:
    """Return what to fill in: part of a study file -> field -> a few words."""
    return tomllib.loads((resources.files(__package__) / "field_notes.toml").read_text(encoding="utf-8"))


def _fields(model: dict[str, Any], known: dict[str, Any], *, lead: str, inside_optional: bool) -> Iterator[Field]:
    required = set(model.get("required", ()))
    for name, described in model["properties"].items():
        place = f"{lead}{name}"
        if place in _LEFT_OUT:
            continue
        inner = _model_in(described)
        needed = name in required and not inside_optional
        if inner is not None:
            yield from _fields(known[inner], known, lead=f"{place}.", inside_optional=not needed)
        elif not _holds_entries(described):
            yield _field(place, described, required=needed)


def _alternatives(described: dict[str, Any]) -> list[dict[str, Any]]:
    return list(described.get("anyOf", [described]))


def _model_in(described: dict[str, Any]) -> str | None:
    found = [one["$ref"].rsplit("/", 1)[1] for one in _alternatives(described) if "$ref" in one]
    return found[0] if found else None


def _holds_entries(described: dict[str, Any]) -> bool:
    return described.get("type") == "array" and "$ref" in described.get("items", {})


def _field(place: str, described: dict[str, Any], *, required: bool) -> Field:
    ways = _alternatives(described)
    words = [(str(one["const"]), one.get("description", "")) for one in ways if isinstance(one.get("const"), str)]
    types = {one.get("type") for one in ways}
    if "array" in types:
        return Field(place, "list", required)
    if "boolean" in types:
        return Field(place, "yes-no", required, (("true", "yes"), ("false", "no"), *words))
    if types & {"integer", "number"}:
        return Field(place, "number", required, tuple(words))
    free = any(one.get("type") == "string" and "const" not in one for one in ways)
    return Field(place, "choice" if words and not free else "text", required, tuple(words))


def plain_values(part: Part, form: Mapping[str, str], *, lead: str = "") -> dict[str, Any]:
    """Return what a form says: nested values with None for what is empty."""
    found: dict[str, Any] = {}
    for field in fields(part):
        value = _value(field, form.get(f"{lead}{field.name}", "").strip())
        outer, dot, inner = field.name.partition(".")
        if not dot:
            found[outer] = value
            continue
        nested = found.setdefault(outer, None)
        if value is not None:
            found[outer] = {**(nested or {}), inner: value}
    return found


def _value(field: Field, text: str) -> Any:
    if not text:
        return None
    if field.kind == "list":
        return [word.strip() for word in re.split(r"[,;\n]", text) if word.strip()]
    if field.kind == "yes-no" and text in ("true", "false"):
        return text == "true"
    if field.kind == "number" and _INT.fullmatch(text):
        return int(text)
    if field.kind == "number" and _FLOAT.fullmatch(text):
        return float(text)
    return text


def shown_values(part: Part, study: Study, index: int | None) -> dict[str, str]:
    """Return what the form of a part shows at first: the values of an entry, by the names of the fields."""
    dumped = study.model_dump(by_alias=True, exclude_none=True, mode="json")
    if part != "study":
        dumped = dumped[part][index] if index is not None else {}
    return {field.name: _text(dumped, field.name) for field in fields(part)}


def _text(values: Any, name: str) -> str:
    for step in name.split("."):
        values = values.get(step) if isinstance(values, dict) else None
    if values is None:
        return ""
    if isinstance(values, bool):
        return "true" if values else "false"
    return ", ".join(map(str, values)) if isinstance(values, list) else str(values)
