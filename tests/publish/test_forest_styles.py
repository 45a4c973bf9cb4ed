"""House styles of forest plots: they change how numbers look and where they stand, never the numbers."""

from __future__ import annotations

import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import Polygon
from matplotlib.text import Text

from figure_reading import assert_apart, texts_in_place
from mscevidence import synthesis
from mscevidence.errors import UnknownTermError
from mscevidence.model import Pooled, Question
from mscevidence.publish.figure import house_style
from mscevidence.publish.forest import draw_forest
from mscevidence.publish.forest_style import STYLES
from mscevidence.publish.plot_page import texts_of
from study_factory import result, study

COUNTS = ((8, 18), (7, 7), (3, 12), (20, 40), (0, 9))


@pytest.fixture(scope="module")
def pooled() -> Pooled:
    studies = [study(f"s{i}", result("response", x, n)) for i, (x, n) in enumerate(COUNTS)]
    return synthesis.pool(studies, (), Question(outcome="response", method="dl", test="z"))


@pytest.mark.parametrize(
    ("style", "interval", "heading", "first"),
    [
        ("plain", "44.4 [21.5, 69.2]", "Rate % [95% CI]", "Study"),
        ("revman", "44.4 [21.5, 69.2]", "Rate % [95% CI]", "Study"),
        ("jama", "44.4 (21.5-69.2)", "Rate % (95% CI)", "Source"),
        ("bmj", "44.4 (21.5 to 69.2)", "Rate % (95% CI)", "Study"),
    ],
)
def test_intervals_and_headings(pooled: Pooled, style: str, interval: str, heading: str, first: str) -> None:
    said = texts_of(draw_forest(pooled, style=style))
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
    assert jama.endswith(f"P = {q.q_p:.3f}".replace("0.", "."))
    assert heterogeneity(pooled, "bmj").startswith("Test for heterogeneity: τ² = ")
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


@pytest.mark.parametrize("style", STYLES)
def test_no_text_leaves_the_page_or_stands_on_another(pooled: Pooled, style: str) -> None:
    assert_apart(texts_in_place(draw_forest(pooled, style=style)))


def test_an_unknown_style_names_the_valid_ones(pooled: Pooled) -> None:
    with pytest.raises(UnknownTermError, match="jamma") as raised:
        draw_forest(pooled, style="jamma")
    assert "jama" in raised.value.hint
