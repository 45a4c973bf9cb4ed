"""The items of a list of results: "haematoma in 1 (5%), ecchymosis in 7 (32%) and infection in 1 (5%)"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mscevidence.extract.grammar.counts import Count
from mscevidence.extract.wording.word_stems import stems, telling
from mscevidence.model import Span

_SEPARATOR = re.compile(r"[;,]\s(?:and\s|or\s|but\s)?|\s(?:and|but)\s")
_LEAD = re.compile(r"(?::|\b(?:were|was|had|included|including|such\sas|developed|experienced|consisted\sof|namely))\s")
_WORD = re.compile(r"[A-Za-z]{3}")
_SEEN = re.compile(r"\b(?:seen|found|observed|noted|reported|in|by)\b")
_LEADS = re.compile(
    r"\s*(?:(?:in|of|at|after|during|among|for|on|with|by|from|within|until|before)\b[^,;]*|however|moreover|overall|finally"
    r"|similarly|conversely|thus|additionally|furthermore|[^A-Za-z]*)\s*",
    re.IGNORECASE,
)


def items_in(text: str, part: Span, counts: Sequence[Count]) -> Iterator[tuple[Span, Count | None]]:
    """Yield the items of a part of a text with the count of each, None where it has none.

    An item with several counts, or one behind items that may share its count ("nausea, vomiting and rash in 3"), is
    left out.
    """
    if len(counts) == 1 and not _lists(text, part, counts[0]):
        yield part, counts[0]
        return
    pieces = _merged(text, list(_pieces(text, part, counts)))
    waiting = False
    for index, (span, own) in enumerate(pieces):
        if not own:
            waiting = _has_words(text, span) and not (
                index == 0 and text.startswith(",", span[1]) and _LEADS.fullmatch(text, *span)
            )
            yield span, None
            continue
        if len(own) == 1 and not (waiting and _is_between(text, pieces, index)):
            yield (_narrowed(text, span, own[0]) if len(counts) > 1 else span), own[0]
        waiting = False


def _lists(text: str, part: Span, count: Count) -> bool:
    """Return whether the one count of a part stands in a list of several outcomes."""
    return any(
        not (count.start <= cut.start() < count.end) and not _inside_bracket(text, part, cut.start())
        for cut in _SEPARATOR.finditer(text, *part)
    )


def _pieces(text: str, part: Span, counts: Sequence[Count]) -> Iterator[tuple[Span, tuple[Count, ...]]]:
    start = part[0]
    cuts = [
        cut.span()
        for cut in _SEPARATOR.finditer(text, *part)
        if not any(count.start <= cut.start() < count.end for count in counts)
        and not _inside_bracket(text, part, cut.start())
    ]
    for stop, following in [*cuts, (part[1], part[1])]:
        yield (start, stop), tuple(count for count in counts if start <= count.start < stop)
        start = following


def _inside_bracket(text: str, part: Span, place: int) -> bool:
    return text.count("(", part[0], place) > text.count(")", part[0], place)


def _merged(text: str, pieces: list[tuple[Span, tuple[Count, ...]]]) -> list[tuple[Span, tuple[Count, ...]]]:
    """Return pieces in which a name and its count beside it are one: "retention, 3", "4 (24%), wound infections"."""
    found: list[tuple[Span, tuple[Count, ...]]] = []
    for span, own in pieces:
        if found:
            (start, stop), before = found[-1]
            bare = own and not _words_beside(text, span, own)
            follows = before and not own and not _words_beside(text, (start, stop), before) and _has_words(text, span)
            if (bare and not before and _has_words(text, (start, stop))) or follows:
                found[-1] = ((start, span[1]), (*before, *own))
                continue
        found.append((span, own))
    return found


def _words_beside(text: str, span: Span, counts: Sequence[Count]) -> bool:
    outside = text[span[0] : counts[0].start] + " " + text[counts[-1].end : span[1]]
    return bool(_WORD.search(re.sub(r"\([^()]*\)", " ", outside)))


def _has_words(text: str, span: Span) -> bool:
    return bool(_WORD.search(text, *span))


def _is_between(text: str, pieces: Sequence[tuple[Span, tuple[Count, ...]]], index: int) -> bool:
    """Return whether the items without a count directly before an item may be counted together with it."""
    span, _ = pieces[index - 1]
    return bool(telling(stems(text[slice(*span)])))


def _narrowed(text: str, span: Span, count: Count) -> Span:
    """Return an item without what leads to a list: "adverse events were nausea in 3" is nausea."""
    leads = list(_LEAD.finditer(text, span[0], count.start))
    if leads and _WORD.search(_SEEN.sub(" ", text[leads[-1].end() : count.start])):
        return leads[-1].end(), span[1]
    return span
