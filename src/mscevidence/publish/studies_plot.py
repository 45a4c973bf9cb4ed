"""The drawing of studies, reports and families: rows under diseases, brackets for families, a mark for each report."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence

from matplotlib.figure import Figure

from mscevidence import vocabulary
from mscevidence.publish import wording
from mscevidence.publish.figure import house_style
from mscevidence.publish.lettering import readable, widest, width, wrap
from mscevidence.publish.plot_page import BLUE, BODY, GREEN, GREY, INK, MARGIN, PURPLE, SMALL, VERMILLION
from mscevidence.publish.sheet import Sheet
from mscevidence.publish.studies_map import ShownReport, ShownStudy, StudiesMap

ROW = 15.0
HEADING = 22.0
BRACKET = 9.0
"""Width of one family on the left; a study in two families stands beside two."""
MOST_LABEL = 190.0
ACROSS = 430.0
"""Room for the reports of a study; what does not fit goes on below."""
MARK = 12.0


Item = tuple[float, ShownReport | None, str]
"""Place, report (none for a registration), and words."""


@dataclasses.dataclass(frozen=True)
class Badge:
    """How the mark of a report looks: shape, colour, and whether it is filled."""

    mark: str
    colour: str
    filled: bool = True


BADGES = {
    "published": Badge("o", BLUE),
    "preliminary": Badge("o", BLUE, filled=False),
    "corrected": Badge("^", GREEN),
    "cancelled": Badge("s", VERMILLION, filled=False),
    "withdrawn": Badge("P", VERMILLION),
    "retracted": Badge("X", VERMILLION),
    "expression-of-concern": Badge("D", PURPLE),
}
OTHER = Badge("v", GREY)
"""Of a status that the vocabulary may get later."""


def draw_studies_map(found: StudiesMap, *, title: str = "Studies, their reports, and who shares patients") -> Figure:
    """Return the figure of a map of studies."""
    with house_style():
        return _Drawing(found, title).drawn()


@dataclasses.dataclass
class _Laid:
    """A study with its label and reports cut to lines, and its place from above."""

    study: ShownStudy
    label: tuple[str, ...]
    lines: list[list[Item]]
    top: float = 0.0

    @property
    def high(self) -> float:
        return ROW * max(len(self.label), len(self.lines))


class _Drawing:
    def __init__(self, found: StudiesMap, title: str) -> None:
        self._found, self._title = found, title
        self._laid = {one.id: _Laid(one, _label(one), list(_lines(one))) for one in found.studies}
        most = max(len(one.families) for one in found.studies)
        self._spine = MARGIN + 4 + BRACKET * most
        self._names = self._spine + 8
        self._reports = self._names + max(widest(one.label, SMALL) for one in self._laid.values()) + 12
        self._wide = self._reports + ACROSS + MARGIN

    def drawn(self) -> Figure:
        """Return the figure."""
        down = 0.0
        headings = []
        for condition, members in self._found.sections:
            headings.append((down, condition, members))
            down += HEADING
            for study in members:
                self._laid[study.id].top = down
                down += self._laid[study.id].high
            down += 4
        present = [
            name for name in BADGES if any(one.status == name for study in self._found.studies for one in study.reports)
        ]
        sheet = Sheet.blank(self._title, list(_notes(self._found)), wide=self._wide, down=down + ROW + 8)
        for y, condition, members in headings:
            words = f"{condition[:1].upper()}{condition[1:]}, {wording.count(len(members), 'study', 'studies')}"
            sheet.write(MARGIN, sheet.top + y + HEADING / 2, readable(words), size=BODY, bold=True)
        for laid in self._laid.values():
            self._draw_study(sheet, laid)
        self._draw_families(sheet)
        self._legend(sheet, present, sheet.top + down + ROW / 2 + 4)
        return sheet.figure

    def _draw_study(self, sheet: Sheet, laid: _Laid) -> None:
        y = sheet.top + laid.top + ROW / 2
        for number, line in enumerate(laid.label):
            sheet.write(self._names, y + number * ROW, line)
        start = self._names + width(laid.label[0], SMALL) + 4
        sheet.page.plot([start, self._reports - 2], [y, y], color="#cccccc", linewidth=0.7, zorder=0)
        for number, reports in enumerate(laid.lines):
            for x, report, words in reports:
                if report is not None:
                    self._badge(sheet, self._reports + x + 4, y + number * ROW, BADGES.get(report.status, OTHER))
                at = self._reports + x + (MARK if report is not None else 0.0)
                sheet.write(at, y + number * ROW, words, colour=INK if report is not None else GREY)

    def _badge(self, sheet: Sheet, x: float, y: float, badge: Badge) -> None:
        face = badge.colour if badge.filled else "white"
        sheet.page.plot(
            [x], [y], badge.mark, markersize=6, markerfacecolor=face, markeredgecolor=badge.colour, markeredgewidth=1.2
        )
        if badge.mark == "s":
            sheet.page.plot([x - 2.6, x + 2.6], [y + 2.6, y - 2.6], color=badge.colour, linewidth=1.0)

    def _draw_families(self, sheet: Sheet) -> None:
        """Draw a bracket for each family along its studies, the families of a study side by side."""
        for family in self._found.families:
            members = [self._laid[name] for name in family.studies if name in self._laid]
            column = max(one.study.families.index(family.id) for one in members)
            x = self._spine - 2 - BRACKET * column
            places = [sheet.top + one.top + ROW / 2 for one in members]
            sheet.page.plot([x, x], [min(places), max(places)], color=INK, linewidth=1.3)
            for y in places:
                sheet.page.plot([x, self._names - 3], [y, y], color=INK, linewidth=1.3)

    def _legend(self, sheet: Sheet, present: Sequence[str], y: float) -> None:
        x = MARGIN
        statuses = vocabulary.load("report-status")
        for name in present:
            self._badge(sheet, x + 4, y, BADGES[name])
            sheet.write(x + MARK, y, statuses[name].label)
            x += MARK + width(statuses[name].label, SMALL) + 14


def _label(study: ShownStudy) -> tuple[str, ...]:
    return wrap(readable(study.label), MOST_LABEL, SMALL)


def _lines(study: ShownStudy) -> Iterator[list[Item]]:
    """Yield the lines of reports with their places; registrations, which are of the study, stand behind them."""
    x = 0.0
    line: list[Item] = []
    reports = [(one, f"{one.name}{f' ({one.letter})' if one.letter else ''}") for one in study.reports]
    for report, words in (*reports, *((None, number) for number in study.registrations)):
        for part, piece in enumerate(wrap(readable(words), ACROSS - MARK, SMALL)):
            taken = (MARK if report else 0.0) + width(piece, SMALL)
            if line and (part or x + taken > ACROSS):
                yield line
                x, line = 0.0, []
            line.append((x, None if part else report, piece))
            x += taken + 12
    yield line


def _notes(found: StudiesMap) -> Iterator[str]:
    reports = [report for study in found.studies for report in study.reports]
    statuses = Counter(report.status for report in reports if report.status != "published")
    labels = vocabulary.load("report-status")
    told = ", ".join(f"{number} {labels[name].label}" for name, number in sorted(statuses.items()))
    studies = wording.count(len(found.studies), "study", "studies")
    counted = f"{studies}, {wording.count(len({one.id for one in reports}), 'report')}"
    yield f"{counted}{f' ({told})' if told else ''}."
    if found.families:
        place = {study.id: number for number, study in enumerate(found.studies)}
        above = sorted(found.families, key=lambda family: min(place.get(name, len(place)) for name in family.studies))
        names = ", ".join(family.id for family in above)
        yield "Brackets: studies that share, or may share, patients; an analysis takes one study of each family."
        yield f"From above these are {names}." if len(above) > 1 else f"It is {names}."
    if any(report.letter for report in reports):
        yield "Reports with the same letter are one report about several studies."
    if found.ties:
        pairs = "; ".join(f"{left} and {right} ({value})" for left, right, value in found.ties)
        yield f"The same identifier without a common family: {pairs}."
