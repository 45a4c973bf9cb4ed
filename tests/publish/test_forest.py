from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TypeVar

import matplotlib as mpl
import pytest
import synthetic_pooled as made_up
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle
from matplotlib.text import Text

from figure_reading import by_key
from mscevidence.errors import SelectionError, UnknownTermError, WriteError
from mscevidence.model import BetweenGroups, Exclusion, Pooled
from mscevidence.publish import lettering, wording
from mscevidence.publish.figure import house_style
from mscevidence.publish.forest import available_columns, describe, draw_forest, save_forest
from mscevidence.publish.forest.drawing import LARGEST_SIDE, SMALLEST_SIDE
from mscevidence.publish.forest.layout import PANEL
from mscevidence.publish.forest.notes import notes
from mscevidence.publish.substitutes import substitutes

ALL_COLUMNS = ("dose", "product", "design", "phase", "follow-up")
Kind = TypeVar("Kind", bound=Artist)
SVG = "{http://www.w3.org/2000/svg}"

CASES: dict[str, Pooled] = {
    "1 row": made_up.pooled(made_up.many(1)),
    "4 rows": made_up.pooled(made_up.many(4)),
    "20 rows": made_up.pooled(made_up.many(20)),
    "60 rows": made_up.pooled(made_up.many(60)),
    "no row": made_up.pooled([]),
    "1 long name": made_up.pooled(made_up.many(1, names=made_up.LONG_NAMES)),
    "long names": made_up.pooled(made_up.many(20, names=made_up.LONG_NAMES)),
    "subgroups": made_up.grouped({"Lupus": 5, "Crohn fistula": 1, "Multiple sclerosis, relapsing": 4}),
    "60 rows in subgroups with long names": made_up.grouped(
        {made_up.LONG_NAMES[0]: 20, "B": 1, made_up.LONG_NAMES[2]: 39}, names=made_up.LONG_NAMES
    ),
    "founding": made_up.founding(),
}


def texts(figure: Figure) -> list[Text]:
    return [found for found in figure.findobj() if isinstance(found, Text) and found.get_text() and found.get_visible()]


def words(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in texts(figure)).replace("\N{NO-BREAK SPACE}", " ")


def boxes(figure: Figure) -> list[tuple[str, float, float, float, float]]:
    """Return every text with its box in points from the bottom left."""
    with house_style():
        figure.set_dpi(72)
        renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]  # matplotlib's gap
        found = [(text.get_text(), text.get_window_extent(renderer)) for text in texts(figure)]
    return [(text, box.x0, box.y0, box.x1, box.y1) for text, box in found]


def artist(figure: Figure, gid: str, kind: type[Kind]) -> Kind:
    (found,) = [one for one in figure.findobj() if isinstance(one, kind) and one.get_gid() == gid]
    return found


def polygons(figure: Figure) -> list[Polygon]:
    return [one for one in figure.findobj() if isinstance(one, Polygon)]


@pytest.mark.parametrize("columns", [(), ALL_COLUMNS], ids=["bare", "columns"])
@pytest.mark.parametrize("name", CASES)
def test_every_text_is_inside_the_figure_and_none_covers_another(name: str, columns: tuple[str, ...]) -> None:
    pooled = CASES[name]
    names = [column for column in columns if column in available_columns(pooled)]
    figure = draw_forest(pooled, columns=names, estimates="all")
    width, height = figure.get_size_inches() * 72
    found = boxes(figure)
    outside = [box for box in found if box[1] < 2 or box[2] < 2 or box[3] > width - 2 or box[4] > height - 2]
    assert outside == []
    slack = 0.8
    found.sort(key=lambda box: box[2])
    covering = [
        (one[0], other[0])
        for index, one in enumerate(found)
        for other in itertools.takewhile(lambda box, top=one[4]: box[2] < top, found[index + 1 :])  # type: ignore[misc]
        if min(one[3], other[3]) - max(one[1], other[1]) > slack
        and min(one[4], other[4]) - max(one[2], other[2]) > slack
    ]
    assert covering == []


