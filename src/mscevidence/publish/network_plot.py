"""The drawing of the network of treatments: nodes on a circle, always the same, names beside them in two columns.

The order on the circle keeps compared treatments near each other. A name is moved up or down until it stands on no
other, and a thin line then leads to it.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence

from matplotlib.figure import Figure
from matplotlib.patches import Circle, RegularPolygon

from mscevidence.publish import wording
from mscevidence.publish.figure import house_style
from mscevidence.publish.lettering import readable, widest, wrap
from mscevidence.publish.network import Network, Pair, Treatment
from mscevidence.publish.plot_page import BLUE, LEADING, MARGIN, SMALL, VERMILLION
from mscevidence.publish.sheet import Sheet, Side

MOST_LABEL = 185.0
SMALLEST, LARGEST = 5.0, 22.0
NEAR = 8.0
LEAST_RADIUS = 95.0
APART, BETWEEN = 50.0, 22.0
"""Of neighbours on the circle: from middle to middle, and from edge to edge, at least."""
THIN, THICK = 1.2, 9.0
SHARES = (0.5, *(0.5 + sign * step / 50 for step in range(2, 21, 2) for sign in (-1, 1)))
"""Where on a line its number may stand, the middle first."""
BENDS = (0.0, 0.25, 0.5, 0.75, 1.0)
"""How far towards the centre a line may bend so that it runs behind no node that it does not join."""
STEPS, PASS = 100, 3.0
Point = tuple[float, float]


@dataclasses.dataclass
class _Name:
    """What is written beside a node, and where."""

    lines: tuple[str, ...]
    x: float
    y: float
    side: Side

    @property
    def high(self) -> float:
        return len(self.lines) * SMALL * LEADING + 3


def draw_network(found: Network, *, title: str = "What was compared with what") -> Figure:
    """Return the figure of a network."""
    with house_style():
        return _Drawing(found, title).drawn()


class _Drawing:
    def __init__(self, found: Network, title: str) -> None:
        self._found, self._title = found, title
        self._order = order_on_circle([one.name for one in found.treatments], found.comparisons)
        self._by_name = {one.name: one for one in found.treatments}
        self._lines = {one.name: _words(one) for one in found.treatments}
        tall = sum(len(lines) * SMALL * LEADING + 3 for lines in self._lines.values())
        nodes = len(self._order)
        self._circle = max(LEAST_RADIUS, tall / 3.2, APART * nodes / (2 * math.pi))
        # Between neighbours there must be room for the number on their line.
        room = 2 * self._circle * math.sin(math.pi / max(nodes, 2)) - BETWEEN
        self._largest = min(LARGEST, max(SMALLEST, room / 2))
        self._side = max(widest(lines, SMALL) for lines in self._lines.values()) + NEAR + LARGEST

    def drawn(self) -> Figure:
        """Return the figure."""
        down = 2 * (self._circle + LARGEST) + 20
        wide = max(2 * (self._circle + self._side + MARGIN), 380.0)
        sheet = Sheet.blank(self._title, list(_notes(self._found)), wide=wide, down=down)
        centre = (wide / 2, sheet.top + down / 2)
        at = {name: _on_circle(centre, self._circle, place, len(self._order)) for place, name in enumerate(self._order)}
        self._edges(sheet, at, centre)
        for name in self._order:
            self._node(sheet, self._by_name[name], at[name])
        for name, told in self._names(at, centre[0], sheet).items():
            self._write(sheet, told, at[name], self._radius(self._by_name[name]))
        return sheet.figure

    def _radius(self, treatment: Treatment) -> float:
        most = max(one.patients for one in self._found.treatments) or 1
        return max(SMALLEST, self._largest * math.sqrt(treatment.patients / most))

    def _node(self, sheet: Sheet, treatment: Treatment, at: tuple[float, float]) -> None:
        r = self._radius(treatment)
        # A square of the same area as the circle would have.
        square = {"radius": r * math.sqrt(math.pi / 2), "orientation": math.pi / 4}
        shape = RegularPolygon(at, 4, **square) if treatment.control else Circle(at, r)
        shape.set_facecolor(VERMILLION if treatment.control else BLUE)
        shape.set(edgecolor="white", linewidth=1.2, zorder=3)
        sheet.page.add_patch(shape)

    def _edges(self, sheet: Sheet, at: Mapping[str, Point], centre: Point) -> None:
        taken = [(x, y, self._radius(self._by_name[name])) for name, (x, y) in at.items()]
        for (left, right), labels in self._found.comparisons.items():
            others = [(*at[name], self._radius(self._by_name[name])) for name in at if name not in (left, right)]
            path = _way(at[left], at[right], centre, others)
            line = min(THIN + 1.3 * (len(labels) - 1), THICK)
            xs, ys = zip(*path, strict=True)
            sheet.page.plot(xs, ys, color="#9a9a9a", linewidth=line, solid_capstyle="butt", zorder=1)
            x, y = _free_place(path, taken)
            taken.append((x, y, 7.0))
            sheet.page.add_patch(Circle((x, y), 6.5, facecolor="white", edgecolor="none", zorder=2))
            sheet.write(x, y, str(len(labels)), side="center")

    def _names(self, at: Mapping[str, tuple[float, float]], middle: float, sheet: Sheet) -> dict[str, _Name]:
        """Return the names in two columns, in the order of their nodes from above."""
        names: dict[str, _Name] = {}
        for side, sign in (("left", 1.0), ("right", -1.0)):
            here = [name for name in self._order if ((at[name][0] - middle) * sign > 0)]
            here.sort(key=lambda name: at[name][1])
            x = middle + sign * (self._circle + LARGEST + NEAR)
            told = [_Name(self._lines[name], x, at[name][1], side) for name in here]  # type: ignore[arg-type]
            _push_apart(told, sheet.top, sheet.bottom)
            names |= dict(zip(here, told, strict=True))
        return names

    def _write(self, sheet: Sheet, told: _Name, at: tuple[float, float], radius: float) -> None:
        sheet.write_lines(told.x, told.y, told.lines, side=told.side)
        end = told.x - (3 if told.side == "left" else -3)
        if math.dist((end, told.y), at) > radius + NEAR:
            sheet.page.plot([at[0], end], [at[1], told.y], color="#b0b0b0", linewidth=0.7, dashes=(2, 2), zorder=0.5)


def order_on_circle(names: Sequence[str], comparisons: Mapping[Pair, Sequence[str]]) -> list[str]:
    """Return the names so that compared ones are near each other on a circle; the same every time."""
    order = list(names)
    best = _span(order, comparisons)
    improved = True
    while improved:
        improved = False
        for i, j in itertools.combinations(range(len(order)), 2):
            tried = order.copy()
            tried[i], tried[j] = tried[j], tried[i]
            span = _span(tried, comparisons)
            if span < best:
                order, best, improved = tried, span, True
    return order


def _span(order: Sequence[str], comparisons: Mapping[Pair, Sequence[str]]) -> int:
    place = {name: number for number, name in enumerate(order)}
    apart = [(abs(place[left] - place[right]), len(labels)) for (left, right), labels in comparisons.items()]
    return sum(min(gap, len(order) - gap) * studies for gap, studies in apart)


def _on_circle(centre: tuple[float, float], radius: float, place: int, of: int) -> tuple[float, float]:
    """Return a place on the circle, none of which is right above or below the centre: every name has its side."""
    turn = 0.25 if of % 2 else 0.5
    angle = 2 * math.pi * (place + turn) / of - math.pi / 2
    return centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle)


def _way(start: Point, end: Point, centre: Point, others: Sequence[tuple[float, float, float]]) -> list[Point]:
    """Return the points of a line between two nodes, bent inwards as far as it takes to pass the others."""
    for bend in BENDS:
        turn = tuple((a + b) / 2 + bend * (c - (a + b) / 2) for a, b, c in zip(start, end, centre, strict=True))
        path = [_on_curve(start, (turn[0], turn[1]), end, step / STEPS) for step in range(STEPS + 1)]
        if all(math.dist(point, (x, y)) > r + PASS for point in path for x, y, r in others):
            break
    return path


def _on_curve(start: Point, turn: Point, end: Point, t: float) -> Point:
    """Return the point of a quadratic Bezier curve."""
    x, y = ((1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c for a, b, c in zip(start, turn, end, strict=True))
    return x, y


def _free_place(path: Sequence[Point], taken: Sequence[tuple[float, float, float]]) -> Point:
    """Return the point of a line, the middle if it can be, whose number covers no node and no other number."""
    places = [path[round(share * (len(path) - 1))] for share in SHARES]
    return max(places, key=lambda at: min(0.0, *(math.dist(at, (x, y)) - r - 7.0 for x, y, r in taken)))


def _push_apart(names: Sequence[_Name], top: float, bottom: float) -> None:
    """Move names, ordered from above, up and down until none stands on another and all stand in the room."""
    for before, after in itertools.pairwise(names):
        after.y = max(after.y, before.y + (before.high + after.high) / 2)
    floor = bottom
    for one in reversed(names):
        one.y = min(one.y, floor - one.high / 2)
        floor = one.y - one.high / 2
    ceiling = top
    for one in names:
        one.y = max(one.y, ceiling + one.high / 2)
        ceiling = one.y + one.high / 2


def _words(one: Treatment) -> tuple[str, ...]:
    patients = wording.count(one.patients, "patient") if one.patients else "patients not known"
    studies = wording.count(one.studies, "study", "studies")
    return (*wrap(readable(one.name), MOST_LABEL, SMALL), *wrap(f"{patients}, {studies}", MOST_LABEL, SMALL))


def _notes(found: Network) -> Iterator[str]:
    patients = sum(one.patients for one in found.treatments)
    yield f"{wording.count(found.studies, 'study', 'studies')}, {wording.count(patients, 'patient')}."
    yield "Blue circles: cells, by source. Orange squares: controls. Area: patients; lines and numbers: studies."
    if found.unknown:
        yield f"{wording.count(found.unknown, 'arm')} without a known number of patients, counted as none."
    if found.parts > 1:
        yield f"The network falls into {found.parts} parts, between which nothing can be compared."
    for labels, why in (
        (found.alike, "with several arms of the same treatment"),
        (found.shared, "whose patients another study of the family stands for"),
        (found.unusable, "whose reports were all taken back"),
    ):
        if labels:
            yield f"Not shown: {wording.count(len(labels), 'study', 'studies')} {why} ({', '.join(labels)})."


__all__ = ["draw_network", "order_on_circle"]
