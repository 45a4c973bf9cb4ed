"""What one cell of a table says: events, n and percent, or the size of a group."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mscevidence.model import Document, Span, Value

_WHOLE = r"\d{1,3}(?:[ ,]\d{3})+|\d{1,7}"
_DECIMAL = r"\d{1,7}(?:[.·]\d{1,4})?"
_MARKS = re.compile(r"(?:\s?(?:\^[\w*†‡§¶#]{1,3}|[*†‡§¶#]))+$")
_SHARE = r"\d{1,3}(?:[.,·]\d{1,2})?|\d{1,3}\.\d{1,4}"
_INTERVAL = r"(?:\s?[;,(\[]\s?(?:95\s?%\s?CI:?\s?)?\d[\d.,·%\s]*(?:[‐–−-]|to)\s?\d[\d.,·%\s]*[)\]]?)?"
_EPISODES = r"(?:\s?[\[{]\d{1,5}[\]}])?"
_FORMS = (
    re.compile(
        rf"(?P<events>{_WHOLE})\s?(?:/|of|out\sof)\s?(?P<n>{_WHOLE})"
        rf"(?:\s?[(\[,]?\s?(?P<percent>{_SHARE})\s?%?\s?{_INTERVAL}\s?[)\]]?)?"
    ),
    re.compile(
        rf"(?P<events>{_WHOLE})\s?[(\[]\s?%?\s?(?P<percent>{_SHARE})\s?%?\s?{_INTERVAL}[)\]]{_INTERVAL}{_EPISODES}"
    ),
    re.compile(rf"(?P<events>{_WHOLE})\s?[(\[]\s?[<>≤≥]\s?\d(?:\.\d+)?\s?%?\s?[)\]]"),
    re.compile(rf"(?P<percent>\d{{1,3}}\.\d{{1,2}})\s?%?\s?[(\[]\s?(?:n\s?=\s?)?(?P<events>{_WHOLE})\s?[)\]]"),
    re.compile(rf"(?P<events>{_WHOLE}),\s(?P<percent>{_DECIMAL})\s?%?"),
    re.compile(rf"(?P<percent>{_DECIMAL})\s?%?\s?[(\[]\s?(?P<events>{_WHOLE})\s?/\s?(?P<n>{_WHOLE})\s?[)\]]"),
    re.compile(rf"(?P<percent>{_DECIMAL})\s?%\s?[(\[]\s?(?:n\s?=\s?)?(?P<events>{_WHOLE})\s?[)\]]"),
    re.compile(rf"(?P<percent>{_DECIMAL})\s?%{_INTERVAL}"),
    re.compile(r"(?P<bare>\d{1,3}\.\d{1,2})\s?[(\[]\d{1,3}(?:\.\d{1,2})?\s?(?:[‐–−-]|to)\s?\d{1,3}(?:\.\d{1,2})?[)\]]"),
    re.compile(rf"(?P<events>{_WHOLE})"),
    re.compile(rf"(?P<bare>{_DECIMAL})"),
)
_LONGEST_NUMBER = 60
_SIZE = re.compile(
    rf"(?<![\w.])[nN]\s?=\s?(?P<n>{_WHOLE})(?![\d.%])|[(,]\s?(?:total\s?(?:n\s?)?=?\s?)?(?P<bare>{_WHOLE})\s?(?:patients|subjects|participants|women|men)?\s?\)$"
)


@dataclass(frozen=True)
class Reading:
    """What one cell says: events, n and percent, each with its place; `bare` is a number that may be any of them."""

    events: Value | None = None
    n: Value | None = None
    percent: Value | None = None
    bare: Value | None = None

    @property
    def decimals(self) -> int:
        """How many decimals the percent is printed with."""
        shown = self.percent or self.bare
        return len(re.split(r"[.,·]", shown.text, maxsplit=1)[-1]) if shown and re.search(r"[.,·]", shown.text) else 0


def reading_of(document: Document, span: Span) -> Reading | None:
    """Return what a cell says, or None when it is no count and no percent."""
    if span[1] - span[0] > _LONGEST_NUMBER:
        return None
    text = document.text[slice(*span)]
    plain = _MARKS.sub("", text)
    for form in _FORMS:
        match = form.fullmatch(plain)
        if match is not None:
            return Reading(**{role: _value(role, match, span[0]) for role in form.groupindex if match[role]})
    return None


def _value(role: str, match: re.Match[str], offset: int) -> Value:
    start, end = match.span(role)
    number = _number(match[role], whole=role in {"events", "n"})
    return Value(role=role, text=match[role], span=(offset + start, offset + end), number=number)


def _number(text: str, *, whole: bool) -> float:
    """Return a number as printed; a comma sets off thousands of whole numbers and the decimals of others."""
    return float(re.sub(r"[ ,]", "", text)) if whole else float(text.replace("·", ".").replace(",", "."))


def size_in(document: Document, span: Span) -> Value | None:
    """Return the number of patients that a header tells: "(n = 54)", "N=1,234"."""
    match = _SIZE.search(document.text, *span)
    if match is None:
        return None
    role = "n" if match["n"] else "bare"
    return _value(role, match, 0).model_copy(update={"role": "n"})
