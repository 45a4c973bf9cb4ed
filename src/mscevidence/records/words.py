"""Words of a study file that its form lets through: terms that the vocabulary lacks, and days that do not exist."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

from mscevidence import vocabulary
from mscevidence.errors import RecordError, UnknownTermError
from mscevidence.model import NOT_REPORTED
from mscevidence.records.yaml_nodes import Located, dotted

DAYS = frozenset({"on", "start", "end"})
"""Fields that hold a day, or a month or year of a calendar."""


def wrong_words(item: BaseModel, location: tuple[str | int, ...], located: Located, file: str) -> Iterator[RecordError]:
    """Yield an error for each word of an item that the vocabulary lacks, and for each day that does not exist."""
    for name, key, kind, may_be_unreported in _places(type(item)):
        value = getattr(item, name)
        if isinstance(value, str):
            if may_be_unreported and value == NOT_REPORTED:
                continue
            if kind and value not in vocabulary.load(kind):
                yield _unknown_term(kind, value, (*location, key), located, file)
            elif name in DAYS:
                yield from _day_problems(value, (*location, key), located, file)
        elif isinstance(value, (BaseModel, tuple, dict)):
            yield from _below(value, (*location, key), located, file)


@cache
def _places(model: type[BaseModel]) -> tuple[tuple[str, str, str | None, bool], ...]:
    """Return for each field its name, its key in a file, its vocabulary, and whether it may be not reported."""
    return tuple(
        (name, field.alias or name, _vocabulary_kind(field), type(None) in get_args(field.annotation))
        for name, field in model.model_fields.items()
    )


def _below(value: Any, place: tuple[str | int, ...], located: Located, file: str) -> Iterator[RecordError]:
    if isinstance(value, BaseModel):
        yield from wrong_words(value, place, located, file)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _below(item, (*place, index), located, file)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _below(item, (*place, key), located, file)


def _day_problems(value: str, place: tuple[str | int, ...], located: Located, file: str) -> Iterator[RecordError]:
    try:
        dt.date.fromisoformat(value + "-01-01"[len(value) - 4 :] if len(value) < 10 else value)
    except ValueError:
        yield RecordError(
            f"{dotted(place)}: there is no {value} in the calendar",
            file=file,
            line=located.line(place),
            key=dotted(place),
            found=value,
            expected="a date that exists",
            hint="write year, month and day, such as 2026-11-22",
        )


def _vocabulary_kind(field: Any) -> str | None:
    """Return the vocabulary kind that a model field takes its values from, or None."""
    extra = field.json_schema_extra
    return str(extra["vocabulary"]) if isinstance(extra, dict) and "vocabulary" in extra else None


def _unknown_term(kind: str, value: str, place: tuple[str | int, ...], located: Located, file: str) -> RecordError:
    try:
        known = vocabulary.term(kind, value)
        hint = f"write {known.id}"
    except UnknownTermError as error:
        hint = error.hint
    return RecordError(
        f"{dotted(place)}: {value!r} is not a known {kind}",
        file=file,
        line=located.line(place),
        key=dotted(place),
        found=value,
        expected=f"a {kind} of the vocabulary",
        hint=f"{hint} (`mscevidence terms {kind}` lists all)",
    )
