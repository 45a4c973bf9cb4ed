"""The forest plot of comparisons: line of no difference, which side favours whom, arrows where intervals go on."""

from __future__ import annotations

import itertools
import math
import re
from pathlib import Path
from typing import Any, TypeVar

import pytest
import synthetic_pooled as made_up
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle
from matplotlib.text import Text

from figure_reading import by_key
from mscevidence.model import Group, Pooled
from mscevidence.publish.figure import house_style
from mscevidence.publish.forest import describe, draw_forest, save_forest
from mscevidence.publish.forest.drawing import ARROW
from mscevidence.publish.forest.layout import PANEL

Kind = TypeVar("Kind", bound=Artist)
LATE: dict[str, Any] = {"effect": 0.9, "lower": 1e-5, "upper": 8e4, "prediction_lower": 1e-9, "prediction_upper": 1e9}


def wide() -> Pooled:
    rows = [
        made_up.contrast("Wide 2001", (1, 12), (0, 6), number=0),
        made_up.contrast("Wider 2002", (11, 12), (0, 16), number=1),
        made_up.contrast("Normal 2003", (11, 112), (20, 116), number=2),
        made_up.contrast("Empty 2004", (0, 12), (0, 16), number=3),
    ]
    pooled = made_up.compared(rows)
    late = pooled.overall.estimates[0].model_copy(update=LATE)
    return pooled.model_copy(update={"overall": pooled.overall.model_copy(update={"estimates": (late,)})})


def grouped() -> Pooled:
    pooled = made_up.compared(made_up.contrasts(7))
    rows = pooled.overall.rows
    estimate = pooled.overall.estimates[0]
    groups = tuple(
        Group(name=name, label=name, rows=part, estimates=(estimate.model_copy(update={"k": len(part)}),))
        for name, part in (("Lupus nephritis", rows[:3]), ("Multiple sclerosis", rows[3:]))
    )
    return pooled.model_copy(update={"groups": groups})


CASES = {
    "1 row": made_up.compared(made_up.contrasts(1)),
    "4 rows": made_up.compared(made_up.contrasts(4)),
    "20 rows": made_up.compared(made_up.contrasts(20)),
    "risk differences": made_up.compared(made_up.contrasts(6, measure="RD"), measure="RD"),
    "wide": wide(),
    "subgroups": grouped(),
}


def words(figure: Figure) -> str:
    return "\n".join(by_key(figure).values()).replace("\N{NO-BREAK SPACE}", " ")


def panel(figure: Figure) -> Axes:
    (found,) = [axes for axes in figure.axes if axes.get_gid() == "panel"]
    return found


def artists(figure: Figure, gid: str, kind: type[Kind]) -> list[Kind]:
    return [one for one in figure.findobj() if isinstance(one, kind) and one.get_gid() == gid]


def ends(line: Line2D) -> list[float]:
    return [float(value) for value in line.get_xdata()]  # type: ignore[union-attr, arg-type]


@pytest.mark.parametrize("name", CASES)
def test_no_text_covers_another_or_leaves_the_figure(name: str) -> None:
    figure = draw_forest(CASES[name])
    width, height = figure.get_size_inches() * 72
    with house_style():
        figure.set_dpi(72)
        renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]  # matplotlib's gap
        shown = [one for one in figure.findobj() if isinstance(one, Text) and one.get_text() and one.get_visible()]
        boxes = [(one.get_text(), one.get_window_extent(renderer)) for one in shown]
    assert [text for text, box in boxes if box.x0 < 2 or box.y0 < 2 or box.x1 > width - 2 or box.y1 > height - 2] == []
    assert [
        (text, other)
        for (text, one), (other, two) in itertools.combinations(boxes, 2)
        if min(one.x1, two.x1) - max(one.x0, two.x0) > 0.8 and min(one.y1, two.y1) - max(one.y0, two.y0) > 0.8
    ] == []


@pytest.mark.parametrize("name", CASES)
def test_both_arms_of_every_study_are_written(name: str) -> None:
    written = by_key(draw_forest(CASES[name]))
    for index, row in enumerate(CASES[name].overall.rows, start=1):
        assert row.control is not None
        shown = [written[f"study-{index}-{key}"] for key in ("events", "total", "control-events", "control-total")]
        assert shown == [str(number) for number in (row.events, row.n, row.control.events, row.control.n)]


@pytest.mark.parametrize("name", CASES)
def test_marks_stand_where_the_numbers_are(name: str) -> None:
    pooled = CASES[name]
    figure = draw_forest(pooled)
    logarithmic = pooled.question.measure == "OR"
    low, high = panel(figure).get_xlim()
    for index, row in enumerate(pooled.overall.rows, start=1):
        squares = artists(figure, f"study-{index}-mark", Rectangle)
        if row.effect is None or row.lower is None or row.upper is None:
            assert squares == []
            assert by_key(figure)[f"study-{index}-effect"] == "–"
            continue
        at, *limits = (math.log10(x) if logarithmic else 100 * x for x in (row.effect, row.lower, row.upper))
        (square,) = squares
        assert square.get_x() + square.get_width() / 2 == pytest.approx(at)
        (line,) = artists(figure, f"study-{index}-mark-interval", Line2D)
        assert ends(line) == pytest.approx([min(max(end, low), high) for end in limits])
        assert bool(artists(figure, f"study-{index}-mark-below", Line2D)) == (limits[0] < low)
        assert bool(artists(figure, f"study-{index}-mark-above", Line2D)) == (limits[1] > high)
        assert low < at < high


