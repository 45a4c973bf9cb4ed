"""Bytes to the one canonical text: decoded, normalised, lost superscripts of powers of ten restored.

Every span of every candidate and result counts in the text that `canonical` returns; nothing changes it afterwards.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

from mscevidence.errors import DocumentError

MAX_BYTES = 20_000_000
"""Larger input is refused: the largest full-text article in XML has about a tenth of it."""

_MAGIC = {
    b"%PDF": ("a PDF", "open it, copy the text of the abstract and paste it into a plain text file"),
    b"PK\x03\x04": (
        "a zip archive (Word or similar, or several files)",
        "save a document as plain text (.txt, UTF-8); unpack an archive of files and give its folder",
    ),
    b"\xd0\xcf\x11\xe0": (
        "an old Office file",
        "save a table (.xls) as .xlsx or CSV, and a document as plain text (.txt, UTF-8)",
    ),
    b"\x1f\x8b": ("a gzip archive", "unpack it first"),
    b"{\\rtf": ("rich text (RTF)", "save it as plain text (.txt, UTF-8)"),
    b"bplist0": ("a web archive of Safari", "save the page as its source (.html)"),
    b"SQLite format 3": ("a database, of a reference manager perhaps", "export the references from it as RIS or XML"),
    b"\x89PNG": ("an image", "paste the text of the abstract into a plain text file"),
    b"\xff\xd8\xff": ("an image", "paste the text of the abstract into a plain text file"),
}
_MAGICS = tuple(_MAGIC)
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

_INVISIBLE = {ord(c): None for c in "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u061c"}
_INVISIBLE |= dict.fromkeys((*range(8234, 8239), *range(8294, 8298)))
_CONTROL = {code: None for code in (*range(0x20), *range(0x7F, 0xA0)) if code not in {0x09, 0x0A}}
_SPACES = {ord(c): " " for c in "\u00a0\u1680\u202f\u205f\u3000"} | dict.fromkeys(range(0x2000, 0x200B), " ")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_HYPHENS = {0x2010: "-", 0x2011: "-"}
_NORMAL = _HYPHENS | _CONTROL | _INVISIBLE | _SPACES | _FULL_WIDTH

_CHANGING = re.compile(f"[{re.escape(''.join(map(chr, _NORMAL)))}]")
"""What normalising changes: a pattern finds the few of a text many times faster than a table looks at all of it."""

_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_SYLLABLES = re.compile(r"[\u3041-\u3096\u30a1-\u30fa]")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_KOREAN = re.compile(r"[\uac00-\ud7a3]{3}")
_CHINESE = re.compile(r"[\u4e00-\u9fff]{3}")

_PRINTABLE = bytes(range(0x20, 0x7F))
_CHANGED = (b"\xe2\x80\x90", b"\xe2\x80\x91", b"\xef\xbc", b"\xef\xbd")
"""Two hyphens, and how full-width characters begin, in UTF-8: a search for bytes is quicker than a pattern."""

_EMPTY_LINES = re.compile(r"\n{3,}")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")


def decode(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Return the text of some bytes and notes about how it was decoded.

    Raises:
        DocumentError: empty, too large, binary, or in no encoding that can be told.
    """
    _refuse_what_is_no_text(data)
    if data.startswith(_UTF16):
        return _decoded(data, "utf-16"), ("decoded as UTF-16",)
    if b"\0" in data:
        hint = "export references as RIS, XML or CSV; of an abstract give its text or the saved HTML page"
        raise DocumentError("the input is binary: it contains NUL bytes", hint=hint)
    try:
        return data.removeprefix(codecs.BOM_UTF8).decode(), ()
    except UnicodeDecodeError as error:
        place = f"byte {error.start} is not UTF-8"
    if (found := _east_asian(data)) is not None:
        return found[0], (f"decoded as {found[1]}: {place}; look at names and special characters",)
    name, encoding = ("Mac Roman", "mac_roman") if _is_mac(data) else ("Windows-1252", "cp1252")
    note = f"decoded as {name}: {place}; look at dashes and special characters"
    return _decoded(data, encoding), (note,)


_MAC_LETTER = re.compile(
    rb"[A-Za-z][\x80-\x84\x87-\x89\x8b\x98][a-z]|[\x81\x8d\x8f\x90\x9d][a-z]"
    rb"|[A-Za-z][\x8a\x8c\x8e\x9f][a-z]|[a-z][\x8a\x8c\x8e\x9f]\W"
)
"""Accented letters in words of old Macintosh files; in Windows-1252 these are signs, capitals in a word, or nothing."""

