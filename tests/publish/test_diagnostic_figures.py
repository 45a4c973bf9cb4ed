"""Funnel, Baujat, GOSH and L'Abbe plots: their numbers, their words, and that no text leaves the page."""

from __future__ import annotations

import math

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.path import Path
from matplotlib.transforms import Bbox

from figure_reading import assert_apart, by_key, texts_in_place
from mscevidence import synthesis
from mscevidence.errors import SelectionError, UnknownTermError
from mscevidence.model import Pooled, Question
from mscevidence.publish.effect_axis import label_effects
from mscevidence.publish.figure import figure_bytes, house_style
from mscevidence.publish.figures import FIGURES, FROM_RECORDS, describe_figure, draw_figure
from mscevidence.publish.plot_page import PlotPage, texts_of
from mscevidence.synthesis.diagnostics import contributions, effects, subsets
from study_factory import arm, result, study

FROM_ROWS = [kind for kind in FIGURES if kind not in FROM_RECORDS]
COUNTS = ((8, 18), (7, 7), (3, 12), (20, 40), (0, 9), (15, 22), (5, 30), (2, 4), (9, 11), (4, 16), (30, 61), (1, 3))


def rates(k: int, **asked: object) -> Pooled:
    studies = [study(f"s{i}-study", result("response", x, n)) for i, (x, n) in enumerate(COUNTS[:k])]
    return synthesis.pool(studies, (), Question.model_validate({"outcome": "response", **asked}))


def comparison(k: int) -> Pooled:
    arms = [arm("msc"), arm("placebo", role="placebo")]
    studies = [
        study(
            f"s{i}",
            result("response", x, n, arm="msc"),
            result("response", max(0, x - 1), n + i, arm="placebo"),
            arms=arms,
            design="randomised-controlled",
        )
        for i, (x, n) in enumerate(COUNTS[:k])
    ]
    return synthesis.pool(studies, (), Question(outcome="response", measure="OR"))


def points(figure: Figure) -> list[tuple[float, float]]:
    dots = [np.asarray(line.get_xydata()) for line in figure.findobj(Line2D) if line.get_marker() == "o"]
    return [(float(x), float(y)) for line in dots for x, y in line]


def test_the_funnel_has_a_point_per_study_at_effect_and_standard_error() -> None:
    figure = draw_figure("funnel", rates(12))
    assert len(points(figure)) == 12
    x, y = points(figure)[0]
    assert x == pytest.approx(math.log(8 / 10))
    assert y == pytest.approx(math.sqrt(1 / 8 + 1 / 10))


def test_the_centre_of_a_funnel_of_rates_is_the_common_effect_and_of_odds_ratios_no_difference() -> None:
    found = effects(rates(5))
    w = 1 / found.vi
    assert found.mu == pytest.approx(float((w * found.yi).sum() / w.sum()))
    figure = draw_figure("funnel", comparison(5))
    low, high = figure.axes[-1].get_xlim()
    assert (low + high) / 2 == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("k", "warned"), [(9, True), (10, False)])
def test_below_ten_studies_the_funnel_warns(k: int, warned: bool) -> None:
    assert (
        any("asymmetry cannot be told from chance" in text for text in texts_of(draw_figure("funnel", rates(k))))
        is warned
    )


def test_contributions_add_up_to_cochrans_q() -> None:
    found, pooled = contributions(rates(8)), effects(rates(8))
    q = ((pooled.yi - pooled.mu) ** 2 / pooled.vi).sum()
    assert found.heterogeneity.sum() == pytest.approx(q)
    without = np.delete(np.arange(8), 2)
    w = 1 / pooled.vi[without]
    moved = (w * pooled.yi[without]).sum() / w.sum()
    assert found.influence[2] == pytest.approx((pooled.mu - moved) ** 2 * w.sum())


def test_the_subsets_are_all_of_them_and_hold_the_whole() -> None:
    pooled = rates(5)
    found = subsets(pooled)
    assert (len(found.mu), found.complete) == (2**5 - 1 - 5, True)
    whole = int(np.argmax(found.holds.sum(axis=1)))
    dl = synthesis.pool(
        [study(f"s{i}-study", result("response", x, n)) for i, (x, n) in enumerate(COUNTS[:5])],
        (),
        Question(outcome="response", method="dl", test="z"),
    ).overall.estimates[0]
    assert found.mu[whole] == pytest.approx(dl.mu)
    assert found.i2[whole] == pytest.approx(dl.i2)