@pytest.mark.parametrize("name", CASES)
def test_no_text_lies_in_the_panel(name: str) -> None:
    figure = draw_forest(CASES[name], estimates="all")
    (panel,) = [axes for axes in figure.axes if axes.get_gid() == "panel"]
    area = panel.get_window_extent()
    inside = [
        text
        for text, x0, y0, x1, y1 in boxes(figure)
        if x0 < area.x1 and x1 > area.x0 and (y0 + y1) / 2 > area.y0 and (y0 + y1) / 2 < area.y1
    ]
    assert inside == []


@pytest.mark.parametrize("name", CASES)
def test_every_study_and_number_is_written(name: str) -> None:
    pooled = CASES[name]
    figure = draw_forest(pooled)
    written = words(figure)
    squeezed = re.sub(r"\s", "", written)
    named = by_key(figure)
    for index, row in enumerate(pooled.overall.rows, start=1):
        assert re.sub(r"\s", "", lettering.readable(row.label)) in squeezed
        assert named[f"study-{index}-events"] == str(row.events)
        assert named[f"study-{index}-total"] == str(row.n)
        rate = f"{wording.percent(row.effect)} [{wording.percent(row.lower)}, {wording.percent(row.upper)}]"
        assert named[f"study-{index}-effect"] == rate
    for group in (pooled.overall, *pooled.groups):
        assert re.sub(r"\s", "", lettering.readable("" if group is pooled.overall else group.label)) in squeezed
        assert re.sub(r"\s", "", wording.heterogeneity(group.estimates[0])) in squeezed or len(group.rows) < 2
    for footnote in {mark for row in pooled.overall.rows for mark in row.marks}:
        assert re.sub(r"\s", "", pooled.footnotes[footnote].removesuffix(".")) in squeezed
    assert "nan" not in written.casefold().replace("nanjing", "").replace("fernández", "").replace("ñandú", "")


def test_the_founding_figure_says_everything() -> None:
    written = words(draw_forest(made_up.founding(), columns=["dose"], estimates="all"))
    for text in (
        "97.4 [0.9, >99.9]",
        "[<0.1, >99.9]",
        "Overall (4 studies, 31 patients)",
        "τ² = 8.756; likelihood-ratio test: χ² = 14.25, df = 3, p = 0.003",
        "Method: logit GLMM, maximum likelihood, t interval",
        "REML on logits with Hartung-Knapp",
        "76.0 [24.5, 96.9]",
        "The model could not be fitted: no pooled estimate",
        "Sensitivity: without derived counts",
        "0.5, 1.0, 2.0×10⁶",
        "Study intervals: Clopper-Pearson, 95%",
        "Warning: The maximum-likelihood interval is useless",
        "Override: family nanjing-lupus",
        "Not in this analysis (1). Li 2011: same patients as NCT04014166.",
        "† Conference abstract cancelled by the meeting.",
        "NCT04014166 (Tianjin) †",
    ):
        assert text.replace(" ", "") in re.sub(r"\s", "", written)


def test_squares_have_areas_in_proportion_to_the_weights_and_stay_visible() -> None:
    weights = [8.0, 4.0, 2.0, 1.0, 0.001]
    rows = [made_up.study(f"S{i}", 3, 9, weight=weight, number=i) for i, weight in enumerate(weights)]
    figure = draw_forest(made_up.pooled(rows))
    squares = [artist(figure, f"study-{i + 1}-mark", Rectangle) for i in range(5)]
    sides = [square.get_height() for square in squares]
    assert sides[0] == pytest.approx(LARGEST_SIDE)
    assert [side**2 / sides[0] ** 2 for side in sides[:4]] == pytest.approx([1, 0.5, 0.25, 0.125])
    assert sides[4] == SMALLEST_SIDE
    for square, row in zip(squares, rows, strict=True):
        assert square.get_width() == pytest.approx(square.get_height() * 100 / PANEL)
        assert square.get_x() + square.get_width() / 2 == pytest.approx(100 * (row.effect or 0))
    assert artist(figure, "study-1-weight", Text).get_text() == "53.3%"


