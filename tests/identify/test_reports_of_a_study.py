"""Reports of one study: tied by what is sure, proposed where it is only likely. All trials are synthetic."""

from __future__ import annotations

from typing import Any

import pytest
from citation_samples import TITLE, record

from mscevidence.identify import Decision, Patients, ReportLinks, find_duplicates, link_reports
from mscevidence.model import Document, Identifier, Notice, Study
from study_factory import report, study

NUMBER = ("nct", "NCT00000001")
ELSEWHERE: dict[str, Any] = {"journal": "Blood", "volume": "136", "pages": "22-23", "kind": "conference-abstract"}
ARTICLE = record(("pmid", "1"), NUMBER, publication_types=("Journal Article",))
ABSTRACT = record(("doi", "10.1182/blood.7"), NUMBER, title="Cord cells, interim results of a trial", **ELSEWHERE)
PREPRINT = record(
    ("doi", "10.1101/2020.1"), title="Cord cells, first results", journal="medRxiv", volume=None, pages=None
)
OTHER = record(
    ("pmid", "9"), title="Another matter altogether, told at length", authors=["Sun, Lin"], volume="7", pages="70-9"
)


def linked(
    *documents: Document, studies: tuple[Study, ...] = (), decided: tuple[Decision, ...] = (), **more: Any
) -> ReportLinks:
    return link_reports(find_duplicates(documents, decisions=decided), studies, decisions=decided, **more)


def decision(kind: str, left: str, right: str) -> Decision:
    said = {"kind": kind, "left": left, "right": right, "reason": "asked the authors", "by": "fe", "on": "2026-11-22"}
    return Decision.model_validate(said)


def test_a_registration_ties_abstract_and_article_to_one_study_and_keeps_them_two_reports() -> None:
    found = linked(ARTICLE, ABSTRACT, OTHER)
    assert found.studies == (("pmid:1", "doi:10.1182/blood.7"), ("pmid:9",))
    assert [(one.basis, one.reason, one.decided) for one in found.links] == [
        ("registration", "both name NCT00000001", False)
    ]
    assert found.proposals == ()


def test_a_review_that_names_registrations_ties_nobody() -> None:
    review = record(
        ("pmid", "7"),
        NUMBER,
        ("nct", "NCT00000002"),
        title="Cells in review, all of them",
        kind="review",
        pages="1000-9",
    )
    many = tuple(("nct", f"NCT0000000{n}") for n in range(1, 6))
    overview = record(("pmid", "8"), *many, title="Five trials in one table, pooled", pages="2000-9")
    assert linked(ARTICLE, review, overview).studies == (("pmid:1",), ("pmid:7",), ("pmid:8",))


@pytest.mark.parametrize("kind", ["has-preprint", "corrected-by", "updated-by"])
def test_a_notice_ties_a_report_to_the_one_it_names(kind: Any) -> None:
    notice = Notice(kind=kind, identifiers=(Identifier(kind="doi", value="https://doi.org/10.1101/2020.1"),))
    found = linked(ARTICLE.model_copy(update={"notices": (notice,)}), PREPRINT)
    assert found.studies == (("pmid:1", "doi:10.1101/2020.1"),)
    assert found.links[0].basis == "notice"


def test_a_comment_is_no_report_of_the_study() -> None:
    notice = Notice(kind="commented-by", identifiers=(Identifier(kind="doi", value="10.1101/2020.1"),))
    assert linked(ARTICLE.model_copy(update={"notices": (notice,)}), PREPRINT).studies == (
        ("pmid:1",),
        ("doi:10.1101/2020.1",),
    )


MEETING = record(("doi", "10.1182/blood.7"), **ELSEWHERE)


def test_one_title_in_two_places_is_proposed() -> None:
    found = linked(ARTICLE, MEETING)
    assert found.studies == (("pmid:1",), ("doi:10.1182/blood.7",))
    assert [(one.basis, one.left, one.right) for one in found.proposals] == [("title", "pmid:1", "doi:10.1182/blood.7")]


