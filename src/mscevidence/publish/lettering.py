"""Lettering: the font of every figure, and how wide a text is in it.

Widths come from the glyphs of DejaVu Sans as matplotlib ships it, never from counting characters, so a layout is the
same on every machine. Characters that DejaVu Sans lacks (Chinese, Japanese, Korean) are measured as full squares.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

import matplotlib as mpl
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.ft2font import FT2Font, LoadFlags

from mscevidence.publish.substitutes import substitutes

FAMILY = "DejaVu Sans"
GENERIC = ("Arial", "Helvetica")
"""What an SVG viewer without DejaVu Sans may take before its own sans-serif."""

_MEASURED_AT = 100.0
_FILES = {False: "DejaVuSans.ttf", True: "DejaVuSans-Bold.ttf"}
SUPERSCRIPTS = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_POWER = re.compile(r"(?<=10)\^\{?([-+−]?\d+)\}?")
_SPACES = re.compile(r"[^\S\N{NO-BREAK SPACE}]+")
_BREAK_AFTER = re.compile(r"(?<=[-–/,;|_])(?=[^\s\d])")


def readable(text: str) -> str:
    """Return a text as a figure shows it: one line, NFC, ``10^6`` as 10⁶, nothing that XML or a font cannot hold."""
    one_line = _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()
    kept = "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) in {"Cc", "Cs"} else c for c in one_line)
    return _POWER.sub(lambda found: found[1].translate(SUPERSCRIPTS), kept)


def font_file(bold: bool) -> Path:
    """Return the path of the font that matplotlib ships."""
    return Path(mpl.get_data_path()) / "fonts" / "ttf" / _FILES[bold]


@lru_cache(maxsize=2)
def _glyphs(bold: bool) -> frozenset[int]:
    return frozenset(get_font(font_file(bold)).get_charmap())


def missing_characters(text: str, *, bold: bool = False) -> str:
    """Return the characters of a text that DejaVu Sans cannot draw, each once, in order."""
    return "".join(dict.fromkeys(c for c in text if ord(c) not in _glyphs(bold)))


def font(size: float, *, bold: bool = False, text: str = "") -> FontProperties:
    """Return the font for a text of a size in points.

    DejaVu Sans is named by its file, so that another version on the machine changes nothing. Only a text with
    characters it lacks looks for a substitute among the fonts of the machine.
    """
    missing = missing_characters(text, bold=bold)
    families, _ = substitutes(missing) if missing else ((), "")
    if families:
        return FontProperties(family=[FAMILY, *families], size=size, weight="bold" if bold else "normal")
    return _own_font(size, bold)


@lru_cache(maxsize=64)
def _own_font(size: float, bold: bool) -> FontProperties:
    weight = "bold" if bold else "normal"
    return FontProperties(family=[FAMILY, "sans-serif"], size=size, weight=weight, fname=str(font_file(bold)))


@lru_cache(maxsize=8192)
def width(text: str, size: float, bold: bool = False) -> float:
    """Return the width of a text in points: the sum of its glyphs, which kerning only makes narrower."""
    return size * sum(_advance(character, bold) for character in text)


@lru_cache(maxsize=1024)
def _advance(character: str, bold: bool) -> float:
    """Return how far a character moves the pen in a font of size 1."""
    if ord(character) not in _glyphs(bold):
        return 1.0 if unicodedata.east_asian_width(character) in "WF" else 0.7
    glyph = _measured_font(bold).load_char(ord(character), flags=LoadFlags.NO_HINTING)
    return float(glyph.linearHoriAdvance) / 65536 / _MEASURED_AT


@lru_cache(maxsize=2)
def _measured_font(bold: bool) -> FT2Font:
    font = FT2Font(str(font_file(bold)))
    font.set_size(_MEASURED_AT, 72)
    return font


def wrap(text: str, limit: float, size: float, *, bold: bool = False) -> tuple[str, ...]:
    """Return the lines of a text that are no wider than a limit in points; nothing is left out.

    Lines break at spaces, then after ``- – / , ; | _``, then inside a word that is itself too wide.
    """
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        for index, piece in enumerate(_pieces(word, limit, size, bold)):
            longer = f"{line} {piece}" if line and index == 0 else line + piece
            if line and width(longer, size, bold) > limit:
                lines.append(line)
                line = piece
            else:
                line = longer
    return (*lines, line)


def balanced(text: str, limit: float, size: float, *, bold: bool = False) -> tuple[str, ...]:
    """Return as few lines as `wrap` needs, of about the same width: no word alone in the last."""
    lines = wrap(text, limit, size, bold=bold)
    while len(lines) > 1:
        narrower = wrap(text, widest(lines, size, bold=bold) - 1.0, size, bold=bold)
        if len(narrower) > len(lines) or narrower == lines:
            break
        lines = narrower
    return lines


def shortened(text: str, limit: float, size: float) -> str:
    """Return a text that is no wider than a limit: of a longer one the beginning and, if short, the last word.

    What is left out is marked by an ellipsis; tables have the whole.
    """
    if width(text, size) <= limit:
        return text
    ellipsis = "\N{HORIZONTAL ELLIPSIS}"
    last = f" {text.rpartition(' ')[2]}" if " " in text else ""
    end = last if width(last, size) <= limit / 4 else ""
    begun = wrap(text, limit - width(ellipsis + end, size), size)[0]
    return f"{begun.rstrip(' ,;')}{ellipsis}{end}"


def _pieces(word: str, limit: float, size: float, bold: bool) -> list[str]:
    if width(word, size, bold) <= limit:
        return [word]
    return [part for piece in _BREAK_AFTER.split(word) for part in _cut(piece, limit, size, bold)]


def _cut(piece: str, limit: float, size: float, bold: bool) -> list[str]:
    if width(piece, size, bold) <= limit:
        return [piece]
    parts = [""]
    for character in piece:
        if parts[-1] and width(parts[-1] + character, size, bold) > limit:
            parts.append("")
        parts[-1] += character
    return parts


def widest(lines: tuple[str, ...] | list[str], size: float, *, bold: bool = False) -> float:
    """Return the width of the widest line in points; 0 for no line."""
    return max((width(line, size, bold) for line in lines), default=0.0)
