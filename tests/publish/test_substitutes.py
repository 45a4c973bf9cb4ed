"""Characters that the font of the figures lacks, and the fonts of a machine that have them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib.font_manager import fontManager

from mscevidence.publish.figure import FigureTextWarning, blank_figure, figure_bytes
from mscevidence.publish.lettering import font
from mscevidence.publish.substitutes import substitutes


def made_font(path: Path, family: str, characters: str) -> Path:
    """Write a font whose characters are all the same square."""
    names = [".notdef", *(f"uni{ord(each):04X}" for each in characters)]
    pen = TTGlyphPen(None)
    for move, corner in zip((pen.moveTo, *[pen.lineTo] * 3), ((0, 0), (0, 800), (800, 800), (800, 0)), strict=True):
        move(corner)
    pen.closePath()
    square = pen.glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(each): name for each, name in zip(characters, names[1:], strict=True)})
    builder.setupGlyf(dict.fromkeys(names, square))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (1000, 0)))
    builder.setupHorizontalHeader(ascent=900, descent=-100)
    builder.setupNameTable({"familyName": family, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)
    return path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have three fonts on the machine: one broken, one with 中 and 国, one with 国 and 血."""
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    fonts = (
        broken,
        made_font(tmp_path / "one.ttf", "Made One", "中国"),
        made_font(tmp_path / "two.ttf", "Made Two", "国血"),
    )
    monkeypatch.setattr("mscevidence.publish.substitutes.installed_fonts", lambda: fonts)
    monkeypatch.setattr(fontManager, "ttflist", list(fontManager.ttflist))
    substitutes.cache_clear()
    yield
    substitutes.cache_clear()


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(
    ("characters", "families", "undrawn"),
    [
        ("中", ("Made One",), ""),
        ("中国", ("Made One",), ""),
        ("血", ("Made Two",), ""),
        ("中血病", ("Made One", "Made Two"), "病"),
        ("病", (), "病"),
    ],
)
def test_any_font_that_has_the_characters_is_taken(characters: str, families: tuple[str, ...], undrawn: str) -> None:
    assert substitutes(characters) == (families, undrawn)
    assert tuple(font(9, text=f"Wang {characters}").get_family())[1:] in (families, ("sans-serif",))


@pytest.mark.usefixtures("machine")
def test_only_what_no_font_draws_is_warned_of() -> None:
    figure = blank_figure(200, 40)
    figure.text(0.1, 0.5, "中国", font=font(9, text="中国"))
    assert figure_bytes(figure, "png", title="t", description="d").startswith(b"\x89PNG")
    figure.text(0.1, 0.2, "中病", font=font(9, text="中病"))
    with pytest.warns(FigureTextWarning, match="draws '病'; the png shows boxes"):
        figure_bytes(figure, "png", title="t", description="d")