def test_one_title_with_two_registrations_is_not() -> None:
    other_number = MEETING.model_copy(
        update={"identifiers": (*MEETING.identifiers, Identifier(kind="nct", value="NCT00000002"))}
    )
    assert linked(ARTICLE, other_number).proposals == ()


@pytest.mark.parametrize(
    ("kind", "studies", "links"),
    [
        ("same-study", (("pmid:1", "doi:10.1182/blood.7"),), ["same-study"]),
        ("different-patients", (("pmid:1",), ("doi:10.1182/blood.7",)), ["look-alike"]),
        ("shared-patients", (("pmid:1",), ("doi:10.1182/blood.7",)), ["overlap"]),
    ],
)
def test_a_decision_settles_a_proposal(kind: str, studies: Any, links: list[str]) -> None:
    found = linked(ARTICLE, MEETING, decided=(decision(kind, "doi:10.1182/blood.7", "pmid:1"),))
    assert (found.studies, found.proposals) == (studies, ())
    assert [(one.kind, one.decided) for one in found.links] == [(links[0], True)]
    assert found.links[0].reason == "asked the authors (fe, 2026-11-22)"


def test_a_decision_outweighs_a_registration() -> None:
    found = linked(ARTICLE, ABSTRACT, decided=(decision("different-patients", "pmid:1", "doi:10.1182/blood.7"),))
    assert found.studies == (("pmid:1",), ("doi:10.1182/blood.7",))


KNOWN = study(
    "trial-one", registrations=["NCT00000001"], reports=[report("r-1", pmid="5", title="Cells of the cord, a trial")]
)


@pytest.mark.parametrize(
    ("document", "basis", "sure"),
    [
        (ARTICLE, "registration", True),
        (record(("pmid", "5"), title="Anything else that was said"), "report", True),
        (record(("pmid", "6"), title="Cells of the cord: a trial"), "title", False),
    ],
)
def test_reports_of_a_study_file(document: Document, basis: str, sure: bool) -> None:
    found = linked(document, OTHER, studies=(KNOWN,))
    assert [one.basis for one in (found.links if sure else found.proposals)] == [basis]
    assert found.known == ({found.names[0]: "trial-one"} if sure else {})


def test_a_number_of_two_study_files_is_proposed_for_both() -> None:
    second = study("trial-two", registrations=["nct 00000001"], reports=[report("r-2")])
    found = linked(ARTICLE, studies=(KNOWN, second))
    assert found.known == {}
    assert [(one.basis, one.right) for one in found.proposals] == [
        ("shared-registration", "trial-one"),
        ("shared-registration", "trial-two"),
    ]


PERIOD = ("2019-11", "2022-08")


@pytest.mark.parametrize(
    ("left", "right", "proposed"),
    [
        (Patients(PERIOD, 18, frozenset({"a hospital"})), Patients(PERIOD, 18, frozenset({"a hospital"})), True),
        (Patients(PERIOD, 18), Patients(PERIOD, 18), False),
        (
            Patients(PERIOD, 18, frozenset({"a hospital"})),
            Patients(("2019-11", "2022-09"), 18, frozenset({"a hospital"})),
            False,
        ),
        (Patients(PERIOD), Patients(PERIOD), False),
    ],
)
def test_centre_dates_and_number_together_are_proposed(left: Patients, right: Patients, proposed: bool) -> None:
    documents = (ARTICLE, OTHER)
    said = dict(zip((one.sha256 for one in documents), (left, right), strict=True))
    found = linked(*documents, patients=said)
    assert [one.basis for one in found.proposals] == (["centre-and-dates"] if proposed else [])
    assert len(found.studies) == 2


def test_every_report_has_a_name_of_its_own() -> None:
    twins = (record(("doi", "10.1/x")), record(("doi", "10.1/x"), title=f"{TITLE}. II", pages="700-9"))
    found = linked(*twins)
    assert found.names == tuple(one.sha256[:16] for one in twins)
