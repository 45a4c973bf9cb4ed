"""A source that can be searched: pages of raw answers, each with the place from which an interrupted search goes on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from mscevidence.errors import FetchError
from mscevidence.fetch.answer import Answer, host_of

_EMPTY_PAGES = 5
_BEGINS_AGAIN = (
    "{} no longer knows where the search stopped: it begins again, and records already fetched come once more"
)


@dataclass(frozen=True, slots=True)
class Page:
    """One raw answer of a source.

    Args:
        source: name of the source.
        answer: the bytes, as they came.
        records: number of records in it; 0 where it holds none to read, such as the answer that only counts.
        total: number of records the source says there are.
        delivered: number of records up to this page, those of interrupted runs included.
        cursor: from where the search goes on after this page, to be stored as it is; empty at its end.
        notes: what the source said about the query, and what else a reader of the search report must know.
    """

    source: str
    answer: Answer
    records: int
    total: int
    delivered: int
    cursor: str = ""
    notes: tuple[str, ...] = ()


class Source(Protocol):
    """What every source has."""

    name: str
    base: str
    rate: float

    def search(self, query: str, *, since: date | None = None, cursor: str = "") -> Iterator[Page]:
        """Yield the pages of a search, each as soon as it has come.

        Args:
            query: in the source's own syntax.
            since: only records that are new to the source since this day (included).
            cursor: of the last page that was stored; empty to begin.

        Raises:
            FetchError: a page did not come; the cursor of the page before stays good.
        """
        ...


@dataclass(frozen=True, slots=True)
class Turn:
    """What one step of a search brought: an answer, its records, the total if it is told, the next token if any."""

    answer: Answer
    records: int
    total: int | None
    following: str
    notes: tuple[str, ...] = ()


def pages(source: str, search: str, cursor: str, step: Callable[[str], Turn], *, first: str = "") -> Iterator[Page]:
    """Yield the pages of a source that tells with every page the token of the next one.

    Args:
        source: its name.
        search: everything that makes this search this one.
        cursor: of the last page that was stored, or empty.
        step: from token to page.
        first: token of the first page.

    Raises:
        FetchError: the cursor is of another search, or the tokens go round in circles.
    """
    state = unpacked(cursor, source, search) or {"token": first, "total": 0, "delivered": 0}
    seen: set[str] = set()
    empty = 0
    while True:
        turn, again = _turned(source, step, state, first, resumed=bool(cursor) and not seen)
        seen.add(state["token"])
        total = state["total"] if turn.total is None else turn.total
        state = {"token": turn.following, "total": total, "delivered": state["delivered"] + turn.records}
        yield Page(
            source=source,
            answer=turn.answer,
            records=turn.records,
            total=total,
            delivered=state["delivered"],
            cursor=packed(source, search, state) if turn.following else "",
            notes=(*again, *turn.notes, *([] if turn.following else shortfall(source, state["delivered"], total))),
        )
        if not turn.following:
            return
        empty = 0 if turn.records else empty + 1
        if turn.following in seen or empty == _EMPTY_PAGES:
            raise circle(source, turn.answer)


def _turned(
    source: str, step: Callable[[str], Turn], state: dict[str, Any], first: str, *, resumed: bool
) -> tuple[Turn, list[str]]:
    try:
        return step(state["token"]), []
    except FetchError as error:
        if not resumed or error.reason not in {"bad-request", "not-found"}:
            raise
    state.update(token=first, delivered=0)
    return step(first), [_BEGINS_AGAIN.format(source)]


def packed(source: str, search: str, state: dict[str, Any]) -> str:
    """Return a cursor: the state of a search as one line of text that knows which search it is of."""
    return json.dumps({"source": source, "search": _fingerprint(search), **state}, separators=(",", ":"))


def unpacked(cursor: str, source: str, search: str) -> dict[str, Any] | None:
    """Return the state in a cursor; None when there is no cursor.

    Raises:
        FetchError: it is not a cursor, or one of another search.
    """
    if not cursor:
        return None
    try:
        state = json.loads(cursor)
        known = state.pop("source"), state.pop("search")
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        raise FetchError(f"{cursor[:40]!r} is not a cursor", hint="begin the search again", reason="cursor") from error
    if known != (source, _fingerprint(search)):
        raise FetchError(
            f"the cursor is of another search of {known[0]}",
            hint="resume with the same source, query and date, or begin again",
            reason="cursor",
        )
    return dict(state)


def json_of(answer: Answer) -> dict[str, Any]:
    """Return the object in a JSON answer.

    Raises:
        FetchError: the bytes are no JSON object.
    """
    try:
        # Control characters inside of strings do occur in error messages.
        value = json.loads(answer.data, strict=False)
    except (ValueError, RecursionError) as error:
        raise malformed(answer, "it is no JSON") from error
    if not isinstance(value, dict):
        raise malformed(answer, "it is no JSON object")
    return value


def member(answer: Answer, value: dict[str, Any], name: str, kind: type[Any]) -> Any:
    """Return a member of a JSON object that the source's documentation promises.

    Raises:
        FetchError: it is not there, or of another kind.
    """
    found = value.get(name)
    if not isinstance(found, kind) or isinstance(found, bool):
        raise malformed(answer, f"{name} is missing")
    return found


def malformed(answer: Answer, what: str) -> FetchError:
    """Return the error for an answer that is not what the documentation says."""
    host = host_of(answer.final_url)
    return FetchError(
        f"{answer.url}: the answer of {host} cannot be understood: {what}",
        hint="try again later; the raw answer is in the cache",
        host=host,
        reason="malformed",
    )


def circle(source: str, answer: Answer) -> FetchError:
    """Return the error for pages that do not end."""
    return FetchError(
        f"{answer.url}: the pages of {source} go round in circles",
        hint="the pages up to here are good; search again later",
        host=host_of(answer.final_url),
        reason="cursor",
    )


def shortfall(source: str, delivered: int, total: int) -> list[str]:
    """Return the sentence for a search that ended with another number of records than the source said, if it did."""
    return [] if delivered == total else [f"{source} said there are {total:,} records and gave {delivered:,}"]


def asked(query: str) -> str:
    """Return a query without blanks around it.

    Raises:
        FetchError: nothing is asked.
    """
    if not query.strip():
        raise FetchError("the query is empty", hint="an empty query would fetch everything", reason="bad-request")
    return query.strip()


def _fingerprint(search: str) -> str:
    return hashlib.sha256(search.encode()).hexdigest()[:16]