_WINDOWS_LETTER = re.compile(rb"[a-z][\xe0-\xf6\xf8-\xfe]|[\xe0-\xf6\xf8-\xfe][a-z]")
"""Accented letters in words of Windows-1252; in Mac Roman these are capitals and signs."""


def _is_mac(data: bytes) -> bool:
    return len(_MAC_LETTER.findall(data)) > 4 * len(_WINDOWS_LETTER.findall(data))


def _east_asian(data: bytes) -> tuple[str, str] | None:
    """Return a text in an encoding of Chinese, Japanese or Korean databases, and which; None if it is in none.

    Words of European languages in Windows-1252 have no three such characters in a row, and no Japanese syllables.
    """
    for name, (encoding, is_plausible) in _EAST_ASIAN.items():
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if is_plausible(text, _NOT_ASCII.findall(text)):
            return text, name
    return None


def _is_japanese(text: str, foreign: list[str]) -> bool:
    syllables = len(_SYLLABLES.findall(text))
    return syllables > 2 and syllables * 20 > len(foreign)


def _is_korean(text: str, foreign: list[str]) -> bool:
    return _KOREAN.search(text) is not None and len(_HANGUL.findall(text)) >= 0.9 * len(foreign)


def _is_traditional(text: str, foreign: list[str]) -> bool:
    """Return whether there are Chinese words, nearly all in the characters that are in daily use on Taiwan."""
    codes = (one.encode("cp950", "ignore")[:1] for one in foreign)
    usual = sum(b"\xa1" <= code <= b"\xc6" for code in codes)
    return _CHINESE.search(text) is not None and usual >= 0.95 * len(foreign)


def _is_simplified(text: str, foreign: list[str]) -> bool:
    """Return whether there are Chinese words, nearly all in the characters that Chinese journals use."""
    usual = len("".join(foreign).encode("gb2312", "ignore")) / 2
    return _CHINESE.search(text) is not None and usual >= 0.95 * len(foreign)


_EAST_ASIAN = {
    "Shift JIS": ("cp932", _is_japanese),
    "EUC-JP": ("euc_jp", _is_japanese),
    "EUC-KR": ("euc_kr", _is_korean),
    "GB 18030": ("gb18030", _is_simplified),
    "Big5": ("cp950", _is_traditional),
}


def _refuse_what_is_no_text(data: bytes) -> None:
    if not data or data.isspace():
        raise DocumentError("the input is empty", hint="give the text of an abstract or a saved HTML page")
    if len(data) > MAX_BYTES:
        size = f"{len(data):,} bytes"
        raise DocumentError(f"the input is too large: {size}", hint=f"at most {MAX_BYTES:,} bytes are read")
    if data.startswith(_MAGICS):
        what, hint = next(told for magic, told in _MAGIC.items() if data.startswith(magic))
        raise DocumentError(f"the input is {what}, not text", hint=hint)


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        hint = "save it as UTF-8 and try again"
        raise DocumentError(f"the input cannot be decoded as {encoding} (byte {error.start})", hint=hint) from error


