"""House styles of forest plots: they change how numbers look and where they stand, never the numbers."""

from __future__ import annotations

import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import Polygon
from matplotlib.text import Text
from scipy import stats as reference

from figure_reading import assert_apart, by_key, texts_in_place
from mscevidence import synthesis
from mscevidence.errors import UnknownTermError
from mscevidence.model import Pooled, Question
from mscevidence.publish.figure import house_style
from mscevidence.publish.forest import draw_forest
from mscevidence.publish.forest.style import STYLES
from mscevidence.publish.plot_page import texts_of
from mscevidence.synthesis.effect_test import effect_test
from study_factory import result, study
from two_arm_trials import TRIALS, pool

COUNTS = ((8, 18), (7, 7), (3, 12), (20, 40), (0, 9))


@pytest.fixture(scope="module")
def pooled() -> Pooled:
    studies = [study(f"s{i}", result("response", x, n)) for i, (x, n) in enumerate(COUNTS)]
    return synthesis.pool(studies, (), Question(outcome="response", method="dl", test="z"))


@pytest.mark.parametrize(
    ("style", "interval", "heading", "first"),
    [
        ("plain", "44.4 [21.5, 69.2]", "Rate % [95% CI]", "Study"),
        ("revman", "44.4 [21.5, 69.2]", "Rate % [95% CI]", "Study or subgroup"),
        ("jama", "44.4 (21.5-69.2)", "Rate % (95% CI)", "Source"),
        ("bmj", "44.4 (21.5 to 69.2)", "Rate % (95% CI)", "Study"),
    ],
)
def test_intervals_and_headings(pooled: Pooled, style: str, interval: str, heading: str, first: str) -> None:
    said = by_key(draw_forest(pooled, style=style)).values()
    assert {interval, heading, first} <= set(said)


def heterogeneity(pooled: Pooled, style: str) -> str:
    said = texts_of(draw_forest(pooled, style=style))
    return next(text.replace("\N{NO-BREAK SPACE}", " ") for text in said if "eterogeneity:" in text)


def test_what_is_told_of_heterogeneity_and_in_which_order(pooled: Pooled) -> None:
    q = pooled.overall.estimates[0]
    assert q.q_p is not None
    plain = heterogeneity(pooled, "plain")
    assert plain.startswith("Heterogeneity: τ² = ")
    assert f"p = {q.q_p:.3f}" in plain
    jama = heterogeneity(pooled, "jama")
    assert jama.startswith("Heterogeneity: I² = ")
    assert "τ²" not in jama
    assert jama.endswith(f"P = {q.q_p:.2f}".replace("0.", "."))
    assert heterogeneity(pooled, "revman").startswith("Heterogeneity: Tau² = ")
    assert f"; Chi² = {q.q:.2f}, df = 4 (P = {q.q_p:.3f}); I² = {q.i2:.1f}%" in heterogeneity(pooled, "revman")
    assert heterogeneity(pooled, "bmj").startswith("Test for heterogeneity: τ² = ")
    assert f"; χ² = {q.q:.2f}, df = 4, P = {q.q_p:.2f}; " in heterogeneity(pooled, "bmj")
    assert heterogeneity(pooled, "bmj").rstrip("%").rpartition("; I² = ")[2] == f"{q.i2:.1f}"


def test_diamonds_are_black_in_revman_and_purple_in_the_bmj(pooled: Pooled) -> None:
    fills: dict[str, tuple[float, float, float]] = {}
    for name in STYLES:
        polygons = [patch for patch in draw_forest(pooled, style=name).findobj(Polygon) if patch.get_gid()]
        fills[name] = to_rgb(polygons[0].get_facecolor())
    assert [to_hex(fills[name]) for name in ("revman", "bmj")] == ["#000000", "#6b58a6"]


def test_in_revman_all_numbers_stand_left_of_the_plot(pooled: Pooled) -> None:
    for name in STYLES:
        figure = draw_forest(pooled, style=name)
        figure.set_dpi(720)
        with house_style():
            figure.draw_without_rendering()
        panel = next(axes for axes in figure.axes if axes.get_gid() == "panel")
        effect = next(text for text in figure.findobj(Text) if text.get_text().startswith("44.4"))
        assert bool(effect.get_window_extent().x1 < panel.bbox.x0) is (name == "revman"), name


@pytest.mark.parametrize(
    ("p", "plain", "revman", "jama", "bmj"),
    [
        (0.0004, "p < 0.001", "P < 0.001", "P < .001", "P < 0.001"),
        (0.0034, "p = 0.003", "P = 0.003", "P = .003", "P = 0.003"),
        (0.0087, "p = 0.009", "P = 0.009", "P = .009", "P = 0.009"),
        (0.0096, "p = 0.010", "P = 0.010", "P = .01", "P = 0.01"),
        (0.0344, "p = 0.034", "P = 0.034", "P = .03", "P = 0.03"),
        (0.4567, "p = 0.46", "P = 0.46", "P = .46", "P = 0.46"),
        (None, "p = –", "P = –", "P = –", "P = –"),
    ],
)
def test_a_p_value_has_as_many_digits_as_the_readers_of_a_style_expect(
    p: float | None, plain: str, revman: str, jama: str, bmj: str
) -> None:
    said = {name: style.p_value(p).replace("\N{NO-BREAK SPACE}", " ") for name, style in STYLES.items()}
    assert said == {"plain": plain, "revman": revman, "jama": jama, "bmj": bmj}


