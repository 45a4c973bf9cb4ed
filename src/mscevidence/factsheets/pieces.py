"""Which part of a facts sheet is about which study, and what nobody has claimed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mscevidence.errors import RecordError, UnknownTermError
from mscevidence.factsheets.linkage import Linkage, SheetLink
from mscevidence.factsheets.sheets import FactSheet

SECONDARY = "secondary-table"


@dataclass(frozen=True)
class Leftover:
    """Something of a source that did not become a result, why, and how many outcomes or rows it holds."""

    source: str
    what: str
    reason: str
    count: int


@dataclass(frozen=True)
class Piece:
    """The part of a sheet that is about one study; `arms` maps names of the sheet to ids of the study."""

    sheet: FactSheet
    link: SheetLink
    kind: str
    arms: Mapping[str, str]

    @property
    def secondary(self) -> bool:
        """Return whether the sheet repeats other people's reports."""
        return self.kind == SECONDARY


def share_out(
    sheets: Sequence[FactSheet], linkage: Linkage
) -> tuple[Mapping[str, Sequence[Piece]], tuple[Leftover, ...]]:
    """Return the pieces of each study, in the order of the linkage file, and the sheets and arms without a study.

    Raises:
        RecordError: the linkage file names an arm that a sheet does not have.
    """
    order = {slug: position for position, slug in enumerate(linkage.sheet)}
    pieces: dict[str, list[Piece]] = {}
    leftovers: list[Leftover] = []
    for sheet in sorted(sheets, key=lambda each: (order.get(each.slug, len(order)), each.slug)):
        link = linkage.sheet.get(sheet.slug)
        if link is None:
            reason = "not in the linkage file: say there which study it is"
            leftovers.append(Leftover(sheet.slug, "the whole sheet", reason, len(sheet.outcomes)))
            continue
        places, unplaced = _places(sheet, link)
        leftovers += unplaced
        for (study, kind), arms in places.items():
            pieces.setdefault(study, []).append(Piece(sheet, link, kind, arms))
    return pieces, tuple(leftovers)


def _places(sheet: FactSheet, link: SheetLink) -> tuple[dict[tuple[str, str], dict[str, str]], list[Leftover]]:
    """Return the arms of a sheet by study and kind of report, and the arms that nobody has claimed."""
    names = [arm.name for arm in sheet.arms]
    for name in link.arms:
        if name not in names:
            error = UnknownTermError(name, kind="arm", choices=names)
            raise RecordError(error.message, hint=error.hint, file=f"{sheet.slug}.yaml", key=f"sheet.{sheet.slug}.arms")
    places: dict[tuple[str, str], dict[str, str]] = {}
    unplaced: list[Leftover] = []
    for name in [*link.arms, *(name for name in names if name not in link.arms)]:
        place = link.place(name)
        if place is not None:
            places.setdefault((place.study, place.kind or link.kind), {})[name] = place.arm
        else:
            count = sum(outcome.arm == name for outcome in sheet.outcomes)
            unplaced.append(Leftover(sheet.slug, f"arm {name!r}", "the linkage file names no study for it", count))
    return places, unplaced