def canonical(text: str) -> str:
    """Return the canonical form of a text: NFC, one kind of space and line end, nothing invisible, powers readable.

    Full-width letters and digits become plain ones; zero-width characters, direction marks and control characters go.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    lines = lines.replace("\u2028", "\n").replace("\u2029", "\n\n")
    normal = _is_normal(lines.replace("\n", " "))
    plain = lines if normal else unicodedata.normalize("NFC", _CHANGING.sub(_normal, lines))
    while "  " in plain:
        plain = plain.replace("  ", " ")
    stripped = "\n".join([line.strip() for line in plain.split("\n")])
    apart = _EMPTY_LINES.sub("\n\n", stripped) if "\n\n\n" in stripped else stripped
    return restore_powers(apart.strip("\n"))


def _normal(match: re.Match[str]) -> str:
    return match.group().translate(_NORMAL)


def is_canonical(line: str) -> bool:
    """Return whether a line can be told at a glance to be canonical: nothing invisible, composed, or like a power."""
    return "  " not in line and not may_hold_power(line) and _is_normal(line)


def _is_normal(line: str) -> bool:
    """Return whether a line has nothing that `_NORMAL` changes; all that is no ASCII in it is invisible or searched.

    What is plain ASCII is taken away first, which is many times quicker than to look at each character.
    """
    rest = line.encode("utf-8", "surrogatepass").translate(None, _PRINTABLE)
    if not rest:
        return True
    if not rest.decode("utf-8", "surrogatepass").isprintable() or not unicodedata.is_normalized("NFC", line):
        return False
    return not any(each in rest for each in _CHANGED)


# What may follow a power of ten in an abstract, and what shows that 106 is the number one hundred and six.
_UNIT_AHEAD = r"""(?=(?:[^.;\n]|\.\d){0,80}?
    (?:\bcells?\b|/\s?k?g\b|\bper\s+kg\b|/\s?[mµμ]?[Ll]\b|\b[A-Z-]*MSCs?\b|\bCFU|\bkg-1\b|\bnuclei\b|\bplatelets\b))"""
_OTHER_UNIT = (
    r"(?!\s*(?:m?g|[mµμ]g|mm|cm|m|min|mL|ml|IU|U|%|patients|subjects|participants|days?|weeks?|months?|years?)\b)"
)
_MULTIPLIED = r"10(?:(?<=[×xX✕*·∙]10)|(?<=[×xX✕*·∙]\s10))"
"""All patterns begin with their two digits, so that the search goes from one ``10`` to the next: that is far faster."""

_GLUED = re.compile(
    rf"""{_MULTIPLIED}(?P<exponent>1[0-2]|[3-9])(?![\d%])(?![.,]\d){_OTHER_UNIT}{_UNIT_AHEAD}""",
    re.VERBOSE,
)
_SPACED = re.compile(
    rf"""{_MULTIPLIED}\ (?P<exponent>1[0-2]|[3-9])(?![\d%/])(?![.,]\d)(?=\s*(?:[A-Za-z-]+\s)?
    (?:cells?\b|/\s?kg|/\s?[mµμ]?[Ll]\b|MSCs?\b)){_OTHER_UNIT}""",
    re.VERBOSE,
)
_PER_LITRE = re.compile(rf"{_MULTIPLIED} ?(?P<exponent>1[0-2]|[3-9])(?=\s?/\s?[mµμ]?[Ll]\b)")
_BRACKETED = re.compile(rf"{_MULTIPLIED}\s?\((?P<exponent>1[0-2]|[3-9])\)")
_BRACKETED_BARE = re.compile(
    r"10(?<![\w.,/]10)\((?P<exponent>1[0-2]|[3-9])\)(?=\s?(?:cells\b|/\s?kg\b|/\s?[mµμ]?[Ll]\b))"
)
_BARE = re.compile(
    r"""10(?<![\w.,/^×+-]10)(?<![×xX✕*·∙]\s10)(?P<exponent>[4-9])
    (?=\s?(?:cells|[A-Z-]*MSCs?)?\s?(?:/\s?kg|per\s+kg)\b|/L\b)""",
    re.VERBOSE,
)
_SUPERSCRIPT = re.compile(r"10(?P<exponent>[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_PERHAPS_A_POWER = re.compile(
    r"""10(?: ?\^|[⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹]|\(|[4-9]\s?(?:cells|[A-Z-]*MSC|/|per)
    |(?<=[×xX✕*·∙]10)|(?<=[×xX✕*·∙]\s10))""".replace("\n    ", ""),
)
"""Begins with its two digits, so that it is tried at one ``10`` after the other: that is many times faster."""

_CARET_SPACES = re.compile(r"10 ?\^ ?(?=-?\d)")


def restore_powers(text: str) -> str:
    """Return a text in which powers of ten are readable: ``0.5×106 cells/kg`` becomes ``0.5×10^6 cells/kg``.

    A number becomes a power only behind a multiplication sign and before a unit of cells or concentration, or as a bare
    ``106 cells/kg``: ``106 patients`` and ``5 x 106 mg`` stay what they are.
    """
    if not may_hold_power(text):
        return text
    text = _SUPERSCRIPT.sub(lambda m: "10^" + m["exponent"].translate(_SUPERSCRIPTS), text)
    text = _CARET_SPACES.sub("10^", text)
    for pattern in (_BRACKETED, _BRACKETED_BARE, _PER_LITRE, _SPACED, _GLUED, _BARE):
        text = pattern.sub(r"10^\g<exponent>", text)
    return text


def may_hold_power(text: str) -> bool:
    """Return whether a text has anything that `restore_powers` could read as a power of ten."""
    position = text.find("10")
    while position >= 0:
        if _PERHAPS_A_POWER.match(text, position):
            return True
        position = text.find("10", position + 1)
    return False
