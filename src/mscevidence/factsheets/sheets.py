"""Facts sheets: one YAML file per report, written by a person while reading a public page.

A sheet says what was seen and how: `events_visible` false or the words ``zero-wording`` tell that a number was not
printed as such, `unverified_fields` what the page did not show. Nothing is interpreted here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import Field, ValidationError

from mscevidence.errors import RecordError
from mscevidence.model import Frozen

ZERO_WORDING = "zero-wording"


class SheetArm(Frozen):
    """One arm as the sheet names it; doses are a number, or the printed words of a range."""

    name: str
    role: str
    dose_value: float | str | None = None
    dose_unit: str | None = None
    n_doses: int | str | None = None
    n_enrolled: int | None = None
    n_treated: int | None = None
    n_evaluable: int | None = None


class SheetOutcome(Frozen):
    """One number pair of a sheet."""

    arm: str
    concept: str
    definition_short: str | None = None
    time_point: str | None = None
    events: int | None = None
    n: int | None = None
    quote: str
    events_visible: bool | Literal["zero-wording"] | None = None
    n_visible: bool | None = None
    derived: bool = False

    @property
    def narrative_zero(self) -> bool:
        """Return whether the zero rests on a phrase."""
        return self.events_visible == ZERO_WORDING


class FactSheet(Frozen):
    """What one report says, as far as its page was seen."""

    slug: str
    title_short: str
    first_author: str | None = None
    year: int | None = None
    journal: str | None = None
    pmid: str | None = None
    doi: str | None = None
    nct: str | None = None
    source_url: str
    design: str
    phase: str | None = None
    condition: str
    condition_detail: str | None = None
    cell_source: str | None = None
    donor: str | None = Field(default=None, alias="allogeneic_or_autologous")
    duplicate_family: str | None = None
    arms: tuple[SheetArm, ...] = ()
    outcomes: tuple[SheetOutcome, ...] = ()
    other_reports: tuple[str, ...] = ()
    notes: str | None = None
    unverified_fields: tuple[str, ...] = ()

    def arm(self, name: str) -> SheetArm | None:
        """Return the arm with a name, or None."""
        return next((arm for arm in self.arms if arm.name == name), None)


def read_sheets(folder: Path) -> tuple[FactSheet, ...]:
    """Return the facts sheets of a folder in the order of their names.

    Raises:
        RecordError: the folder holds none, or one is wrong.
    """
    paths = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
    if not paths:
        raise RecordError(f"there are no facts sheets (*.yaml) in {folder}", hint="name the folder that holds them")
    return tuple(read_sheet(path) for path in paths)


def read_sheet(path: Path) -> FactSheet:
    """Return the facts sheet in a file.

    Raises:
        RecordError: it cannot be read, is not YAML, or has a key that sheets do not have.
    """
    try:
        data: Any = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RecordError(f"cannot be read as a facts sheet: {error}", file=path.name) from error
    try:
        sheet = FactSheet.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RecordError(
            f"{place}: {first['msg']}", file=path.name, key=place, hint="see another facts sheet for the keys"
        ) from error
    if sheet.slug != path.stem:
        raise RecordError(f"the sheet calls itself {sheet.slug!r}", file=path.name, hint="rename the file or the slug")
    return sheet
