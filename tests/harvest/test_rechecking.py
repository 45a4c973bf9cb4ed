"""The records of the review's own reports, asked for again: what they say today that the study files do not know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from mscevidence.documents import DocumentLibrary
from mscevidence.errors import FetchError
from mscevidence.fetch import Page, Sources
from mscevidence.harvest import Recheck, recheck
from mscevidence.model import Study
from replayed_source import answer
from study_factory import report, study

TRIAL = (
    b'{"protocolSection": {"identificationModule": {"nctId": "NCT00000001", "briefTitle": "Cells"}}, "resultsSection":'
    b' {"adverseEventsModule": {"eventGroups": [{"id": "E", "title": "Cells", "deathsNumAffected": 0,'
    b' "deathsNumAtRisk": 9}]}}}'
)
STUDIES = (
    study(
        "one",
        reports=[report(pmid="111", title="Cells in ITP"), report("r2", doi="10.1000/two", title="More cells")],
        registrations=["NCT00000001", "ChiCTR2000000001"],
    ),
)


def ris(number: str, title: str) -> bytes:
    return f"TY  - JOUR\nTI  - {title}\n{number}\nER  - \n".encode()


def page(data: bytes, *notes: str) -> Page:
    return Page(source="x", answer=answer(data), records=1, total=1, delivered=1, notes=notes)


def failing(reason: str) -> Callable[[Any], Page]:
    def ask(what: object) -> Page:
        raise FetchError(f"{what} {reason}", hint="wait", host="example.org", reason=reason)

    return ask


class Asked:
    """Sources that answer what a test gave them, and remember what they were asked for."""

    def __init__(self, **answers: Callable[[Any], Page]) -> None:
        self.asked: list[object] = []
        usual: dict[str, Callable[[Any], Page]] = {
            "records": lambda _: page(ris("DO  - 10.1000/one", "Something else")),
            "work": lambda _: page(ris("DO  - 10.1000/two", "More cells")),
            "study": lambda _: page(TRIAL),
        }
        self._answers = usual | answers

    def _ask(self, name: str) -> Callable[[Any], Page]:
        def ask(what: object) -> Page:
            self.asked.append(what)
            return self._answers[name](what)

        return ask

    def sources(self) -> Sources:
        found = SimpleNamespace(
            pubmed=SimpleNamespace(records=self._ask("records")),
            crossref=SimpleNamespace(work=self._ask("work")),
            ctgov=SimpleNamespace(study=self._ask("study")),
        )
        return cast("Sources", found)


def rechecked(asked: Asked, folder: Path, studies: Sequence[Study] = STUDIES) -> Recheck:
    return recheck(studies, asked.sources(), DocumentLibrary(folder))


def test_reports_and_trials_are_asked_for_by_their_numbers(tmp_path: Path) -> None:
    asked = Asked()
    found = rechecked(asked, tmp_path)
    assert asked.asked == [("111",), "10.1000/two", "NCT00000001"]
    assert (found.asked, found.notes, found.failures) == (3, (), ())
    assert [(one.kind, one.study) for one in found.changes] == [("results-posted", "one")]


def test_only_an_answer_that_says_something_new_is_captured(tmp_path: Path) -> None:
    assert len(list(DocumentLibrary(tmp_path).files())) == 0
    (change,) = rechecked(Asked(), tmp_path).changes
    assert [one.sha256 for one in DocumentLibrary(tmp_path)] == [change.document]


def test_a_retraction_of_long_ago_is_found(tmp_path: Path) -> None:
    found = rechecked(Asked(work=lambda _: page(ris("DO  - 10.1000/two", "RETRACTED: More cells"))), tmp_path)
    assert ("retracted", "r2") in [(one.kind, one.report) for one in found.changes]


@pytest.mark.parametrize("reason", ["not-found", "malformed"])
def test_a_record_that_a_source_does_not_have_is_a_note(reason: str, tmp_path: Path) -> None:
    two = study("two", reports=[report(doi="10.1000/three")])
    asked = Asked(work=failing(reason))
    found = rechecked(asked, tmp_path, [*STUDIES, two])
    assert found.notes == (f"10.1000/two: 10.1000/two {reason}", f"10.1000/three: 10.1000/three {reason}")
    assert (found.asked, found.failures) == (2, ())


def test_a_dead_source_is_asked_once_and_stops_no_other(tmp_path: Path) -> None:
    two = study("two", reports=[report(doi="10.1000/three")])
    asked = Asked(work=failing("unreachable"))
    found = rechecked(asked, tmp_path, [*STUDIES, two])
    assert asked.asked == [("111",), "10.1000/two", "NCT00000001"]
    assert [error.message for error in found.failures] == ["10.1000/two unreachable"]
    assert len(found.changes) == 1


def test_what_a_source_says_of_its_answer_is_told(tmp_path: Path) -> None:
    missing = page(ris("DO  - 10.1000/x", "X"), "PubMed has no record 111")
    assert rechecked(Asked(records=lambda _: missing), tmp_path).notes == ("PubMed has no record 111",)