def test_with_many_studies_a_sample_of_distinct_subsets_is_drawn_always_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from mscevidence.synthesis import diagnostics

    monkeypatch.setattr(diagnostics, "MOST_FOR_ALL_SUBSETS", 6)
    monkeypatch.setattr(diagnostics, "SAMPLED_SUBSETS", 200)
    found, again = subsets(rates(12)), subsets(rates(12))
    assert not found.complete
    assert len(np.unique(found.holds, axis=0)) == len(found.holds)
    assert np.array_equal(found.mu, again.mu)
    assert any("A sample of" in text for text in texts_of(draw_figure("gosh", rates(12))))


def test_the_labbe_plot_has_each_study_at_its_two_rates() -> None:
    figure = draw_figure("labbe", comparison(4))
    assert any(point == pytest.approx((100 * 7 / 18, 100 * 8 / 18)) for point in points(figure))
    assert len(points(figure)) == 4
    said = " ".join(texts_of(figure))
    assert "favours MSC" in said
    assert "pooled odds ratio" in said


def test_names_stand_beside_large_marks_and_not_on_them() -> None:
    with house_style():
        page = PlotPage.blank("", [])
        page.panel.set(xlim=(0, 10), ylim=(0, 10))
        page.name_points([(2, 5, "first"), (3, 5, "second")], radii=[30, 3])
    boxes = dict(texts_in_place(page.figure))
    x, y = page.panel.transData.transform((2, 5))
    reach = 30 * page.figure.dpi / 72
    for name in ("first", "second"):
        box = boxes[name]
        apart = box.x1 < x - reach or box.x0 > x + reach or box.y1 < y - reach or box.y0 > y + reach
        assert apart, name


@pytest.mark.parametrize(
    ("kind", "pooled", "message"),
    [
        ("funnel", rates(1), "at least 2 studies"),
        ("baujat", rates(2), "at least 3 studies"),
        ("gosh", rates(2), "at least 3 studies"),
        ("labbe", rates(4), "compares two arms"),
        ("leave-one-out", rates(1), "nothing to re-analyse"),
    ],
)
def test_what_cannot_be_drawn_is_named(kind: str, pooled: Pooled, message: str) -> None:
    with pytest.raises(SelectionError, match=message):
        draw_figure(kind, pooled)


def test_an_unknown_kind_names_the_valid_ones() -> None:
    with pytest.raises(UnknownTermError, match="funel") as raised:
        draw_figure("funel", rates(4))
    assert "funnel" in raised.value.hint


@pytest.mark.parametrize("kind", FROM_ROWS)
@pytest.mark.parametrize("k", [3, 12])
def test_no_text_leaves_the_page_or_stands_on_another(kind: str, k: int) -> None:
    figure = draw_figure(kind, comparison(k) if kind == "labbe" else rates(k))
    boxes = texts_in_place(figure)
    labels = [(said, box) for said, box in boxes if "study" in said.lower() and len(said) < 20]
    assert_apart(labels)


@pytest.mark.parametrize("kind", FROM_ROWS)
def test_the_same_analysis_gives_the_same_bytes_with_text_as_text(kind: str) -> None:
    pooled = comparison(6) if kind == "labbe" else rates(6)
    made = [
        figure_bytes(draw_figure(kind, pooled), "svg", title=kind, description=describe_figure(kind, pooled))
        for _ in "12"
    ]
    assert made[0] == made[1]
    assert b"<text" in made[0]
    assert b"8/18" in made[0]


def test_a_strip_has_a_row_per_method_and_what_was_pre_specified_below() -> None:
    pooled = synthesis.with_series(rates(6), ["every-method"])
    said = texts_of(draw_figure("methods", rates(6)))
    names = [name for name, _ in pooled.series[0].rows]
    assert [text for text in said if text in names] == names
    assert "Main analysis" in said
    assert any("depend" in text for text in said)


def test_a_strip_explains_the_abbreviations_that_it_uses() -> None:
    said = " ".join(texts_of(draw_figure("methods", rates(6))))
    assert "GLMM = generalised linear mixed model" in said
    assert "HK = Hartung-Knapp interval" in said
    assert "Mantel-Haenszel" not in said
    assert "Mantel-Haenszel" in " ".join(texts_of(draw_figure("methods", comparison(6))))


def test_the_first_study_of_a_cumulative_strip_shows_its_own_interval() -> None:
    cells = by_key(draw_figure("cumulative", rates(6)))
    # 8/18 by Clopper-Pearson
    assert (cells["cumulative-1"], cells["cumulative-1-effect"]) == ("+ S0-Study 2020", "44.4 [21.5, 69.2]")
    assert cells["cumulative-1-status"] == "One study: its own interval (Clopper-Pearson)"


def test_bayesian_models_have_credible_intervals() -> None:
    said = texts_of(draw_figure("bayes", rates(6)))
    assert any("Bayesian models" in text for text in said)
    assert not any("95% CI" in text for text in said)
    assert any("credible intervals" in text for text in said)