def test_without_weights_squares_are_equal_and_there_is_no_weight_column() -> None:
    figure = draw_forest(made_up.founding())
    assert len({artist(figure, f"study-{i}-mark", Rectangle).get_height() for i in range(1, 5)}) == 1
    assert "Weight" not in words(figure)


def test_a_missing_weight_among_others_leaves_its_cell_empty() -> None:
    rows = [made_up.study("A", 3, 9, weight=1, number=0), made_up.study("B", 3, 9, weight=None, number=1)]
    figure = draw_forest(made_up.pooled(rows))
    assert not [text for text in texts(figure) if text.get_gid() == "study-2-weight"]
    assert artist(figure, "study-1-weight", Text).get_text() == "100.0%"


def test_marks_are_where_the_numbers_are() -> None:
    pooled = made_up.founding()
    figure = draw_forest(pooled)
    diamond = artist(figure, "overall-mark", Polygon)
    first = pooled.overall.estimates[0]
    assert first.lower is not None
    assert first.upper is not None
    assert first.effect is not None
    xs = diamond.get_xy()[:, 0]
    assert (min(xs), max(xs)) == pytest.approx((100 * first.lower, 100 * first.upper))
    tips = diamond.get_xy()[[1, 3], 0]
    assert tips == pytest.approx([100 * first.effect] * 2)
    for index, row in enumerate(pooled.overall.rows, start=1):
        line = artist(figure, f"study-{index}-mark-interval", Line2D)
        assert list(line.get_xdata()) == pytest.approx([100 * (row.lower or 0), 100 * (row.upper or 0)])  # type: ignore[arg-type]
    bar = artist(figure, "overall-prediction-mark", Line2D)
    assert list(bar.get_xdata()) == pytest.approx([0.001, 99.9999])  # type: ignore[arg-type]


def test_a_mark_stands_on_the_line_of_its_label() -> None:
    figure = draw_forest(CASES["long names"], columns=ALL_COLUMNS)
    placed = {text.get_gid(): text.get_position()[1] for text in texts(figure) if text.get_gid()}
    for index in range(1, 21):
        square = artist(figure, f"study-{index}-mark", Rectangle)
        middle = square.get_y() + square.get_height() / 2
        assert placed[f"study-{index}-events"] - middle == pytest.approx(0.36 * 9, abs=0.01)


def test_the_axis_runs_from_0_to_100_without_a_null_line() -> None:
    figure = draw_forest(CASES["4 rows"])
    (panel,) = [axes for axes in figure.axes if axes.get_gid() == "panel"]
    assert panel.get_xlim() == (0, 100)
    assert [label.get_text() for label in panel.get_xticklabels()] == ["0", "20", "40", "60", "80", "100"]
    dotted = [line for line in panel.lines if line.get_linestyle() != "-"]
    assert len(dotted) == 1


def test_one_study_is_shown_and_not_pooled() -> None:
    figure = draw_forest(CASES["1 row"])
    assert "One study: shown, not pooled" in words(figure)
    assert polygons(figure) == []
    artist(figure, "study-1-mark", Rectangle)


@pytest.mark.parametrize(
    ("status", "events", "sentence"),
    [
        ("boundary", 0, "No event in any study: no pooled estimate"),
        ("boundary", 9, "The event in every patient: no pooled estimate"),
        ("failed", 3, "The model could not be fitted: no pooled estimate"),
        ("none", 3, "No study"),
        ("surprise", 3, "No pooled estimate (surprise)"),
    ],
)
def test_a_missing_estimate_is_said_and_not_drawn(status: str, events: int, sentence: str) -> None:
    rows = [made_up.study(f"S{i}", events, 9, number=i) for i in range(3)]
    empty = made_up.estimate(
        rows, status=status, effect=None, lower=None, upper=None, prediction_lower=None, prediction_upper=None,
        tau2=None, i2=None, q=None, q_df=None, q_p=None, notes=("why it is so",),
    )  # fmt: skip
    figure = draw_forest(made_up.pooled(rows, empty))
    assert sentence in words(figure)
    assert "why it is so" in words(figure)
    assert polygons(figure) == []