def lines(pooled: Pooled, style: str) -> list[str]:
    return [text.replace("\N{NO-BREAK SPACE}", " ") for text in texts_of(draw_forest(pooled, style=style))]


@pytest.mark.parametrize(
    ("method", "test", "statistic"), [("dl", "z", "z"), ("reml", "knha", "t"), ("mh", "z", "z"), ("cm.el", "t", "t")]
)
def test_a_comparison_is_held_against_no_difference_as_its_method_does(method: str, test: str, statistic: str) -> None:
    pooled = pool(*TRIALS, measure="OR", method=method, test=test)
    first = pooled.overall.estimates[0]
    assert first.mu is not None
    assert first.se is not None
    ratio = first.mu / first.se
    k = sum(row.effect is not None for row in pooled.overall.rows)
    p = 2 * (reference.norm.sf(abs(ratio)) if statistic == "z" else reference.t.sf(abs(ratio), k - 1))
    found = effect_test(pooled.overall.rows, pooled.question, first)
    assert found is not None
    assert (found.name, found.df) == (statistic, None if statistic == "z" else k - 1)
    assert found.statistic == pytest.approx(ratio)
    assert found.p == pytest.approx(p)
    # The interval and the test are one: 1 lies outside the interval where P is below 5%.
    assert first.lower is not None
    assert first.upper is not None
    assert (found.p < 0.05) == (first.lower > 1 or first.upper < 1)
    number = f"{ratio:.2f}".replace("-", "\N{MINUS SIGN}")
    df = "" if statistic == "z" else f", df = {k - 1}"
    name = {"z": "Z", "t": "t"}[statistic]
    revman = next(line for line in lines(pooled, "revman") if line.startswith("Test for overall effect"))
    assert revman.startswith(f"Test for overall effect: {name} = {number}{df} (P ")
    for style in ("jama", "bmj"):
        assert any(
            line.startswith(f"Test for overall effect: {statistic} = {number}{df}, P ") for line in lines(pooled, style)
        )
    assert not any("overall effect" in line for line in lines(pooled, "plain"))


@pytest.mark.parametrize("style", STYLES)
def test_a_rate_of_one_arm_is_held_against_nothing(pooled: Pooled, style: str) -> None:
    assert not any("overall effect" in line for line in lines(pooled, style))


@pytest.mark.parametrize(
    ("style", "said"),
    [("plain", "Test between subgroups: Q"), ("revman", "Test for subgroup differences: Chi²"),
     ("jama", ""), ("bmj", "Test for subgroup differences: χ²")],
)  # fmt: skip
def test_who_tells_the_test_between_subgroups(style: str, said: str) -> None:
    halves = [
        study(f"s{i}", result("response", x, n), condition=("lupus-nephritis", "multiple-sclerosis")[i % 2])
        for i, (x, n) in enumerate((*COUNTS, (5, 20)))
    ]
    pooled = synthesis.pool(halves, (), Question(outcome="response", by="condition"))
    told = [line for line in lines(pooled, style) if "subgroup" in line.casefold() and ": " in line and "=" in line]
    assert [line.partition(" =")[0] for line in told] == ([said] if said else [])


def test_words_on_the_sides_stand_above_in_jama_and_in_bold_there_and_in_the_bmj() -> None:
    pooled = pool(*TRIALS, measure="OR")
    for style, above, bold in (
        ("plain", False, False),
        ("revman", False, False),
        ("jama", True, True),
        ("bmj", False, True),
    ):
        figure = draw_forest(pooled, style=style)
        side = next(text for text in figure.findobj(Text) if text.get_gid() == "direction-below")
        panel = next(axes for axes in figure.axes if axes.get_gid() == "panel")
        _, height = figure.transFigure.inverted().transform(side.get_transform().transform(side.get_position()))
        assert bool(height > panel.get_position().y1) is above, style
        assert (side.get_fontproperties().get_weight() == "bold") is bold, style
        assert_apart(texts_in_place(figure))


def test_weights_stand_before_effects_in_revman_only() -> None:
    pooled = pool(*TRIALS, measure="OR")
    for style in STYLES:
        columns = {text.get_text(): text.get_position()[0] for text in draw_forest(pooled, style=style).findobj(Text)}
        effect = next(x for said, x in columns.items() if said.startswith("Odds ratio"))
        assert (columns["Weight"] < effect) is (style == "revman"), style


@pytest.mark.parametrize("style", STYLES)
def test_a_study_without_an_effect_is_not_estimable_in_revman(style: str) -> None:
    pooled = pool(*TRIALS, measure="OR")
    cells = by_key(draw_forest(pooled, style=style))
    empty = next(number for number, row in enumerate(pooled.overall.rows, 1) if row.effect is None)
    assert cells[f"study-{empty}-effect"] == ("Not estimable" if style == "revman" else "–")


@pytest.mark.parametrize("style", STYLES)
def test_no_text_leaves_the_page_or_stands_on_another(pooled: Pooled, style: str) -> None:
    assert_apart(texts_in_place(draw_forest(pooled, style=style)))


def test_an_unknown_style_names_the_valid_ones(pooled: Pooled) -> None:
    with pytest.raises(UnknownTermError, match="jamma") as raised:
        draw_forest(pooled, style="jamma")
    assert "jama" in raised.value.hint
