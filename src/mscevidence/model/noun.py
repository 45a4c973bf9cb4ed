"""What all nouns share: immutability, whole numbers, ids, and fields whose values are terms of the vocabulary."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

NOT_REPORTED = "not-reported"
NotReported = Literal["not-reported"]

Span = tuple[int, int]
"""Start and end (exclusive) in the canonical text of a document, in Unicode code points."""


def _whole_as_int(value: float) -> float | int:
    return int(value) if float(value).is_integer() and abs(value) < 1e15 else value


Number = Annotated[float, Field(strict=True), PlainSerializer(_whole_as_int)]
"""A number that is written without a trailing ``.0`` when it is whole."""


def in_vocabulary(kind: str, description: str = "") -> Any:
    """Return the pydantic field metadata of a string that must be the id of a term of `kind`."""
    extra: dict[str, Any] = {"vocabulary": kind}
    return Field(json_schema_extra=extra, description=description or None)


Count = Annotated[int, Field(strict=True, ge=0)]
"""A whole number of people or events."""

Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._:/()-]*$", max_length=120)]
YearMonth = Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]


class Frozen(BaseModel):
    """Base of the nouns: immutable, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, coerce_numbers_to_str=True)