def test_nan_never_reaches_the_figure() -> None:
    rows = [made_up.study(f"S{i}", 3, 9, number=i) for i in range(3)]
    nan = float("nan")
    broken = made_up.estimate(rows, effect=nan, lower=nan, upper=nan, tau2=nan, i2=nan, q=nan, q_p=nan)
    written = words(draw_forest(made_up.pooled(rows, broken)))
    assert "nan" not in written.casefold()
    assert "Heterogeneity: –" in written


def test_missing_prediction_interval_is_a_dash() -> None:
    rows = made_up.many(4)
    bare = made_up.estimate(rows, prediction_lower=None, prediction_upper=None)
    figure = draw_forest(made_up.pooled(rows, bare))
    assert artist(figure, "overall-prediction-effect", Text).get_text() == "–"


def test_narrative_zeros_are_open_squares() -> None:
    rows = [
        made_up.study("Counted", 0, 9, number=0),
        made_up.study("Narrative", 0, 9, marks=["narrative-zero"], number=1),
    ]
    figure = draw_forest(made_up.pooled(rows))
    assert artist(figure, "study-1-mark", Rectangle).get_facecolor()[:3] != (1, 1, 1)
    assert artist(figure, "study-2-mark", Rectangle).get_facecolor()[:3] == (1, 1, 1)
    assert "(open square)" in words(figure)


def test_footnotes_get_symbols_in_order_and_unknown_ones_their_name() -> None:
    marks = ["a-1", "a-2", "a-3", "a-4", "a-5", "a-6", "a-7"]
    rows = [made_up.study(f"S{i}", 3, 9, marks=[mark], number=i) for i, mark in enumerate(marks)]
    written = words(draw_forest(made_up.pooled(rows)))
    assert "S0 †" in written
    assert "S6 ††" in written
    assert "†† A 7." in written


def test_subgroups_have_diamonds_totals_and_a_test() -> None:
    figure = draw_forest(CASES["subgroups"])
    written = words(figure)
    assert "Test between subgroups: Q = 5.22, df = 2, p = 0.16" in written
    assert "Wald test on the logit scale" in written
    assert "Subtotal (5 studies" in written
    assert len(polygons(figure)) == 3
    assert "One study: shown, not pooled" in written


def test_a_row_in_no_subgroup_is_still_shown() -> None:
    pooled = CASES["subgroups"]
    stray = made_up.study("Stray 1999", 2, 3, number=99)
    overall = pooled.overall.model_copy(update={"rows": (*pooled.overall.rows, stray)})
    written = words(draw_forest(pooled.model_copy(update={"overall": overall})))
    assert "In no subgroup" in written
    assert "Stray 1999" in written


def test_many_exclusions_are_counted_not_listed() -> None:
    exclusions = tuple(Exclusion(what=f"s{i}", label=f"S{i}", reason="no counts") for i in range(12))
    written = words(draw_forest(made_up.pooled(made_up.many(4), exclusions=exclusions)))
    assert "Not in this analysis: 12 results" in written


def test_a_note_of_several_subgroups_is_said_once() -> None:
    rows = made_up.many(4)
    told = made_up.estimate(rows, notes=("few studies",))
    groups = tuple(made_up.group(name, rows[i : i + 2], told) for i, name in ((0, "A"), (2, "B")))
    written = words(draw_forest(made_up.pooled(rows, groups=groups)))
    assert "A, B: few studies" in written


