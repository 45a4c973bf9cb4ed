"""From a number back to the characters it was read from."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from mscevidence.errors import UnknownTermError
from mscevidence.store.query import run_sql

AROUND = 300
"""Characters of the document that are shown before and after the span."""

CHAIN = """
SELECT a.result, a.study, a.study_title, a.condition, a.arm, a.outcome, a.events, a.n, a.quote, a.section, a.report,
    a.report_kind, a.report_status, a.year, a.link, a.derivation, a.verdict, a.decided_by, a.decided_on, a.read_by,
    d.corrected, d.reason, r.document, r.span_start, r.span_end, x.name AS document_name, x.text
FROM all_results a
JOIN results r ON r.id = a.result
JOIN decisions d ON d.id = r.decision
LEFT JOIN documents x ON x.sha256 = r.document
WHERE a.result = :result
"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Chain:
    """The way from a result to its characters.

    Attributes:
        facts: what is known of the result, its report, its decision and its document, by name.
        before: the text of the document in front of the span; empty when the document was not captured here.
        at: the characters at the span.
        cut: whether the document goes on before and after what is shown.
        after: the text behind the span.
        state: ``agrees``, ``DISAGREES`` (the characters are not the quote), or why it cannot be told.
    """

    facts: dict[str, Any]
    before: str = ""
    at: str = ""
    after: str = ""
    cut: tuple[bool, bool] = (False, False)
    state: str


def walk_back(path: Path, result: str, *, around: int = AROUND) -> Chain:
    """Return the chain behind a result.

    Raises:
        UnknownTermError: there is no such result.
        StoreError: the database cannot be read.
    """
    found = run_sql(path, CHAIN, {"result": result}).as_dicts()
    if not found:
        known = (row[0] for row in run_sql(path, "SELECT id FROM results ORDER BY id").rows)
        raise UnknownTermError(result, kind="result", choices=known)
    facts = dict(found[0])
    text, start, end = facts.pop("text"), facts["span_start"], facts["span_end"]
    if facts["document"] is None or start is None:
        return Chain(facts=facts, state="no captured document is named")
    if text is None:
        return Chain(facts=facts, state="the document was not captured here")
    return Chain(
        facts=facts,
        before=text[max(0, start - around) : start],
        at=text[start:end],
        after=text[end : end + around],
        cut=(start > around, end + around < len(text)),
        state="agrees" if text[start:end] == facts["quote"] else "DISAGREES",
    )