@pytest.mark.parametrize(
    ("measure", "low", "high", "ticks"),
    [
        ("PLO", -3.0, 3.0, ["5", "10", "20", "30", "50", "70", "80", "90", "95"]),
        ("PLO", -0.41, 0.21, ["40", "45", "50", "55"]),
        ("OR", math.log(0.9), math.log(1.65), ["0.9", "1", "1.2", "1.4", "1.6"]),
        ("RD", -0.1, 0.1, ["−10", "−5", "0", "5", "10"]),
    ],
)
def test_an_axis_of_effects_has_at_least_four_ticks(measure: str, low: float, high: float, ticks: list[str]) -> None:
    pooled = rates(3).model_copy(
        update={"question": Question.model_validate({"outcome": "response", "measure": measure})}
    )
    panel = Figure().add_subplot()
    panel.set_xlim(low, high)
    label_effects(panel, pooled)
    assert [label.get_text() for label in panel.get_xticklabels()] == ticks


def test_names_keep_off_lines() -> None:
    with house_style():
        page = PlotPage.blank("title", ())
        page.panel.set(xlim=(0, 10), ylim=(0, 10))
        page.name_points([(5, 5, "Wang 2012")], lines=[[(5.5, 0.0), (5.5, 10.0)]])
    (name,) = [text for text in page.panel.texts if text.get_text() == "Wang 2012"]
    box = name.get_window_extent()
    assert page.panel.transData.inverted().transform((box.x1, box.y0))[0] < 5.5


def test_a_name_between_lines_stands_off_with_a_leader_or_not_at_all() -> None:
    with house_style():
        page = PlotPage.blank("title", ())
        page.panel.set(xlim=(0, 10), ylim=(0, 10))
        cage = [[(x, 0.0), (x, 10.0)] for x in (4.9, 5.1)]
        assert page.name_points([(5, 5, "Wang 2012")], lines=cage) == []
        (leader,) = page.panel.lines
        (name,) = page.panel.texts
        bars = [[(x, 0.0), (x, 10.0)] for x in np.arange(0.25, 10, 0.5)]
        assert page.name_points([(5.5, 5, "Sun 2013")], lines=bars) == ["Sun 2013"]
    box = page.panel.transData.inverted().transform(name.get_window_extent())
    assert box[0][0] > 5.1
    begin, end = np.asarray(leader.get_xydata(), dtype=float)
    assert 5 < begin[0] < 5.1 < end[0] < box[0][0]
    assert begin[1] == pytest.approx(5)


def test_no_leader_runs_through_another_point() -> None:
    cage = [[(x, 0.0), (x, 10.0)] for x in (4.9, 5.1)]
    with house_style():
        page = PlotPage.blank("title", ())
        page.panel.set(xlim=(0, 10), ylim=(0, 10))
        page.name_points([(5, 5, "Wang 2012"), (4.75, 5, ""), (5.25, 5, "")], radii=[3, 1, 1], lines=cage)
    ends = np.asarray(page.panel.lines[0].get_xydata(), dtype=float)
    assert abs(ends[1][1] - ends[0][1]) > 0.05


@pytest.mark.parametrize("k", [7, 12])
def test_no_name_of_a_funnel_comes_over_a_line_or_a_point(k: int) -> None:
    figure = draw_figure("funnel", rates(k))
    panel = next(axes for axes in figure.axes if axes.get_gid() == "panel")
    to_pixels = panel.transData.transform
    names = [text.get_window_extent().extents for text in panel.texts]
    assert len(names) > k / 3
    dots = next(line for line in panel.lines if line.get_marker() == "o")
    dashed = [Path(to_pixels(line.get_xydata())) for line in panel.lines if line.is_dashed()]
    assert len(dashed) == 2
    for left, low, right, high in names:
        for x, y in to_pixels(dots.get_xydata()):
            assert not (left < x < right and low < y < high)
        for line in dashed:
            assert not line.intersects_bbox(Bbox([[left, low], [right, high]]), filled=False)


def test_every_study_is_left_out_and_added_once() -> None:
    for kind, word in (("leave-one-out", "without S3-Study"), ("cumulative", "+ S3-Study")):
        said = texts_of(draw_figure(kind, rates(6)))
        assert sum(text.startswith(word) for text in said) == 1


def test_an_analysis_that_cannot_be_estimated_says_why() -> None:
    studies = [study(f"s{i}-study", result("response", x, n)) for i, (x, n) in enumerate(((7, 7), (4, 4), (3, 9)))]
    pooled = synthesis.pool(studies, (), Question(outcome="response"))
    said = texts_of(draw_figure("leave-one-out", pooled))
    assert any("every patient" in text for text in said)