@pytest.mark.parametrize("form", ["svg", "png", "pdf"])
def test_same_input_same_bytes(form: str, tmp_path: Path) -> None:
    pooled = CASES["subgroups"]
    first, second = tmp_path / f"first.{form}", tmp_path / f"other.{form}"
    save_forest(pooled, first, columns=["dose"])
    with mpl.rc_context({"xtick.direction": "in", "xtick.top": True, "font.size": 20, "svg.fonttype": "path"}):
        save_forest(pooled, second, columns=["dose"])
    assert first.read_bytes() == second.read_bytes()
    assert set(tmp_path.iterdir()) == {first, second}


def test_files_carry_no_date_and_no_version(tmp_path: Path) -> None:
    for form in ("svg", "png", "pdf"):
        save_forest(CASES["4 rows"], tmp_path / f"f.{form}")
        content = (tmp_path / f"f.{form}").read_bytes()
        for trace in (b"CreationDate", b"dc:date", b"Matplotlib v", b"matplotlib v", mpl.__version__.encode()):
            assert trace not in content


def test_svg_is_text_with_title_and_description(tmp_path: Path) -> None:
    path = tmp_path / "f.svg"
    save_forest(made_up.founding(), path)
    root = ET.fromstring(path.read_text())  # our own file
    assert root.get("role") == "img"
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert title.text == made_up.founding().title
    assert description is not None
    assert description.text == describe(made_up.founding())
    written = [element.text or "" for element in root.iter(f"{SVG}text")]
    for number in ("8", "18", "44.4", "[21.5, 69.2]", "97.4", "[0.9, >99.9]"):
        assert number in written
    styles = {element.get("style", "") for element in root.iter(f"{SVG}text")}
    assert all("'DejaVu Sans', 'Arial', 'Helvetica', sans-serif" in style for style in styles)
    assert root.find(f".//{SVG}g[@id='study-1-mark']") is not None


def test_effects_end_at_one_edge_and_their_intervals_at_another() -> None:
    rows = [made_up.study("A", 21, 21, number=0), made_up.study("B", 1, 30, number=1)]
    placed = {text.get_gid(): text.get_position()[0] for text in texts(draw_forest(made_up.pooled(rows)))}
    effects = {placed[f"{row}-effect"] for row in ("study-1", "study-2", "overall")}
    intervals = {placed[f"{row}-effect-line-2"] for row in ("study-1", "study-2", "overall")}
    assert (len(effects), len(intervals)) == (1, 1)
    assert effects.pop() < intervals.pop()


def test_a_name_as_wide_as_its_column_stands_on_one_line() -> None:
    for name in ("Wang 2000", "Li 1999", "Kobayashi 2010"):
        pooled = made_up.pooled([made_up.study(name, 1, 7, number=0, columns={"dose": "5×10⁵ cells/kg", "phase": "1"})])
        figure = draw_forest(pooled, columns=["dose", "phase"])
        assert name in [text.get_text() for text in texts(figure)]


@pytest.mark.parametrize(
    ("events", "n", "end"),
    [
        (1, 7, 100.0),  # 14.3 [0.4, 57.9]: no interval of a usual rate is cut off
        (1, 9, 50.0),  # 11.1 [0.3, 48.2]
        (1, 60, 5.0),  # 1.7 [0.0, 8.9]: cut off, so that rare events are seen apart
        (0, 60, 10.0),
    ],
)
def test_only_axes_of_rare_events_are_short(events: int, n: int, end: float) -> None:
    figure = draw_forest(made_up.pooled([made_up.study("A", events, n, number=0)]))
    (panel,) = [axes for axes in figure.axes if axes.get_gid() == "panel"]
    assert panel.get_xlim() == (0.0, end)


def test_notes_write_tau_and_per_cent_in_one_way() -> None:
    rows = [made_up.study("A", 3, 9, number=0), made_up.study("B", 4, 9, number=1)]
    noted = made_up.estimate(rows, notes=("tau2 is 0 (tau² added), 68 % to 100 %.",))
    assert "τ² is 0 (τ² added), 68% to 100%." in words(draw_forest(made_up.pooled(rows, noted)))


