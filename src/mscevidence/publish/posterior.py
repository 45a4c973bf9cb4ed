"""Posterior densities of the rate of each disease: from its own studies, with partial pooling, and in the mixture.

One ridge a disease, the three models told apart by line and mark as well as by colour, medians and intervals beside it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from matplotlib.figure import Figure

from mscevidence import synthesis, vocabulary
from mscevidence.model import BorrowedGroup, BorrowedRate, Family, Pooled, Study
from mscevidence.publish import wording
from mscevidence.publish.figure import house_style
from mscevidence.publish.lettering import readable, widest, wrap
from mscevidence.publish.plot_page import BLUE, FAINT, GREY, LEADING, MARGIN, SMALL, VERMILLION
from mscevidence.publish.sheet import Sheet

ACROSS = 230.0
MOST_LABEL = 150.0
ALONE, MANY = 150.0, 34.0
"""Height of the ridge of one disease, and of each of several."""
BAR = 6.0
GAP = 12.0
HEAD = 24.0
FOOT = 34.0
OTHERS = "From others"


@dataclasses.dataclass(frozen=True)
class Model:
    """How one of the models is drawn: the attribute it has everywhere, its name, and what its line looks like."""

    id: str
    name: str
    colour: str
    dashes: tuple[float, ...]
    mark: str


MODELS = (
    Model("alone", "Own studies", "#404040", (4.0, 2.0), "o"),
    Model("partial", "Partial pooling", BLUE, (), "s"),
    Model("robust", "Robust mixture", VERMILLION, (6.0, 1.5, 1.2, 1.5), "D"),
)


def draw_posterior(pooled: Pooled, studies: Sequence[Study], families: Sequence[Family]) -> Figure:
    """Return the densities of all diseases, or of those that the question is about.

    Raises:
        SelectionError: nothing reports the outcome.
        StatisticsError: all studies are of one disease, or the question compares two arms.
    """
    found = synthesis.borrow_densities(studies, families, pooled.question)
    shown = [place for place, group in enumerate(found.borrowed.groups) if _asked(group, pooled)]
    with house_style():
        return _Ridges(found, shown or list(range(len(found.borrowed.groups))), pooled).drawn()


def _asked(group: BorrowedGroup, pooled: Pooled) -> bool:
    if pooled.condition is None:
        return True
    terms = vocabulary.load("condition")
    return group.name in {terms[term].label for term in vocabulary.conditions_below(pooled.condition)}


class _Ridges:
    """The drawing: labels on the left, ridges in the middle, numbers on the right."""

    def __init__(self, found: synthesis.Densities, shown: Sequence[int], pooled: Pooled) -> None:
        self._found, self._shown, self._pooled = found, shown, pooled
        groups = [found.borrowed.groups[place] for place in shown]
        self._names = [wrap(readable(group.name[:1].upper() + group.name[1:]), MOST_LABEL, SMALL) for group in groups]
        self._counts = [
            f"{wording.count(group.k, 'study', 'studies')}, {group.events}/{group.patients}" for group in groups
        ]
        self._left = (
            MARGIN
            + max(widest([*lines, said], SMALL) for lines, said in zip(self._names, self._counts, strict=True))
            + 10
        )
        self._columns = [self._column(model) for model in MODELS]
        self._ridge = ALONE if len(shown) == 1 else MANY

    def _column(self, model: Model) -> tuple[str, list[str]]:
        groups = [self._found.borrowed.groups[place] for place in self._shown]
        return model.name, [_text(getattr(group, model.id)) for group in groups]

    @property
    def _row(self) -> float:
        needed = max((len(lines) + 1) * SMALL * LEADING for lines in self._names)
        return max(self._ridge + BAR * len(MODELS), needed) + GAP

    def drawn(self) -> Figure:
        """Return the figure."""
        widths = [max(widest([name], SMALL, bold=True) + 22, widest(cells, SMALL)) for name, cells in self._columns]
        share = widest([OTHERS], SMALL, bold=True)
        wide = self._left + ACROSS + sum(12 + each for each in widths) + 12 + share + MARGIN
        down = HEAD + self._row * len(self._shown) + FOOT
        sheet = Sheet.blank(f"Posterior of the rate: {self._pooled.title}", list(self._notes()), wide=wide, down=down)
        self._axis(sheet)
        x = self._left + ACROSS
        for model, (name, cells), each in zip(MODELS, self._columns, widths, strict=True):
            x += 12 + each
            self._heading(sheet, model, name, x)
            for number, cell in enumerate(cells):
                sheet.write(x, self._base(sheet, number) - 4, cell, side="right")
        x += 12 + share
        sheet.write(x, sheet.top + 8, OTHERS, side="right", bold=True)
        for number, place in enumerate(self._shown):
            weight = self._found.borrowed.groups[place].weight
            sheet.write(x, self._base(sheet, number) - 4, f"{100 * weight:.0f}%", side="right")
            self._draw_row(sheet, number, place)
        return sheet.figure

    def _heading(self, sheet: Sheet, model: Model, name: str, x: float) -> None:
        start = x - widest([name], SMALL, bold=True) - 20
        y = sheet.top + 8
        sheet.page.plot([start, start + 16], [y, y], color=model.colour, linewidth=1.4, dashes=model.dashes or (1, 0))
        sheet.page.plot([start + 8], [y], model.mark, color=model.colour, markersize=4)
        sheet.write(x, y, name, side="right", bold=True)

    def _base(self, sheet: Sheet, number: int) -> float:
        """Return the y of the ground of a ridge."""
        return sheet.top + HEAD + number * self._row + self._ridge

    def _place(self, rate: float) -> float:
        return self._left + ACROSS * rate

    def _axis(self, sheet: Sheet) -> None:
        bottom = sheet.bottom - FOOT
        for tick in (0, 20, 40, 60, 80, 100):
            x = self._left + ACROSS * tick / 100
            sheet.page.plot([x, x], [sheet.top + HEAD - 6, bottom], color=FAINT, linewidth=0.7, zorder=0)
            sheet.write(x, bottom + 8, str(tick), side="center")
        label = f"{self._pooled.outcome_label[:1].upper()}{self._pooled.outcome_label[1:]} of the typical study, %"
        sheet.write(self._left + ACROSS / 2, bottom + 22, readable(label), side="center")

    def _draw_row(self, sheet: Sheet, number: int, place: int) -> None:
        base, group = self._base(sheet, number), self._found.borrowed.groups[place]
        lines = [*self._names[number], self._counts[number]]
        middle = base - self._ridge / 2
        sheet.write_lines(self._left - 10, middle, lines[:-1], side="right")
        under = middle + (len(lines) / 2) * SMALL * LEADING
        sheet.write(self._left - 10, under, lines[-1], side="right", colour=GREY)
        curves = [getattr(self._found, model.id)[place] for model in MODELS]
        top = max(float(curve.max()) for curve in (*curves, self._found.prior))
        x = self._left + ACROSS * self._found.rates
        page = sheet.page
        page.plot([self._left, self._left + ACROSS], [base, base], color=GREY, linewidth=0.6)
        page.plot(x, base - self._ridge * self._found.prior / top, color=GREY, linewidth=0.9, dashes=(1, 1.5))
        for model, curve in zip(MODELS, curves, strict=True):
            y = base - self._ridge * curve / top
            if model.id == "partial":
                page.fill_between(x, y, base, color=model.colour, alpha=0.14, linewidth=0)
            page.plot(x, y, color=model.colour, linewidth=1.3, dashes=model.dashes or (1, 0))
        for step, model in enumerate(MODELS, 1):
            self._bar(sheet, base + step * BAR - 1, getattr(group, model.id), model)

    def _bar(self, sheet: Sheet, y: float, rate: BorrowedRate, model: Model) -> None:
        ends = [self._place(rate.lower), self._place(rate.upper)]
        sheet.page.plot(ends, [y, y], color=model.colour, linewidth=1.1, solid_capstyle="butt")
        sheet.page.plot([self._place(rate.rate)], [y], model.mark, color=model.colour, markersize=3.6)

    def _notes(self) -> Iterator[str]:
        borrowed = self._found.borrowed
        level = wording.level_text(self._pooled.level)
        yield f"Medians with central {level} intervals, %. Every ridge has its own height; every curve has the area 1."
        yield "Dotted: the prior of a disease by itself. From others: what other diseases give to partial pooling."
        new = _text(borrowed.new)
        yield f"A disease without data, by partial pooling: {new} %. One study of each family that shares patients."
        yield from self._remarks()

    def _remarks(self) -> Iterator[str]:
        """Yield the notes of the model, those that say the same of several diseases as one."""
        shown = [self._found.borrowed.groups[place].name for place in self._shown]
        about: dict[str, list[str]] = {}
        for note in self._found.borrowed.notes:
            name, _, said = note.partition(": ")
            if any(name == group.name for group in self._found.borrowed.groups):
                about.setdefault(said, []).extend([name] if name in shown else [])
            else:
                yield note
        for said, names in about.items():
            if names:
                every = len(names) == len(shown) > 1
                yield f"{'Every disease' if every else ', '.join(names)}: {said}"


def _text(rate: BorrowedRate) -> str:
    return wording.rate(rate.rate, rate.lower, rate.upper)
