"""The figure of a disease on the front page: response and harm on one axis from 0 to 100 per cent."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

from markupsafe import Markup

LEFT, RIGHT, WIDE = 84.0, 26.0, 560.0
LANE, TOP, FOOT = 46.0, 8.0, 26.0
SMALLEST, LARGEST = 4.0, 10.0
TICKS = (0, 25, 50, 75, 100)


@dataclasses.dataclass(frozen=True)
class Dot:
    """A study: its rate, its patients, the address of its sentence and what it says in words."""

    rate: float
    n: int
    address: str
    words: str


@dataclasses.dataclass(frozen=True)
class Lane:
    """One outcome: its name, the colour it has, its studies, and lower limit, rate and upper limit if pooled."""

    name: str
    colour: str
    dots: tuple[Dot, ...]
    pooled: tuple[float, float, float] | None


def glance_svg(lanes: Sequence[Lane], *, title: str) -> str:
    """Return the figure as an SVG element; colours are those of the page, so that it is at home in the dark too."""
    high = TOP + LANE * len(lanes) + FOOT
    words = "; ".join(dot.words for lane in lanes for dot in lane.dots)
    parts = [
        Markup('<svg class="glance" viewBox="0 0 {} {}" role="group" aria-label="{}">').format(
            f"{WIDE:g}", f"{high:g}", f"{title}. {words}"
        )
    ]
    bottom = TOP + LANE * len(lanes)
    for tick in TICKS:
        at = f"{_x(tick / 100):.1f}"
        parts.append(Markup('<line class="grid" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>').format(at, TOP, bottom))
        parts.append(
            Markup('<text class="tick" x="{}" y="{}" text-anchor="middle">{}</text>').format(
                at, f"{bottom + 16:g}", f"{tick} %"
            )
        )
    largest = max((dot.n for lane in lanes for dot in lane.dots), default=1)
    for number, lane in enumerate(lanes):
        parts += _lane(lane, TOP + LANE * number, largest)
    return str(Markup("").join([*parts, Markup("</svg>")]))


def _x(rate: float) -> float:
    return LEFT + rate * (WIDE - LEFT - RIGHT)


def _lane(lane: Lane, top: float, largest: int) -> list[Markup]:
    middle = top + 17
    parts = [
        Markup('<text class="lane" x="0" y="{}">{}</text>').format(f"{top + 27:g}", lane.name),
        Markup('<g class="{}">').format(lane.colour),
    ]
    # The large ones first, so that no small one lies hidden.
    for dot in sorted(lane.dots, key=lambda one: (-one.n, one.rate, one.words)):
        radius = max(SMALLEST, LARGEST * math.sqrt(dot.n / largest))
        circle = Markup('<circle cx="{}" cy="{}" r="{}"><title>{}</title></circle>').format(
            f"{_x(dot.rate):.1f}", f"{middle:g}", f"{radius:.1f}", dot.words
        )
        link = Markup('<a href="{}" aria-label="{}">{}</a>').format(dot.address, dot.words, circle)
        parts.append(link if dot.address else circle)
    if lane.pooled is not None:
        low, at, high = (_x(each) for each in lane.pooled)
        y = top + 36
        corners = f"{low:.1f},{y:g} {at:.1f},{y - 5:g} {high:.1f},{y:g} {at:.1f},{y + 5:g}"
        parts.append(Markup('<polygon points="{}"/>').format(corners))
    return [*parts, Markup("</g>")]
