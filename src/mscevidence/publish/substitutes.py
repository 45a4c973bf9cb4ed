"""Substitutes: the fonts of this machine that draw the characters which the font of the figures lacks."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from matplotlib.font_manager import findSystemFonts, fontManager, get_font

_PREFERRED = (
    "notosanscjk", "notosanssc", "sourcehansans", "wqy-microhei", "wqy-zenhei", "msyh", "simhei", "pingfang",
    "hiraginosansgb", "droidsansfallback", "arialunicode", "notosans", "arial",
)  # fmt: skip
"""How the names of the files of fonts begin that look best beside a sans-serif; all others come after them."""


@cache
def installed_fonts() -> tuple[Path, ...]:
    """Return the files of all fonts of this machine, best first; those installed a moment ago too."""
    return tuple(sorted(map(Path, findSystemFonts()), key=lambda path: (_rank(path), str(path))))


def _rank(path: Path) -> tuple[int, bool]:
    name = path.stem.lower().replace(" ", "")
    rank = next((place for place, begins in enumerate(_PREFERRED) if name.startswith(begins)), len(_PREFERRED))
    return rank, any(word in name for word in ("bold", "italic", "oblique", "light", "thin", "black"))


@lru_cache(maxsize=64)
def substitutes(characters: str) -> tuple[tuple[str, ...], str]:
    """Return the families that draw characters, and the characters that no font of this machine draws.

    Fonts are opened only until every character is found, and made known to matplotlib.
    """
    left = set(characters)
    families: list[str] = []
    for path in installed_fonts():
        if not left:
            break
        try:
            font = get_font(path)
        except (OSError, RuntimeError):
            # Bitmap and broken fonts draw nothing here.
            continue
        if found := left & {chr(code) for code in font.get_charmap()}:
            left -= found
            families.append(_known(path, font.family_name))
    return tuple(families), "".join(each for each in characters if each in left)


def _known(path: Path, family: str) -> str:
    """Return a family that matplotlib knows now, if it did not when it listed the fonts."""
    if family not in {entry.name for entry in fontManager.ttflist}:
        fontManager.addfont(path)
    return family
