"""Whether every number of a record walks back to the characters it was read from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from mscevidence.check.registry import finding
from mscevidence.check.study import sources
from mscevidence.model import Document, Finding, Result, Source, Study, result_key

_ONES: list[str] = re.findall(
    r"\w+",
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen",
)
_TENS: list[str] = re.findall(r"\w+", "twenty thirty forty fifty sixty seventy eighty ninety")
_NONE = r"\b(?:no|none|nobody|neither|nor|not|without|never|free|zero|nil)\b"
_EVERYBODY = r"\b(?:all|both|each|every|everybody|entire)\b"


def check_provenance(study: Study, documents: Mapping[str, Document]) -> tuple[Finding, ...]:
    """Return where the chain from number to quote to document is broken.

    Args:
        study: the record.
        documents: the captured documents by the sha256 of their bytes.

    Quotes from documents that are not captured here cannot be placed: one note per report counts them.
    """
    found: list[Finding] = []
    missing: Counter[str] = Counter()
    for subject, source in sources(study):
        document = documents.get(source.document) if source.document else None
        if document is None:
            missing[source.report] += 1
        else:
            found += _placed(source, document, subject)
    for index, result in enumerate(study.results):
        found += _numbers(study, result, result_key(study, index))
    found += [
        finding("document-captured", _missing_sentence(report, times), study.study)
        for report, times in sorted(missing.items())
    ]
    return tuple(found)


def _missing_sentence(report: str, times: int) -> str:
    quotes = "1 quote" if times == 1 else f"{times} quotes"
    return f"{quotes} of report {report} cannot be placed: its document is not captured here"


def _placed(source: Source, document: Document, subject: str) -> Iterator[Finding]:
    if source.span is None:
        if _folded(source.quote) not in _folded(document.text):
            yield finding("quote-in-document", f"the quote {source.quote!r} is not in the document", subject)
    elif document.text[slice(*source.span)] != source.quote:
        there = document.text[slice(*source.span)][:60]
        yield finding(
            "quote-in-document", f"the quote is {source.quote[:60]!r}, the document has {there!r} there", subject
        )


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _numbers(study: Study, result: Result, subject: str) -> Iterator[Finding]:
    if result.derived is None and result.narrative_zero is None:
        events, n, quote = result.events, result.n, result.source.quote
        if isinstance(events, int) and not can_be_read(events, quote, everybody=events == n):
            yield finding("number-in-quote", f"events {events} cannot be read in the quote {quote!r}", subject)
        if isinstance(n, int) and not can_be_read(n, quote, everybody=False):
            yield _n_from_elsewhere(study, result, n, subject)
    if result.narrative_zero is not None and not re.search(_NONE, result.source.quote, re.IGNORECASE):
        yield finding(
            "number-in-quote", f"the quote {result.source.quote!r} does not say that there were none", subject
        )
    for part in result.parts:
        if not can_be_read(part.events, part.source.quote, everybody=False):
            said = f"events {part.events} of {part.term} cannot be read in the quote {part.source.quote!r}"
            yield finding("number-in-quote", said, subject)


def _n_from_elsewhere(study: Study, result: Result, n: int, subject: str) -> Finding:
    """Return the finding for an n that the quote does not show: only a note when it is the size of the arm."""
    arm = study.arm(result.arm)
    if arm is not None and n in {arm.enrolled, arm.treated, arm.evaluable}:
        return finding(
            "number-in-quote", f"n {n} is the size of the arm; the quote does not show it", subject, severity="note"
        )
    return finding(
        "number-in-quote", f"n {n} cannot be read in the quote {result.source.quote!r}", subject, severity="warning"
    )


def can_be_read(number: int, quote: str, *, everybody: bool) -> bool:
    """Return whether a quote shows a number in digits or words; zero may be a "no", and everybody an "all"."""
    plain = quote.casefold()
    digits = rf"(?<![\d.,]){number}(?![\d]|[.,]\d)|(?<![\d.,]){number:,}(?![\d]|[.,]\d)"
    if re.search(digits, plain):
        return True
    if number == 0 and re.search(_NONE, plain):
        return True
    if everybody and re.search(_EVERYBODY, plain):
        return True
    return bool(re.search(rf"\b{_words(number)}\b", plain)) if number < 10_000 else False


def _words(number: int) -> str:
    """Return a pattern for a number in words: ``one hundred and seventy-six``."""
    if number < 20:
        return _ONES[number]
    if number < 100:
        tens, rest = divmod(number, 10)
        return _TENS[tens - 2] + (rf"[\s-]{_ONES[rest]}" if rest else "")
    for size, name in ((1000, "thousand"), (100, "hundred")):
        if number >= size:
            many, rest = divmod(number, size)
            lead = rf"(?:a|{_words(many)})" if many == 1 else _words(many)
            return rf"{lead}\s{name}" + (rf",?\s(?:and\s)?{_words(rest)}" if rest else "")
    return str(number)
