"""Turn the validator's errors into sentences with line, key, found, expected and the nearest valid key."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mscevidence.errors import RecordError
from mscevidence.model import Study
from mscevidence.records.yaml_nodes import Located, Location, dotted, unknown_key

_EXPECTED = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "string_type": "text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "tuple_type": "a list (lines that begin with -)",
    "dict_type": "keys and values",
    "model_type": "keys and values",
    "model_attributes_type": "keys and values",
    "string_too_short": "some text",
    "too_short": "at least one entry",
}

_BOUNDS = {
    "greater_than_equal": "a number of at least {ge}",
    "greater_than": "a number above {gt}",
    "less_than_equal": "a number of at most {le}",
    "string_too_long": "at most {max_length} characters",
}


def translate(error: ValidationError, located: Located, *, file: str) -> list[RecordError]:
    """Return one `RecordError` per place that is wrong; alternatives of a union are joined into one sentence."""
    by_place: dict[Location, list[ErrorDetails]] = {}
    for details in error.errors(include_url=False):
        if _is_echo(details):
            continue
        by_place.setdefault(_place(details, located), []).append(details)
    return [_sentence(place, group, located, file) for place, group in by_place.items()]


def _is_echo(details: ErrorDetails) -> bool:
    """Return whether a list is called too short only because the validator dropped its wrong entries first."""
    needed = details.get("ctx", {}).get("min_length", 0)
    return details["type"] == "too_short" and isinstance(details["input"], list) and len(details["input"]) >= needed


def _place(details: ErrorDetails, located: Located) -> Location:
    """Return the location without the names of union branches that the validator puts into it."""
    place: Location = ()
    value: Any = located.value
    for part in details["loc"]:
        inside = (isinstance(value, dict) and part in value) or (
            isinstance(value, list) and isinstance(part, int) and part < len(value)
        )
        if not inside:
            return (*place, part) if details["type"] == "missing" else place
        value = value[part]
        place = (*place, part)
    return place


def _sentence(place: Location, group: list[ErrorDetails], located: Located, file: str) -> RecordError:
    line, key = located.line(place), dotted(place)
    first = group[0]
    if first["type"] == "extra_forbidden":
        known = keys_at(place[:-1])
        return RecordError(
            f"{key}: there is no key {str(place[-1])!r} here",
            file=file,
            line=line,
            key=key,
            found=str(place[-1]),
            expected=", ".join(known),
            hint=unknown_key(str(place[-1]), known),
        )
    if first["type"] == "missing":
        return RecordError(
            f"{key}: this key is missing",
            file=file,
            line=located.line(place[:-1]),
            key=key,
            expected=str(place[-1]),
            hint=f"add `{place[-1]}:`",
        )
    expected = " or ".join(dict.fromkeys(_expected(details) for details in group))
    found = "nothing" if first["input"] is None else repr(first["input"])
    return RecordError(
        f"{key or 'file'}: found {_short(found)}, expected {expected}",
        file=file,
        line=line,
        key=key,
        found=found,
        expected=expected,
        hint=_hint(first["input"], expected),
    )


def _expected(details: ErrorDetails) -> str:
    kind, context = details["type"], details.get("ctx", {})
    if kind == "literal_error":
        return str(context.get("expected", "")).replace("'", "")
    if kind in _BOUNDS:
        few = " (a quote is the few words around the number)" if details["loc"][-1] == "quote" else ""
        return _BOUNDS[kind].format(**context) + few
    if kind == "string_pattern_mismatch":
        return _pattern(str(context.get("pattern", "")))
    return _EXPECTED.get(kind, details["msg"])


def _pattern(pattern: str) -> str:
    if pattern.startswith(r"^\d{4}-\d{2}-\d{2}"):
        return "a date such as 2026-11-22"
    if pattern.startswith(r"^\d{4}("):
        return "a month such as 2019-11"
    if pattern.startswith(r"^10\."):
        return "a DOI such as 10.1000/xyz, without https://doi.org/"
    if pattern.startswith("^[0-9a-f]"):
        return "a sha256 of 64 hexadecimal digits"
    if pattern == r"^\d+$":
        return "digits"
    return "an id of lower-case letters, digits and - . _"


def _hint(value: object, expected: str) -> str:
    if isinstance(value, str) and "number" in expected:
        if re.search(r"\d\s*(?:/|of)\s*\d", value):
            return "write events and n as two keys: `events: 8` and `n: 18`"
        if re.fullmatch(r"\s*[0-9]{1,18}(?:\.[0-9]+)?\s*", value):
            return f"write it without quotes and leading zeros: {value.strip().lstrip('0') or '0'}"
        if value.strip().endswith("%"):
            return "write the number alone, without %"
    if isinstance(value, bool):
        return "true and false are not counts"
    if value is None:
        return "leave the key out while it is not yet extracted; write not-reported when the source does not tell"
    return ""


def _short(found: str) -> str:
    return found if len(found) <= 60 else found[:57] + "..."


def keys_at(place: Location) -> list[str]:
    """Return the valid keys at a place of a study file."""
    return list(_keys(tuple(part for part in place if isinstance(part, str))))


@cache
def _keys(place: tuple[str, ...]) -> tuple[str, ...]:
    annotation: Any = Study
    for part in place:
        annotation = _below(annotation, part)
    model = None if _free_keys(annotation) else _model_of(annotation)
    return tuple(field.alias or name for name, field in model.model_fields.items()) if model else ()


@cache
def names_of_the_program() -> frozenset[str]:
    """Return the names of fields that study files write in another way, such as ``start`` for ``from``."""
    found: set[str] = set()
    seen: set[type[BaseModel]] = set()
    waiting: list[type[BaseModel]] = [Study]
    while waiting:
        model = waiting.pop()
        seen.add(model)
        for name, field in model.model_fields.items():
            found |= {name} if field.alias not in (None, name) else set()
            inner = _model_of(field.annotation)
            waiting += [inner] if inner is not None and inner not in seen else []
    return frozenset(found)


def _below(annotation: Any, key: str) -> Any:
    """Return what stands under a key; under any key of a mapping whose keys are free, the same."""
    if _free_keys(annotation):
        return get_args(annotation)[1]
    model = _model_of(annotation)
    return None if model is None else _field_annotation(model, key)


def _free_keys(annotation: Any) -> bool:
    return get_origin(annotation) is dict


def _field_annotation(model: type[BaseModel], key: str) -> Any:
    for name, field in model.model_fields.items():
        if key in (name, field.alias):
            return field.annotation
    return None


def _model_of(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(_models(get_args(annotation)), None)


def _models(annotations: Iterable[Any]) -> Any:
    for annotation in annotations:
        found = _model_of(annotation)
        if found is not None:
            yield found
