"""A term of the vocabulary, and lists of terms, as rows."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from mscevidence.publish.table import Row


def listing(terms: Iterable[Any]) -> list[Row]:
    """Return one row per term: id, label, other names."""
    return [
        {"id": term.id, "label": term.label, "also": ", ".join((*term.synonyms, *term.abbreviations)[:4])}
        for term in terms
    ]


def facts(term: Any) -> list[Row]:
    """Return one row per thing the vocabulary says of a term; nested definitions one row each."""
    rows: list[Row] = []
    for field in dataclasses.fields(term):
        value = getattr(term, field.name)
        if value in (None, "", ()):
            continue
        if isinstance(value, tuple) and dataclasses.is_dataclass(value[0]):
            rows += [{"field": field.name, "value": _one_line(item)} for item in value]
        else:
            rows.append(
                {"field": field.name, "value": ", ".join(map(str, value)) if isinstance(value, tuple) else value}
            )
    return rows


def _one_line(item: Any) -> str:
    values = (getattr(item, field.name) for field in dataclasses.fields(item))
    return " | ".join(", ".join(map(str, value)) if isinstance(value, tuple) else str(value) for value in values)