@pytest.mark.parametrize(("name", "null"), [("4 rows", 0.0), ("risk differences", 0.0)])
def test_the_line_of_no_difference_is_solid(name: str, null: float) -> None:
    (line,) = artists(draw_forest(CASES[name]), "no-difference", Line2D)
    assert ends(line) == [null, null]
    assert line.get_linestyle() == "-"


def test_a_rate_has_no_such_line() -> None:
    assert artists(draw_forest(made_up.pooled(made_up.many(4))), "no-difference", Line2D) == []


@pytest.mark.parametrize(
    ("outcome", "below", "above"),
    [
        ("serious-adverse-event", "← Favours MSC", "Favours control →"),
        ("response", "← Favours control", "Favours MSC →"),
        ("completed", "← Less often with MSC", "More often with MSC →"),
    ],
)
def test_which_side_favours_whom_depends_on_the_outcome(outcome: str, below: str, above: str) -> None:
    written = by_key(draw_forest(made_up.compared(made_up.contrasts(4), outcome=outcome)))
    assert (written["direction-below"], written["direction-above"]) == (below, above)


def test_an_interval_beyond_the_axis_is_cut_with_an_arrow_and_written_whole() -> None:
    figure = draw_forest(wide())
    low, high = panel(figure).get_xlim()
    (diamond,) = artists(figure, "overall-mark", Polygon)
    xs = [float(x) for x in diamond.get_xy()[:, 0]]
    assert (min(xs), max(xs)) == pytest.approx((low, high))
    assert len(diamond.get_xy()) == 7  # both ends are cut off straight, and the path is closed
    # The sides run straight to where the interval ends, so that the cut is as high as they are there.
    heights = [float(y) for y in diamond.get_xy()[:, 1]]
    share = (-5 - low) / (-5 - math.log10(0.9))
    assert abs(heights[0] - heights[1]) == pytest.approx(share * (max(heights) - min(heights)))
    beside = ARROW * (high - low) / PANEL
    for key, gap in (("overall-mark", beside), ("overall-prediction-mark", 0.0)):
        for side, edge in (("below", low - gap), ("above", high + gap)):
            (arrow,) = artists(figure, f"{key}-{side}", Line2D)
            assert ends(arrow) == pytest.approx([edge])
    assert by_key(figure)["overall-effect"] == "0.90 [<0.01, 80,000]"
    assert -6 < low < -1 < 2 < high < 6


def test_the_axis_of_ratios_is_logarithmic_with_few_ticks_and_one_in_sight() -> None:
    for name in ("1 row", "4 rows", "20 rows", "wide"):
        axes = panel(draw_forest(CASES[name]))
        ticks = {
            float(at): label.get_text() for at, label in zip(axes.get_xticks(), axes.get_xticklabels(), strict=True)
        }
        assert ticks[0.0] == "1"
        assert 2 <= len(ticks) <= 7
        assert all(10**at == pytest.approx(float(label.replace(",", ""))) for at, label in ticks.items())


def test_the_axis_of_differences_is_in_points_and_holds_every_interval() -> None:
    axes = panel(draw_forest(CASES["risk differences"]))
    low, high = axes.get_xlim()
    rows = CASES["risk differences"].overall.rows
    assert low < min(100 * row.lower for row in rows if row.lower is not None)
    assert high > max(100 * row.upper for row in rows if row.upper is not None)
    assert "0" in [label.get_text() for label in axes.get_xticklabels()]
    assert "−20" in [label.get_text() for label in axes.get_xticklabels()]


def test_headings_name_both_arms_and_the_effect() -> None:
    written = words(draw_forest(CASES["4 rows"]))
    for text in (
        "MSC",
        "Control",
        "Odds ratio [95% CI]",
        "Overall (4 studies, 410 patients)",
        "odds ratio (log scale)",
    ):
        assert text in written
    lines = artists(draw_forest(CASES["risk differences"]), "axis-label", Text)
    assert " ".join(line.get_text() for line in lines).endswith("risk difference (percentage points)")


def test_subgroups_sum_both_arms() -> None:
    figure = draw_forest(CASES["subgroups"])
    assert len([one for one in figure.findobj() if isinstance(one, Polygon)]) == 3
    assert "Subtotal (3 studies" in words(figure)


def test_the_plot_in_words_tells_both_arms() -> None:
    said = describe(CASES["wide"])
    assert "Wide 2001: 1 of 12 with cells, 0 of 6 controls, 1.70 [0.06, 47.9]." in said
    assert re.search(r"Empty 2004: 0 of 12 with cells, 0 of 16 controls, –\.", said)
    assert "per cent" not in said


@pytest.mark.parametrize("form", ["svg", "png"])
def test_same_comparison_same_bytes(form: str, tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.{form}" for name in "ab"]
    for path in paths:
        save_forest(CASES["wide"], path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
