"""The completeness map: what each study reports, what its sources do not tell, and what nobody has looked for yet.

The fields are those whose absence makes trials of cells hard to compare (CONSORT-DEFINE, BMJ 2023;383:e076387;
CONSORT Harms 2022, BMJ 2023;381:e073725; reviews of reporting of MSC products).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Literal

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from mscevidence import vocabulary
from mscevidence.effects.names import named_apart, study_label
from mscevidence.errors import SelectionError
from mscevidence.model import NOT_REPORTED, Study
from mscevidence.publish.figure import house_style
from mscevidence.publish.lettering import font, readable, shortened, widest
from mscevidence.publish.plot_page import BODY, INK, MARGIN, SMALL
from mscevidence.publish.sheet import Sheet

State = Literal["reported", "not-reported", "not-extracted"]
Read = Callable[[Study], object]

FILL: dict[State, str] = {"reported": "#0072B2", "not-reported": "#ffffff", "not-extracted": "#e6e6e6"}
MARK: dict[State, str] = {"reported": "", "not-reported": "\N{EN DASH}", "not-extracted": "?"}
LEGEND: dict[State, str] = {
    "reported": "reported",
    "not-reported": "looked for, the source does not tell",
    "not-extracted": "not yet extracted",
}
CELL, ROW = 17.0, 14.0
SHARES = 6.8
"""Size of the letters of the shares, of which neighbours may all be 100."""
MOST_LABEL = 190.0


def _product(name: str) -> Read:
    return lambda study: _of([study.cell_product, *(arm.cell_product for arm in study.arms)], name)


def _dose(name: str) -> Read:
    return lambda study: _of([arm.dose for arm in study.arms], name)


def _of(owners: Sequence[object], name: str) -> object:
    """Return the first value of a field that says something, else ``not-reported`` where one of them says so."""
    values = [getattr(owner, name) for owner in owners if owner is not None]
    told = [value for value in values if value not in (None, NOT_REPORTED)]
    return told[0] if told else NOT_REPORTED if NOT_REPORTED in values else None


def _outcomes(study: Study, domain: str) -> object:
    terms = vocabulary.load("outcome")
    found = [result for result in study.results if terms[result.outcome].domain == domain]
    return _of(found, "events")


FIELDS: dict[str, Read] = {
    "registration": lambda study: study.registrations or None,
    "centre": lambda study: study.centres or None,
    "enrolment dates": lambda study: study.enrolment and study.enrolment.start,
    "phase": lambda study: study.phase,
    "cell source": _product("source"),
    "donor": _product("donor"),
    "passage": _product("passage"),
    "viability": _product("viability"),
    "cryopreserved": _product("cryopreserved"),
    "dose": lambda study: (
        _of([arm.dose for arm in study.arms], "value") or _of([arm.dose for arm in study.arms], "text")
    ),
    "infusions": _dose("infusions"),
    "interval": _dose("interval_days"),
    "route": _dose("route"),
    "response": lambda study: _outcomes(study, "efficacy"),
    "response defined": lambda study: next((result.definition for result in study.results if result.definition), None),
    "adverse events": lambda study: _outcomes(study, "safety"),
    "time point": lambda study: next((result.time_point for result in study.results if result.time_point), None),
    "appraisal": lambda study: study.appraisal or None,
}


@dataclasses.dataclass(frozen=True)
class Completeness:
    """The states of all fields of all studies: `states[i][j]` of study i and field j."""

    studies: tuple[str, ...]
    fields: tuple[str, ...]
    states: tuple[tuple[State, ...], ...]

    def share(self, field: str) -> float:
        """Return the share of studies that report a field."""
        place = self.fields.index(field)
        return sum(row[place] == "reported" for row in self.states) / len(self.states)


def completeness(studies: Sequence[Study]) -> Completeness:
    """Return what each study reports.

    Raises:
        SelectionError: there is no study.
    """
    if not studies:
        raise SelectionError("there is no study", hint="review a document first, or choose another condition")
    return Completeness(
        tuple(study_label(study) for study in named_apart(studies)),
        tuple(FIELDS),
        tuple(tuple(_state(read(study)) for read in FIELDS.values()) for study in studies),
    )


def _state(value: object) -> State:
    if value is None:
        return "not-extracted"
    return "not-reported" if value == NOT_REPORTED else "reported"


def draw_completeness(found: Completeness, *, title: str = "What the studies report") -> Figure:
    """Return the map: a row per study, a column per field, the share of studies that report it at its foot."""
    with house_style():
        return _draw(found, title)


def _draw(found: Completeness, title: str) -> Figure:
    labels = [shortened(readable(name), MOST_LABEL, SMALL) for name in found.studies]
    left = MARGIN + widest(labels, SMALL) + 8
    head = widest(list(found.fields), SMALL) + 8
    wide = max(left + CELL * len(found.fields) + MARGIN, 330.0)
    down = head + ROW * len(labels) + 22 + ROW * len(LEGEND)
    sheet = Sheet.blank(title, (), wide=wide, down=down)
    top = sheet.top + head
    foot = top + ROW * len(labels)
    sheet.write(left - 6, foot + 9, "% report it", side="right")
    for place, field in enumerate(found.fields):
        x = left + (place + 0.5) * CELL
        sheet.page.text(x, top - 5, field, rotation=90, ha="center", va="bottom", color=INK, font=font(SMALL))
        sheet.write(x, foot + 9, f"{100 * found.share(field):.0f}", size=SHARES, side="center")
    for number, (label, states) in enumerate(zip(labels, found.states, strict=True)):
        y = top + number * ROW
        sheet.write(left - 6, y + ROW / 2, label, side="right")
        for place, state in enumerate(states):
            _cell(sheet, left + place * CELL, y, state)
    for number, (state, words) in enumerate(LEGEND.items()):
        y = foot + 22 + number * ROW
        _cell(sheet, MARGIN, y, state)
        sheet.write(MARGIN + CELL + 6, y + ROW / 2, words, size=BODY)
    return sheet.figure


def _cell(sheet: Sheet, left: float, top: float, state: State) -> None:
    frame = Rectangle((left, top), CELL, ROW, facecolor=FILL[state], edgecolor="#9a9a9a", linewidth=0.5)
    sheet.page.add_patch(frame)
    if MARK[state]:
        sheet.write(left + CELL / 2, top + ROW / 2, MARK[state], side="center")


def rows_of(found: Completeness) -> list[dict[str, object]]:
    """Return the map as flat rows, one per study."""
    return [
        {"study": name, **dict(zip(found.fields, states, strict=True))}
        for name, states in zip(found.studies, found.states, strict=True)
    ]
