"""Figure: the canvas all figures share, and how one becomes a file.

The same figure gives the same bytes: no dates, no version numbers, fixed identifiers.
"""

from __future__ import annotations

import contextlib
import html
import io
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.text import Text

from mscevidence.errors import UnknownTermError, WriteError
from mscevidence.publish.lettering import FAMILY, GENERIC, missing_characters
from mscevidence.publish.substitutes import substitutes

FORMATS = ("pdf", "png", "svg")
POINTS_PER_INCH = 72.0
_MOST_PIXELS = 2**16

_SETTINGS: dict[Any, Any] = {
    "figure.dpi": POINTS_PER_INCH,
    "font.family": [FAMILY],
    "font.sans-serif": list(GENERIC),
    "path.simplify": False,
    "pdf.fonttype": 42,
    "svg.fonttype": "none",
    "svg.hashsalt": "mscevidence",
    "text.hinting": "none",
    "text.usetex": False,
}


class FigureTextWarning(UserWarning):
    """A raster or PDF figure holds characters that no font of this machine can draw."""


@contextlib.contextmanager
def house_style() -> Iterator[None]:
    """Draw with our settings and with none of the user's; theirs are back afterwards."""
    # Not `mpl.rcdefaults`: it reads every style sheet of matplotlib to find out which settings are no matter of style.
    # Of those only the backend must stay; the others come back with the rest.
    defaults = {name: value for name, value in mpl.rcParamsDefault.items() if name != "backend"}
    with mpl.rc_context():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", mpl.MatplotlibDeprecationWarning)
            mpl.rcParams.update(defaults | _SETTINGS)
        yield


def blank_figure(width: float, height: float) -> Figure:
    """Return an empty white figure of a size in points."""
    return Figure(figsize=(width / POINTS_PER_INCH, height / POINTS_PER_INCH), facecolor="white")


def figure_format(path: Path, wanted: str | None) -> str:
    """Return the format of a file: the one wanted, else the one its suffix names.

    Raises:
        UnknownTermError: the format is not one of `FORMATS`.
    """
    name = (wanted or path.suffix).lower().lstrip(".")
    if name not in FORMATS:
        raise UnknownTermError(name or path.name, kind="figure format", choices=FORMATS)
    return name


def figure_bytes(figure: Figure, form: str, *, title: str, description: str, dpi: float = 200) -> bytes:
    """Return a figure as the bytes of an svg, png or pdf file.

    Args:
        figure: what to write.
        form: one of `FORMATS`.
        title: short name, kept in the file.
        description: what a person who cannot see the figure is told (SVG).
        dpi: pixels per inch (PNG).

    Raises:
        WriteError: the figure has more pixels on a side than a png can be drawn with.
    """
    most = max(figure.get_size_inches()) * dpi
    if form == "png" and most >= _MOST_PIXELS:
        raise WriteError(
            f"a png of {most:,.0f} pixels on a side cannot be drawn", hint="write svg or pdf, or lower dpi"
        )
    metadata: dict[str, dict[str, str | None]] = {
        "svg": {"Date": None, "Creator": None, "Format": None, "Type": None},
        "pdf": {"CreationDate": None, "Producer": None, "Creator": "mscevidence", "Title": title},
        "png": {"Software": None, "Title": None},
    }
    buffer = io.BytesIO()
    with house_style(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from", category=UserWarning)
        figure.savefig(buffer, format=form, dpi=dpi if form == "png" else POINTS_PER_INCH, metadata=metadata[form])
    if form == "svg":
        return _described_svg(buffer.getvalue().decode(), title, description).encode()
    _warn_of_missing_characters(figure, form)
    return buffer.getvalue()


def _described_svg(svg: str, title: str, description: str) -> str:
    name, told = html.escape(title, quote=False), html.escape(description, quote=False)
    words = f'<title id="figure-title">{name}</title>\n <desc id="figure-desc">{told}</desc>'
    opening = re.search(r"<svg [^>]*>", svg)
    if opening is None:  # pragma: no cover - matplotlib always writes it
        return svg
    tag = opening[0][:-1] + ' role="img" aria-labelledby="figure-title figure-desc">'
    rest = re.sub(r"<metadata>.*?</metadata>\s*", "", svg[opening.end() :], count=1, flags=re.DOTALL)
    return svg[: opening.start()] + tag + "\n " + words + rest


def _warn_of_missing_characters(figure: Figure, form: str) -> None:
    texts = "".join(text.get_text() for text in figure.findobj(Text))
    missing = missing_characters(texts)
    _, undrawn = substitutes(missing) if missing else ((), "")
    if undrawn:
        warnings.warn(
            f"no font of this machine draws {undrawn!r}; the {form} shows boxes in their place. Install a font that "
            "has them (such as fonts-noto-cjk for Chinese) or write svg, where the text stays text",
            FigureTextWarning,
            stacklevel=4,
        )
