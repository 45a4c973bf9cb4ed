"""The linkage file: which report is about which study, as decided by a person, with the reason of each decision.

``extracted/linkage.toml`` holds four kinds of table: ``[study.<id>]`` (title and whatever a sheet cannot know),
``[sheet.<slug>]`` (study, report and arms of a facts sheet, and how single results of it are to be understood),
``[family.<id>]`` (studies that may share patients), and ``[registry.<nct>]``. That two studies look alike and are
different patients is a decision about links, and stands in ``links.toml`` with the others.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mscevidence.errors import RecordError
from mscevidence.model import CellProduct, Centre, Derivation, NotReported, Slug

FILE_NAME = "linkage.toml"

Reason = Annotated[str, Field(min_length=10)]


class Entry(BaseModel):
    """Base of the tables: unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ResultReading(Entry):
    """How one outcome of a sheet is to be understood; `number` counts from 1 and `concept` guards against a slip.

    `leave_out` gives the reason why it does not become a result.
    """

    number: Annotated[int, Field(ge=1)]
    concept: str
    outcome: str | None = None
    arm: str | None = None
    report: str | None = None
    definition: str | None = None
    population: str | None = None
    term: str | None = None
    events: int | NotReported | None = None
    n: int | NotReported | None = None
    percent: float | None = None
    derived: Derivation | None = None
    scope: str | None = None
    time: str | None = None
    note: str | None = None
    reason: str | None = None
    leave_out: str | None = None


class ArmPlace(Entry):
    """The study and arm that an arm of a sheet is; `kind` where the report is of another kind for that study.

    A table that compares a paper's own patients with those of others is an article about the first, and a secondary
    table about the others.
    """

    study: Slug
    arm: Slug
    kind: str | None = None


class SheetLink(Entry):
    """What report a sheet is, and of which study; secondary tables name a study for each arm."""

    study: Slug | None = None
    report: Slug
    kind: str
    status: str = "published"
    reason: Reason
    arms: dict[str, Slug | ArmPlace] = {}
    results: tuple[ResultReading, ...] = ()
    repeats: str | None = None
    title: str | None = None
    journal: str | None = None
    first_author: str | None = None
    doi: str | None = None
    number: str | None = None
    meeting: str | None = None
    note: str | None = None

    @property
    def studies(self) -> frozenset[str]:
        """Return the studies that the sheet is about."""
        named = {place.study for place in self.arms.values() if isinstance(place, ArmPlace)}
        return frozenset(named | ({self.study} if self.study else set()))

    def reading(self, number: int) -> ResultReading | None:
        """Return how the outcome with a number is to be understood, or None when it can be taken as it stands."""
        return next((reading for reading in self.results if reading.number == number), None)

    def place(self, arm: str) -> ArmPlace | None:
        """Return the study and arm of an arm of the sheet; None when a person has not said."""
        named = self.arms.get(arm)
        if isinstance(named, ArmPlace):
            return named
        if self.study is None or (self.arms and named is None):
            return None
        return ArmPlace(study=self.study, arm=named or slug(arm))


class ArmLink(Entry):
    """What a sheet cannot say about an arm."""

    name: str | None = None
    role: str | None = None
    combines: tuple[Slug, ...] = ()
    route: str | None = None
    dose_text: str | None = None
    infusions: int | None = None
    interval_days: float | None = None
    enrolled: int | None = None
    treated: int | None = None
    evaluable: int | None = None


class FurtherReport(Entry):
    """A report that is known to exist but was not read."""

    id: Slug
    kind: str
    year: int | None = None
    first_author: str | None = None
    doi: str | None = None
    url: str | None = None
    note: str


class StudyLink(Entry):
    """Title of a study, its label in figures where no author is known, and what its sheets do not say."""

    title: str
    label: str | None = None
    condition: str | None = None
    condition_detail: str | None = None
    design: str | None = None
    phase: str | None = None
    registrations: tuple[str, ...] | None = None
    centres: tuple[Centre, ...] = ()
    cell_product: CellProduct | None = None
    arm: dict[Slug, ArmLink] = {}
    further: tuple[FurtherReport, ...] = ()
    notes: tuple[str, ...] = ()


class FamilyLink(Entry):
    """Studies that share, or may share, patients; `reasons` says it for single members in other words."""

    studies: Annotated[tuple[Slug, ...], Field(min_length=2)]
    reason: Reason
    reasons: dict[Slug, Reason] = {}


class RegistryLink(Entry):
    """The study of a registered trial with posted adverse events, the arm of each group, and the time they cover."""

    study: Slug
    reason: Reason
    arms: dict[str, Slug]
    time: str | None = None
    note: str | None = None


class RegistryLeftOut(Entry):
    """A registered trial that a person left out although its words look fitting."""

    reason: Reason


class Decided(Entry):
    """Who decided the links, and on which day; the default of ``--by`` and ``--on``."""

    by: Annotated[str, Field(min_length=1)]
    on: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Linkage(Entry):
    """The whole linkage file."""

    decided: Decided
    study: dict[Slug, StudyLink] = {}
    sheet: dict[str, SheetLink] = {}
    family: dict[Slug, FamilyLink] = {}
    registry: dict[str, RegistryLink] = {}
    registry_left_out: dict[str, RegistryLeftOut] = {}


def read_linkage(path: Path) -> Linkage:
    """Return the linkage in a file.

    Raises:
        RecordError: the file is missing, is not TOML, has an unknown key, or names a study it does not describe.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RecordError(
            f"cannot be read: {error}", file=path.name, hint="the linkage file says which sheet is which study"
        ) from error
    try:
        linkage = Linkage.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RecordError(f"{place}: {first['msg']}", file=path.name, key=place, hint="mend that entry") from error
    _refuse_unknown_studies(linkage, path.name)
    return linkage


def _refuse_unknown_studies(linkage: Linkage, file: str) -> None:
    for place, study in _named_studies(linkage):
        if study not in linkage.study:
            raise RecordError(
                f"{place} names the study {study!r}, which has no [study.{study}]",
                file=file,
                key=place,
                found=study,
                hint=f"add [study.{study}] with at least a title, or correct the id",
            )


def _named_studies(linkage: Linkage) -> list[tuple[str, str]]:
    named: list[tuple[str, str]] = []
    for sheet_slug, sheet in linkage.sheet.items():
        named += [(f"sheet.{sheet_slug}", study) for study in sorted(sheet.studies)]
    for family_id, family in linkage.family.items():
        named += [(f"family.{family_id}", study) for study in (*family.studies, *family.reasons)]
    named += [(f"registry.{nct}", entry.study) for nct, entry in linkage.registry.items()]
    return named


def slug(text: str) -> str:
    """Return a text as an id of lower-case letters, digits, points and hyphens, such as ``dmard-uc-msc``."""
    kept = "".join(character if character.isalnum() or character == "." else " " for character in text.casefold())
    return "-".join(kept.split()).strip(".-")