def test_hostile_names_are_only_text(tmp_path: Path) -> None:
    path = tmp_path / "f.svg"
    name = "<script>alert(1)</script> $\\frac{1}{0}$ ]]> &amp; \x00\x1b \ud800 'DejaVu Sans' a\nb"
    rows = [made_up.study(name, 1, 3, number=0, columns={"dose": name}), made_up.study("B", 1, 3, number=1)]
    save_forest(made_up.pooled(rows, title=name, warnings=(name,)), path, columns=["dose"])
    content = path.read_text()
    assert "<script" not in content
    root = ET.fromstring(content)  # our own file
    everything = "".join(element.text or "" for element in root.iter(f"{SVG}text"))
    assert "$\\frac{1}{0}$" in everything
    assert "&amp;" in everything
    for form in ("png", "pdf"):
        save_forest(made_up.pooled(rows, title=name), tmp_path / f"f.{form}", columns=["dose"])


def test_chinese_stays_text_in_svg_and_is_said_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mscevidence.publish.substitutes.installed_fonts", lambda: ())
    substitutes.cache_clear()
    pooled = made_up.pooled([made_up.study(made_up.CHINESE_NAME, 1, 3, number=0)])
    save_forest(pooled, tmp_path / "f.svg")
    assert "中国医学科学院" in (tmp_path / "f.svg").read_text()
    with pytest.warns(UserWarning, match="no font of this machine draws '中国"):
        save_forest(pooled, tmp_path / "f.png")
    substitutes.cache_clear()


def test_available_columns_are_those_some_study_has() -> None:
    assert available_columns(CASES["4 rows"]) == ("dose", "product", "design", "phase", "follow-up")
    assert available_columns(made_up.founding()) == ("dose", "product")


def test_unknown_column_names_the_nearest() -> None:
    with pytest.raises(UnknownTermError, match="unknown column 'doze'") as caught:
        draw_forest(CASES["4 rows"], columns=["doze"])
    assert caught.value.kind == "column"
    assert "dose" in caught.value.hint


@pytest.mark.parametrize("name", ["follow-up", "rob"])
def test_a_known_column_that_nobody_fills_is_not_called_unknown(name: str) -> None:
    with pytest.raises(SelectionError, match=f"has anything for the column {name}") as caught:
        draw_forest(made_up.founding(), columns=["dose", name])
    assert "there are: dose, product" in caught.value.hint


def test_unknown_choice_of_estimates_is_an_error() -> None:
    with pytest.raises(UnknownTermError, match="choice of estimates"):
        draw_forest(CASES["4 rows"], estimates="alll")  # type: ignore[arg-type]


def test_a_png_too_large_to_draw_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="pixels") as caught:
        save_forest(CASES["60 rows"], tmp_path / "f.png", dpi=10_000)
    assert "svg" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_what_one_method_was_told_of_a_subgroup_is_not_said_again_of_the_other() -> None:
    rows = made_up.many(4)
    first = made_up.estimate(rows, label="Logit GLMM (maximum likelihood), t interval", notes=("few studies",))
    other = made_up.estimate(
        rows, label="REML on logits (0.5 added only where needed), Hartung-Knapp interval", notes=("few studies", "odd")
    )
    groups = tuple(made_up.group(name, rows[i : i + 2], first, other) for i, name in ((0, "A"), (2, "B")))
    written = words(draw_forest(made_up.pooled(rows, groups=groups), estimates="all"))
    assert "A, B: few studies" in written
    assert "A by REML on logits, B by REML on logits: odd" in written


def test_a_note_that_repeats_the_line_of_one_study_is_not_said_again() -> None:
    rows = made_up.many(1)
    told = made_up.estimate(rows, notes=("One study: shown, not pooled.", "Something else."))
    written = words(draw_forest(made_up.pooled(rows, told, told), estimates="all"))
    assert written.casefold().count("one study: shown, not pooled") == 1
    assert "Something else." in written


