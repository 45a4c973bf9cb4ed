"""The dose-response: every arm with a dose of its own, exact intervals, and a logistic curve with its band.

Studies with several doses have a symbol and a colour of their own and a line through their arms; studies with one dose,
which only say where the curve lies, are grey rings. Of many arms see `dose_swarm`.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from mscevidence import synthesis
from mscevidence.effects.rows import scientific
from mscevidence.model import Family, Pooled, Study
from mscevidence.publish import dose_swarm, wording
from mscevidence.publish.figure import house_style
from mscevidence.publish.lettering import readable, width, wrap
from mscevidence.publish.plot_page import BLUE, FAINT, GREEN, GREY, INK, PURPLE, SKY, SMALL, VERMILLION, PlotPage
from mscevidence.publish.sheet import write

ACROSS, DOWN = 400.0, 300.0
LEGEND, ENTRY = 150.0, 13.0
SMALLEST, LARGEST = 4.0, 12.0
STEP, SPREAD = 7.0, 42.0
"""Arms with the same dose stand side by side this far apart, and all of them no further than this."""
COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, SKY, "#8c6d00", "#404040")
MARKS = ("o", "s", "^", "D", "v", "P", "X", "<")
CROWD = 24
"""From more arms on they are a swarm of dots, and studies have no symbols of their own."""
ONE_DOSE = "one dose"


def draw_dose_response(pooled: Pooled, studies: Sequence[Study], families: Sequence[Family]) -> Figure:
    """Return the dose-response of the question of an analysis.

    Raises:
        SelectionError: no study has results of two doses in one unit.
        StatisticsError: the question compares arms.
    """
    found = synthesis.doses(studies, families, pooled.question)
    with house_style():
        return _draw(found, pooled)


def _draw(found: synthesis.Doses, pooled: Pooled) -> Figure:
    crowded = len(found.arms) > CROWD
    looks = {name: (COLOURS[i % len(COLOURS)], MARKS[i % len(MARKS)]) for i, name in enumerate(found.graded)}
    entries = _entries(found, looks)
    down = dose_swarm.DOWN if crowded else max(DOWN, sum(len(lines) for _, lines in entries) * ENTRY)
    across = dose_swarm.ACROSS if crowded else ACROSS
    title = f"Dose-response: {pooled.title}"
    page = PlotPage.blank(title, list(_notes(found, pooled)), across=across, down=down, right=LEGEND)
    panel = page.panel
    low, high = (math.log10(end) for end in _ends(found))
    pad = (0.16 if crowded else 0.08) * (high - low)
    panel.set(xlim=(low - pad, high + pad), ylim=(0, 100))
    panel.spines["left"].set_bounds(0, 100)
    for tick in range(20, 101, 20):
        panel.axhline(tick, color=FAINT, linewidth=0.7, zorder=0)
    _curve(page, found)
    if crowded:
        dose_swarm.draw_swarm(page, found.arms, found.graded)
    else:
        _arms(page, found, looks)
        _legend(page, entries, looks)
    outcome = f"{pooled.outcome_label[:1].upper()}{pooled.outcome_label[1:]}"
    page.name_axes(f"Dose of one infusion, {found.unit} (log scale)", f"{outcome}, % of patients")
    ticks = _ticks(low - pad, high + pad)
    panel.set_xticks([math.log10(dose) for dose in ticks], [scientific(dose) for dose in ticks])
    page.number_axes()
    return page.figure


def _ends(found: synthesis.Doses) -> tuple[float, float]:
    amounts = [arm.dose for arm in found.arms]
    return min(amounts), max(amounts)


def _curve(page: PlotPage, found: synthesis.Doses) -> None:
    if found.fit is None:
        return
    low, high = _ends(found)
    curve = found.fit.predict(np.geomspace(low, high, 200))
    x = np.log10(curve.dose)
    page.panel.fill_between(x, 100 * curve.lower, 100 * curve.upper, color=GREY, alpha=0.18, linewidth=0, zorder=1)
    page.panel.plot(x, 100 * curve.proportion, color=INK, linewidth=1.4, zorder=2)


def _arms(page: PlotPage, found: synthesis.Doses, looks: Mapping[str, tuple[str, str]]) -> None:
    places = _side_by_side(page, found)
    most = max(arm.n for arm in found.arms)
    for name, (colour, _) in looks.items():
        own = [place for place, arm in enumerate(found.arms) if arm.study == name]
        page.panel.plot(
            [places[one] for one in own], [100 * found.arms[one].effect for one in own],
            color=colour, linewidth=0.9, alpha=0.6, zorder=3,
        )  # fmt: skip
    for x, arm in zip(places, found.arms, strict=True):
        colour, mark = looks.get(arm.study, (GREY, "o"))
        ends = [100 * arm.lower, 100 * arm.upper]
        page.panel.plot([x, x], ends, color=colour, linewidth=0.9, zorder=4)
        page.panel.plot(
            [x], [100 * arm.effect], mark, color=colour, zorder=5, clip_on=False,
            markersize=max(SMALLEST, LARGEST * math.sqrt(arm.n / most)),
            markerfacecolor=colour if arm.study in looks else "white",
        )  # fmt: skip


def _side_by_side(page: PlotPage, found: synthesis.Doses) -> list[float]:
    """Return the places of the arms on the axis, those of the same dose beside each other."""
    low, high = page.panel.get_xlim()
    point = (high - low) / ACROSS
    crowds: dict[int, list[int]] = defaultdict(list)
    for place, arm in enumerate(found.arms):
        crowds[round(math.log10(arm.dose) / (STEP * point))].append(place)
    x = [math.log10(arm.dose) for arm in found.arms]
    for crowd in crowds.values():
        step = min(STEP, SPREAD / len(crowd))
        for number, place in enumerate(crowd):
            x[place] += (number - (len(crowd) - 1) / 2) * step * point
    return x


def _ticks(low: float, high: float) -> list[float]:
    """Return doses at 1, 2 and 5 times powers of ten whose labels do not touch."""
    decades = range(math.floor(low), math.ceil(high) + 1)
    for steps in ((1, 2, 5), (1, 3), (1,)):
        doses = [step * 10.0**power for power in decades for step in steps if low <= math.log10(step) + power <= high]
        room = ACROSS / (high - low)
        gaps = [room * math.log10(later / sooner) for sooner, later in itertools.pairwise(doses)]
        if not gaps or min(gaps) > max(width(scientific(dose), SMALL) for dose in doses) + 6:
            return doses
    return doses[:: math.ceil(len(doses) / 6)]


def _entries(found: synthesis.Doses, looks: Mapping[str, object]) -> list[tuple[str, tuple[str, ...]]]:
    labels = {arm.study: arm.label for arm in found.arms}
    entries = [(name, wrap(readable(labels[name]), LEGEND - 28, SMALL)) for name in looks]
    others = len({arm.study for arm in found.arms} - set(looks))
    if others:
        entries.append((ONE_DOSE, (f"{wording.count(others, 'study', 'studies')}, one dose",)))
    return entries


def _legend(
    page: PlotPage, entries: Sequence[tuple[str, tuple[str, ...]]], looks: Mapping[str, tuple[str, str]]
) -> None:
    y = page.top + ENTRY / 2
    for name, lines in entries:
        colour, mark = looks.get(name, (GREY, "o"))
        face = "white" if name == ONE_DOSE else colour
        page.page.plot([page.beside + 14], [y], mark, color=colour, markerfacecolor=face, markersize=6)
        for line in lines:
            write(page.page, page.beside + 24, y, line)
            y += ENTRY


def _notes(found: synthesis.Doses, pooled: Pooled) -> Iterator[str]:
    level = wording.level_text(pooled.level)
    patients = sum(arm.n for arm in found.arms)
    studies = wording.count(len({arm.study for arm in found.arms}), "study", "studies")
    counted = f"{wording.count(len(found.arms), 'arm')} of {studies}, {wording.count(patients, 'patient')}"
    crowded = len(found.arms) > CROWD
    yield f"{counted}, each counted once. {'Area' if crowded else f'Exact {level} intervals; area'} by patients."
    yield from dose_swarm.notes() if crowded else ()
    yield "Results by arm: what combines arms of several doses has no place on the axis. One study of each family."
    diseases = len({arm.condition for arm in found.arms})
    if diseases > 1:
        yield f"{diseases} diseases: the curve cannot tell a dose from the disease in which it was given."
    if len({arm.infusions for arm in found.arms}) > 1:
        yield "Numbers of infusions differ between arms, or are not known, and are not part of the model."
    yield from _words_on_curve(found, level)
    reasons = Counter(one.reason for one in found.exclusions)
    if reasons:
        said = "; ".join(f"{number} ({reason})" for reason, number in reasons.most_common())
        yield f"Studies left out: {said}."


def _words_on_curve(found: synthesis.Doses, level: str) -> Iterator[str]:
    if found.fit is None:
        yield f"No curve: {found.why}."
        return
    middle, low, high = found.fit.odds_ratio
    intercepts = " with an intercept for each study, shown for the typical one" if found.fit.studies > 1 else ""
    yield f"Line and band: logistic model{intercepts}, {level} interval."
    yield f"Odds ratio of a doubled dose: {middle:.2f} [{low:.2f}, {high:.2f}]."
    yield from found.fit.notes
