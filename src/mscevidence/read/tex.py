r"""TeX of BibTeX values to plain text: accents, Greek letters, markup, ``10\textsuperscript{6}`` as ``10^6``."""

from __future__ import annotations

import re
import unicodedata

_COMBINING = dict(
    zip(
        "`'^~=\"uvHrckdb.",
        "\u0300\u0301\u0302\u0303\u0304\u0308\u0306\u030c\u030b\u030a\u0327\u0328\u0323\u0331\u0307",
        strict=True,
    )
)
_SYMBOLS = {
    "ss": "ß",
    "o": "ø",
    "O": "Ø",
    "l": "ł",
    "L": "Ł",
    "ae": "æ",
    "AE": "Æ",
    "oe": "œ",
    "OE": "Œ",
    "aa": "å",
    "AA": "Å",
    "i": "ı",
    "j": "ȷ",
    "dh": "ð",
    "DH": "Ð",
    "th": "þ",
    "TH": "Þ",
    "dj": "đ",
    "DJ": "Đ",
    "textendash": "–",
    "textemdash": "—",
    "textquoteright": "’",
    "textquoteleft": "‘",
    "textquotedblleft": "“",
    "textquotedblright": "”",
    "textregistered": "®",
    "texttrademark": "™",
    "textdegree": "°",
    "degree": "°",
    "copyright": "©",
    "textcopyright": "©",
    "textasciicircum": "^",
    "textquotesingle": "'",
    "textonehalf": "½",
    "textdiv": "÷",
    "textpm": "±",
    "pm": "±",
    "times": "×",
    "texttimes": "×",
    "cdot": "·",
    "leq": "≤",
    "le": "≤",
    "geq": "≥",
    "ge": "≥",
    "approx": "≈",
    "sim": "~",
    "mu": "µ",
    "textmu": "µ",
    "infty": "∞",
    "ldots": "…",
    "dots": "…",
    "rightarrow": "→",
    "to": "→",
    "textasciitilde": "~",
    "textbackslash": "\\",
    "textless": "<",
    "textgreater": ">",
    "S": "§",
    "P": "¶",
    "ast": "*",
    "prime": "′",
    "neq": "≠",
    "ne": "≠",
    "lt": "<",
    "gt": ">",
    "backslash": "\\",
    "textunderscore": "_",
    "textbar": "|",
    "circ": "°",
}
_GREEK = {
    name: unicodedata.lookup(f"GREEK SMALL LETTER {'LAMDA' if name == 'lambda' else name.upper()}")
    for name in re.findall(
        r"\w+",
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda nu xi pi rho sigma tau phi chi psi omega",
    )
}
_CAPITALS = {
    name.capitalize(): unicodedata.lookup(f"GREEK CAPITAL LETTER {'LAMDA' if name == 'lambda' else name.upper()}")
    for name in _GREEK
}
_WORDS: dict[str, str] = _SYMBOLS | _GREEK | _CAPITALS

_ACCENT = re.compile(
    r"\\(?:([`'^~=\".])|([uvHrckdb])(?![A-Za-z]))\s*(?:\{\s*(\\[ij]|[A-Za-z])\s*\}|(\\[ij](?![A-Za-z])|[A-Za-z]))"
)
_RAISED = re.compile(r"(?<=\d)\s?(?:\\textsuperscript|\^)\s*\{([-−+]?\d{1,3})\}")
_RAISED_WORD = re.compile(r"\^\{([A-Za-z]{1,20})\}")
_LOWERED = re.compile(r"\$_\{?([^{}$]{1,20})\}?\$")
_MATHEMATICS = re.compile(r"\$([^$]{0,200})\$")
_MARKUP = re.compile(
    r"\\(?:textit|textbf|emph|textrm|textsc|texttt|textsf|textsuperscript|textsubscript|text|mathrm|mathit|mathbf|mathsf"
    r"|ensuremath|mbox|url|uppercase|MakeUppercase|enquote|it|em|bf|rm|sc|tt)(?![A-Za-z])\s*"
)
_WORD = re.compile(r"\\([A-Za-z]+)(?:\s+(?![\s])|\{\})?")
_LINK = re.compile(r"\\href\s*\{[^{}]{0,2000}\}\s*(?=\{)")
_ESCAPED = re.compile(r"\\([&%$#_{}])")
_HIDDEN = {mark: chr(0xE000 + number) for number, mark in enumerate("&%$#_{}")}
"""Escaped marks while braces and dollars go: characters of the private use area stand for them."""
_SHOWN = {ord(hidden): mark for mark, hidden in _HIDDEN.items()}


def plain_text(value: str) -> str:
    """Return a BibTeX value as plain text; a command that is not known stays as it is."""
    if not any(mark in value for mark in "\\{}$~-"):
        return value
    # Mendeley writes a caret as {\^{}}.
    text = _ESCAPED.sub(lambda found: _HIDDEN[found[1]], value.replace(r"\^{}", "^"))
    text = _RAISED.sub(r"^\1", text)
    text = _MATHEMATICS.sub(r"{\1}", _LOWERED.sub(r"\1", _RAISED_WORD.sub(r"\1", text)))
    if "\\" in text:
        text = _ACCENT.sub(_accented, _LINK.sub("", text))
        text = _WORD.sub(_symbol, _MARKUP.sub("", text))
        text = re.sub(r"\\(?:\\|newline|par)(?![A-Za-z])|\\[,;!: ]", " ", text).replace("\\-", "")
    text = text.replace("---", "—").replace("--", "–").replace("~", " ")
    return re.sub(r"[{}]", "", text).translate(_SHOWN)


def _accented(found: re.Match[str]) -> str:
    letter: str = (found[3] or found[4]).removeprefix("\\")
    return unicodedata.normalize("NFC", letter + _COMBINING[found[1] or found[2]])


def _symbol(found: re.Match[str]) -> str:
    word: str = found.group()
    return _WORDS.get(str(found[1]), word)
