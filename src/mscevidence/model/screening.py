"""Screening: eligibility criteria, rules of automatic exclusion, what reviewers say of records, and search runs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mscevidence.model.noun import Frozen, Slug

Stage = Literal["record", "report"]
"""``record``: title and abstract; ``report``: the full text, or all there is of it."""

ScreeningVerdict = Literal["include", "exclude", "maybe", "not-retrieved"]

FoundBy = Literal["database", "register", "website", "organisation", "citation"]
"""How records were identified, as PRISMA 2020 tells them apart."""

RuleField = Literal["title", "text", "year", "language", "publication-type", "journal", "kind"]


class ExclusionRule(Frozen):
    """An explicit rule that excludes a record without a reviewer.

    It excludes when `pattern` (a regular expression, case ignored) is found in `field` and `unless` is found neither in
    the title nor in the text.
    """

    id: Slug
    reason: Slug
    field: RuleField
    pattern: Annotated[str, Field(min_length=1)]
    unless: str | None = None


class Eligibility(Frozen):
    """The eligibility criteria of a review.

    `criteria` are shown beside each record; `reasons` are the ids and sentences a reviewer may exclude with;
    `reviewers` is how many must judge each record.
    """

    criteria: tuple[str, ...] = ()
    reasons: dict[Slug, str] = Field(default_factory=dict)
    reviewers: Annotated[int, Field(ge=1, le=2)] = 2
    rules: tuple[ExclusionRule, ...] = ()


class Judgement(Frozen):
    """What a reviewer said of a record: in the order of the file, a later one replaces an earlier one.

    `record` is the hash of a document; it speaks for all records of the same report. With `settles` it decides a
    conflict between two reviewers and says why in `note`.
    """

    record: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    stage: Stage
    verdict: ScreeningVerdict
    by: Annotated[str, Field(min_length=1)]
    at: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}")]
    reason: Slug | None = None
    note: str | None = None
    settles: bool = False
    title: str = ""


class SearchRun(Frozen):
    """One search of one source, or one file of records taken in by hand.

    `files` are the hashes of the captured answers. `total` is what the source said it has; `records` and `rejects` are
    what was read. A run that did not come to its end has `finished` None and a `cursor` to go on from.
    """

    id: Slug
    source: str
    found_by: FoundBy
    query: str = ""
    search: str | None = None
    since: str | None = None
    started: str
    finished: str | None = None
    total: int | None = None
    records: int = 0
    rejects: int = 0
    files: tuple[str, ...] = ()
    cursor: str | None = None
    note: str | None = None
