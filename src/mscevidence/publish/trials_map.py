"""The evidence map: registered and published trials of MSC by disease and source of the cells, area by patients.

Registered trials come from a table of a registry (columns ``nct``, ``title``, ``conditions``, ``enrolment``,
``status``), where disease and source are read from the words of conditions and title; published ones from the records.
A cell with a ring and no disc is a gap: patients were enrolled or planned, and nothing of it is in the review.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from matplotlib.figure import Figure
from matplotlib.patches import Circle

from mscevidence import vocabulary
from mscevidence.errors import RecordError, SelectionError
from mscevidence.model import Study
from mscevidence.publish import wording
from mscevidence.publish.figure import house_style
from mscevidence.publish.lettering import font, readable, widest, wrap
from mscevidence.publish.plot_page import BLUE, INK, MARGIN, SMALL, VERMILLION
from mscevidence.publish.sheet import Sheet

COLUMNS = ("nct", "title", "conditions", "enrolment", "status")
NOT_STATED = "source not stated"
NEVER_BEGAN = frozenset({"Withdrawn"})
LARGEST = 14.5
CELL = 33.0
LEAST_WIDE = 330.0
MOST_LABEL = 170.0
RULE = "#eeeeee"


@dataclasses.dataclass(frozen=True)
class Trial:
    """One registered trial: its number, disease and source of cells as terms of the vocabulary, patients."""

    number: str
    condition: str
    source: str | None
    patients: int


@dataclasses.dataclass(frozen=True)
class Balloon:
    """What stands in one cell of the map."""

    registered: int = 0
    registered_patients: int = 0
    published: int = 0
    published_patients: int = 0


@dataclasses.dataclass(frozen=True)
class TrialsMap:
    """The map: diseases and sources by label, most patients first, and what is in each cell.

    `others` counts registered trials whose words name no autoimmune or immune-mediated disease of the vocabulary.
    """

    conditions: tuple[str, ...]
    sources: tuple[str, ...]
    cells: Mapping[tuple[str, str], Balloon]
    others: int


def registered_trials(text: str, *, file: str = "the table") -> tuple[tuple[Trial, ...], int]:
    """Return the trials of a registry's table about diseases of the vocabulary, and the number of the others.

    Trials that never began are others too.

    Raises:
        RecordError: a column is missing, or a number of patients is none.
    """
    reader = csv.DictReader(io.StringIO(text))
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise RecordError(f"the column {missing[0]} is missing", hint=f"columns: {', '.join(COLUMNS)}", file=file)
    found: list[Trial] = []
    others = 0
    for number, row in enumerate(reader, 2):
        conditions = vocabulary.find("condition", row["conditions"] or "") or vocabulary.find(
            "condition", row["title"] or ""
        )
        if not conditions or row["status"] in NEVER_BEGAN:
            others += 1
            continue
        sources = vocabulary.find("cell-source", row["title"] or "")
        patients = (row["enrolment"] or "0").strip() or "0"
        if not patients.isdigit():
            raise RecordError(f"{patients!r} is no number of patients", file=file, line=number, key="enrolment")
        found.append(Trial(row["nct"], conditions[0].id, sources[0].id if sources else None, int(patients)))
    return tuple(found), others


def trials_map(studies: Sequence[Study], trials: Iterable[Trial], *, others: int = 0) -> TrialsMap:
    """Return the map of registered trials and of the studies of the review.

    Raises:
        SelectionError: there is neither.
    """
    counts: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for where, kind, patients in (*_published(studies), *_registered(trials)):
        counts[where][kind] += 1
        counts[where][f"{kind}_patients"] += patients
    if not counts:
        raise SelectionError("there is no trial to map", hint="give --registry, or review a document first")
    cells = {where: Balloon(**found) for where, found in counts.items()}
    return TrialsMap(_by_patients(cells, 0), _by_patients(cells, 1), cells, others)


def _published(studies: Sequence[Study]) -> Iterator[tuple[tuple[str, str], str, int]]:
    for study in studies:
        product = study.cell_product or next((arm.cell_product for arm in study.arms if arm.cell_product), None)
        source = product.source if product and product.source != "not-reported" else None
        sizes = [size for arm in study.arms for size in (arm.treated, arm.enrolled) if isinstance(size, int)]
        sizes += [result.n for result in study.results if isinstance(result.n, int)]
        yield (_condition(study.condition), _source(source)), "published", max(sizes, default=0)


def _registered(trials: Iterable[Trial]) -> Iterator[tuple[tuple[str, str], str, int]]:
    for trial in trials:
        yield (_condition(trial.condition), _source(trial.source)), "registered", trial.patients


def _condition(term: str) -> str:
    return vocabulary.load("condition")[term].label


def _source(term: str | None) -> str:
    return NOT_STATED if term is None else vocabulary.load("cell-source")[term].label


def _by_patients(cells: Mapping[tuple[str, str], Balloon], side: int) -> tuple[str, ...]:
    sums: dict[str, int] = defaultdict(int)
    for where, balloon in cells.items():
        sums[where[side]] += balloon.registered_patients + balloon.published_patients
    # What is not stated stands last, however large.
    return tuple(sorted(sums, key=lambda name: (name == NOT_STATED, -sums[name], name)))


def draw_trials_map(found: TrialsMap, *, title: str = "Trials of mesenchymal stromal cells") -> Figure:
    """Return the map: rings for registered patients, discs for those in the review."""
    with house_style():
        return _draw(found, title)


def _draw(found: TrialsMap, title: str) -> Figure:
    labels = [wrap(readable(name), MOST_LABEL, SMALL) for name in found.conditions]
    left = MARGIN + max(widest(lines, SMALL) for lines in labels) + 10
    head = widest(list(found.sources), SMALL) + 8
    wide = max(left + CELL * len(found.sources) + MARGIN, LEAST_WIDE)
    sheet = Sheet.blank(title, _notes(found), wide=wide, down=head + CELL * len(labels))
    top, bottom = sheet.top + head, sheet.bottom
    for place, name in enumerate(found.sources):
        x = left + (place + 0.5) * CELL
        sheet.page.text(x, top - 6, name, rotation=90, ha="center", va="bottom", color=INK, font=font(SMALL))
        sheet.page.plot([x, x], [top, bottom], color=RULE, linewidth=0.8, zorder=0)
    for number, lines in enumerate(labels):
        y = top + (number + 0.5) * CELL
        sheet.page.plot([left, left + CELL * len(found.sources)], [y, y], color=RULE, linewidth=0.8, zorder=0)
        sheet.write_lines(left - 6, y, lines, side="right")
    most = _most(found)
    for (condition, source), balloon in sorted(found.cells.items()):
        x = left + (found.sources.index(source) + 0.5) * CELL
        y = top + (found.conditions.index(condition) + 0.5) * CELL
        _circles(sheet, x, y, balloon, most)
    return sheet.figure


def _most(found: TrialsMap) -> int:
    """Return the patients of a circle of full size: one cell in twenty may hold more, which is drawn dashed."""
    sizes = sorted(
        size for one in found.cells.values() for size in (one.registered_patients, one.published_patients) if size
    )
    return sizes[math.ceil(0.95 * (len(sizes) - 1))] if sizes else 1


def _circles(sheet: Sheet, x: float, y: float, balloon: Balloon, most: int) -> None:
    for number, patients, filled in (
        (balloon.published, balloon.published_patients, True),
        (balloon.registered, balloon.registered_patients, False),
    ):
        if number:
            radius = min(LARGEST, max(2.0, LARGEST * math.sqrt(patients / most)))
            face, edge = (BLUE, "none") if filled else ("none", VERMILLION)
            dashed = "--" if patients > most else "-"
            circle = Circle((x, y), radius, facecolor=face, edgecolor=edge, linewidth=1.2, linestyle=dashed)
            circle.set_alpha(0.75 if filled else 1.0)
            sheet.page.add_patch(circle)
    counts = f"{balloon.published}/{balloon.registered}"
    sheet.page.text(
        x + CELL / 2 - 1, y + CELL / 2 - 4, counts, ha="right", va="center_baseline", color=INK, font=font(5.5),
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.6},
    )  # fmt: skip


def _notes(found: TrialsMap) -> list[str]:
    total = [sum(getattr(one, name) for one in found.cells.values()) for name in ("published", "registered")]
    circles = (
        "Area of a blue disc: patients of studies in this review; of an orange ring: patients of registered trials"
    )
    most = _most(found)
    larger = any(max(one.published_patients, one.registered_patients) > most for one in found.cells.values())
    counted = f"{wording.count(total[0], 'study', 'studies')} and {wording.count(total[1], 'registered trial')}"
    notes = [
        f"{circles}, planned or enrolled{f'; dashed: more than {most:,}' if larger else ''}.",
        "In the corner of a cell: studies / registered trials.",
        f"{counted}; a trial may be both.",
    ]
    if found.others:
        notes.append(f"{found.others:,} further registered trials are of other diseases or never began.")
    return notes


def rows_of(found: TrialsMap) -> list[dict[str, object]]:
    """Return the cells of the map as flat rows."""
    return [
        {"condition": condition, "cell source": source, **dataclasses.asdict(found.cells[condition, source])}
        for condition in found.conditions
        for source in found.sources
        if (condition, source) in found.cells
    ]
