from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.text import Text

from mscevidence.publish.baseline_text import Align, BaselineText, write_on_baseline
from mscevidence.publish.figure import blank_figure, figure_bytes, house_style
from mscevidence.publish.lettering import balanced, font, missing_characters, readable, shortened, widest, width, wrap


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("0.5×10^6 cells/kg", "0.5×10⁶ cells/kg"),
        ("10^{-12} M", "10⁻¹² M"),
        ("2^10 and x^2", "2^10 and x^2"),
        ("  two\n lines\t", "two lines"),
        ("e\u0301", "é"),
        ("a\x00b\ud800", "a\ufffdb\ufffd"),
        ("$x$ & <b>", "$x$ & <b>"),
    ],
)
def test_readable(text: str, shown: str) -> None:
    assert readable(text) == shown


def test_width_grows_with_size_weight_and_text() -> None:
    assert width("Wang 2012", 18) == pytest.approx(2 * width("Wang 2012", 9), rel=1e-3)
    assert width("Wang 2012", 9, True) > width("Wang 2012", 9)
    assert width("iiii", 9) < width("WWWW", 9)
    assert width("中文", 9) == pytest.approx(18)


def test_missing_characters() -> None:
    assert missing_characters("10⁶ α ž †‡§‖¶ τ² χ²") == ""
    assert missing_characters("a中b中文") == "中文"


def test_the_font_is_the_shipped_file() -> None:
    assert str(font(9).get_file()).endswith("DejaVuSans.ttf")
    assert font(9).get_family()[0] == "DejaVu Sans"


def test_wrap_prefers_spaces_then_hyphens() -> None:
    assert wrap("one two", 1000, 9) == ("one two",)
    assert wrap("one two", width("one tw", 9), 9) == ("one", "two")
    assert wrap("García-Bernal", width("García-Be", 9), 9) == ("García-", "Bernal")
    assert wrap("", 10, 9) == ("",)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Wang 2012", "Wang 2012"),
        ("Hospital of Blood Diseases, Chinese Academy of Medical Sciences 2004", "Hospital of Blood… 2004"),
        ("A" * 60, "A" * 18 + "…"),
    ],
)
def test_a_long_name_keeps_its_year(name: str, shown: str) -> None:
    assert shortened(name, 120, 9) == shown
    assert width(shortened(name, 120, 9), 9) <= 120


def test_balanced_lines_leave_no_word_alone() -> None:
    text = "Malignancy (per 1,000 patients; axis to 100)"
    assert wrap(text, width(text, 9) - 5, 9)[-1] == "100)"
    lines = balanced(text, width(text, 9) - 5, 9)
    assert len(lines) == 2
    assert lines[-1].endswith("axis to 100)")


@settings(deadline=None, max_examples=60)
@given(st.text(alphabet="ab W-/,中é10", max_size=60), st.floats(20, 200))
def test_wrap_keeps_every_character_and_the_limit(text: str, limit: float) -> None:
    shown = readable(text)
    lines = wrap(shown, limit, 9)
    assert "".join(lines).replace(" ", "") == shown.replace(" ", "")
    assert widest(lines, 9) <= limit + 0.01


def test_a_line_on_its_baseline_is_written_as_if_it_had_been_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    def drawn() -> bytes:
        figure = blank_figure(200, 100)
        page = figure.add_axes((0, 0, 1, 1))
        page.set(xlim=(0, 200), ylim=(100, 0))
        places: tuple[tuple[Align, float], ...] = (("left", 5.0), ("center", 100.0), ("right", 195.0))
        for align, x in places:
            letters = font(9.0, bold=align == "center")
            write_on_baseline(page, x, 50.0, "44.4 <&> 10⁶", letters=letters, align=align, colour="#1a1a1a", gid=align)
        with house_style():
            return figure_bytes(figure, "svg", title="t", description="d")

    fast = drawn()
    monkeypatch.setattr(BaselineText, "draw", Text.draw)
    assert fast == drawn()
    assert fast.count(b"44.4 &lt;&amp;&gt; 10\xe2\x81\xb6</text>") == 3