def test_the_test_between_subgroups_names_its_method_in_words() -> None:
    between = BetweenGroups(q=None, df=0, p=None, method="glmm", note="without Crohn (no pooled estimate)")
    written = words(draw_forest(CASES["subgroups"].model_copy(update={"between": between})))
    assert "Test between subgroups: Q: –" in written
    assert "logit GLMM, maximum likelihood; without Crohn (no pooled estimate)." in written


def test_subgroups_may_stand_without_an_overall_estimate() -> None:
    pooled = CASES["subgroups"]
    overall = pooled.overall.model_copy(update={"estimates": ()})
    figure = draw_forest(pooled.model_copy(update={"overall": overall, "between": None}))
    assert "Overall" not in words(figure)
    assert len(polygons(figure)) == 2


@pytest.mark.parametrize(("name", "form"), [("f.gif", None), ("f", None), ("f.svg", "jpeg")])
def test_unknown_format_names_the_valid_ones(name: str, form: str | None, tmp_path: Path) -> None:
    with pytest.raises(UnknownTermError, match="unknown figure format") as caught:
        save_forest(CASES["4 rows"], tmp_path / name, format=form)
    for valid in ("svg", "png", "pdf"):
        assert valid in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_format_overrides_the_suffix(tmp_path: Path) -> None:
    save_forest(CASES["4 rows"], tmp_path / "f.figure", format="PDF")
    assert (tmp_path / "f.figure").read_bytes().startswith(b"%PDF")


def test_a_file_in_the_place_of_the_folder_is_a_write_error_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(WriteError, match="cannot write") as caught:
        save_forest(CASES["4 rows"], tmp_path / "taken" / "f.svg")
    assert caught.value.hint


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "f.svg"
    path.write_text("before")

    def no_room(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", no_room)
    with pytest.raises(WriteError, match="No space left"):
        save_forest(CASES["4 rows"], path)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "f.svg").mkdir()
    with pytest.raises(WriteError, match=r"f\.svg"):
        save_forest(CASES["4 rows"], tmp_path / "f.svg")
    assert list((tmp_path / "f.svg").iterdir()) == []


def test_the_users_settings_are_untouched() -> None:
    before = dict(mpl.rcParams)
    draw_forest(CASES["4 rows"])
    assert dict(mpl.rcParams) == before


def test_title_can_be_replaced_or_left_out() -> None:
    assert "Mine" in words(draw_forest(CASES["4 rows"], title="Mine"))
    assert CASES["4 rows"].title not in words(draw_forest(CASES["4 rows"], title=""))


def test_level_is_the_one_of_the_analysis() -> None:
    written = words(draw_forest(made_up.pooled(made_up.many(4), level=0.9)))
    assert "[90% CI]" in written
    assert "Clopper-Pearson, 90%" in written


def test_several_files_of_one_drawing_are_those_drawn_one_by_one(tmp_path: Path) -> None:
    pooled = made_up.founding()
    together = [tmp_path / f"together.{suffix}" for suffix in ("svg", "pdf", "png")]
    save_forest(pooled, *together)
    for path in together:
        alone = tmp_path / f"alone{path.suffix}"
        save_forest(pooled, alone)
        assert path.read_bytes() == alone.read_bytes()


@pytest.mark.parametrize(
    ("weights", "said"),
    [((1.0, 1.0, 1.0), True), ((1.0, 1.0), False), ((2.0, 1.0, 1.0), False), ((None, None), False)],
    ids=["three thirds are 99.9%", "halves", "a half and two quarters", "no weights"],
)
def test_weights_that_do_not_add_up_as_printed_are_said_to_be_rounded(
    weights: tuple[float | None, ...], said: bool
) -> None:
    rows = [made_up.study(f"Trial {place}", 3, 9, weight=weight, number=place) for place, weight in enumerate(weights)]
    found = notes(made_up.pooled(rows))
    assert any(note.startswith("Weights are rounded, each for itself") for note in found) is said
