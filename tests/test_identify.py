"""Identifiers, links and families, and which study a document belongs to. Trials are synthetic unless named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mscevidence import identify
from mscevidence.identify import identifiers
from mscevidence.identify.matching import title_similarity
from mscevidence.model import Author, Document, Identifier, Link, Study
from mscevidence.records import load_all, load_decisions
from study_factory import arm, report, study

EXTRACTED = Path(__file__).resolve().parents[1] / "extracted"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.1038/S41392-024-01793-5", "10.1038/s41392-024-01793-5"),
        ("https://doi.org/10.1038/s41392-024-01793-5.", "10.1038/s41392-024-01793-5"),
        ("http://dx.doi.org/10.1002/stem.2401", "10.1002/stem.2401"),
        ("doi: 10.1002/stem.2401,", "10.1002/stem.2401"),
        ("10.1016/S1474-4422(11)70305-2", "10.1016/s1474-4422(11)70305-2"),
        ("(10.1002/stem.2401)", None),
        ("10.1002/stem.2401)", "10.1002/stem.2401"),
        ("PMC6507027", None),
        ("", None),
    ],
)
def test_doi(text: str, expected: str | None) -> None:
    assert identifiers.doi(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("28565834", "28565834"),
        ("PMID: 28565834", "28565834"),
        ("pmid 028565834", "28565834"),
        ("PMC123", None),
        ("", None),
    ],
)
def test_pmid(text: str, expected: str | None) -> None:
    assert identifiers.pmid(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NCT04014166", "NCT04014166"),
        ("nct 04014166", "NCT04014166"),
        ("ClinicalTrials.gov: NCT-04014166)", "NCT04014166"),
        ("NCT040141667", None),
        ("ChiCTR-OIC-16008223", "ChiCTR-OIC-16008223"),
        ("chictr2000029990", "ChiCTR2000029990"),
        ("EudraCT 2012-000734-19", "2012-000734-19"),
        ("UMIN-CTR UMIN000012345", "UMIN000012345"),
        ("ISRCTN 12345678", "ISRCTN12345678"),
        ("jRCT2031200137", "JPRN-jRCT2031200137"),
        ("JPRN-jRCT2031200137", "JPRN-jRCT2031200137"),
        ("no number", None),
    ],
)
def test_registration(text: str, expected: str | None) -> None:
    assert identifiers.registration(text) == expected


@pytest.mark.parametrize(
    ("meeting", "number", "expected"),
    [
        ("ASH 2023", "687", "ash-2023-687"),
        ("65th ASH Annual Meeting 2023", "#687", "ash-2023-687"),
        ("ACR Convergence 2024", "0534", "acr-2024-0534"),
        ("ASH", "687", None),
        ("ASH 2023", None, None),
        (None, "687", None),
    ],
)
def test_meeting_id(meeting: str | None, number: str | None, expected: str | None) -> None:
    assert identifiers.meeting_id(meeting, number) == expected


@pytest.mark.parametrize(
    ("author", "surname", "initial"),
    [
        ("Chen Y", "chen", "y"),
        ("Yunfei Chen", "chen", "y"),
        ("Chen, Yunfei", "chen", "y"),
        ("De Jesus MM", "de jesus", "m"),
        ("Wang", "wang", ""),
        ("", "", ""),
    ],
)
def test_author(author: str, surname: str, initial: str) -> None:
    assert (identifiers.surname(author), identifiers.initial(author)) == (surname, initial)


# --- links and families ---------------------------------------------------------------------------------------------


def named(study_id: str, author: str = "Wang L", source: Any = "umbilical-cord", **more: Any) -> Study:
    first = report(f"r-{study_id}", first_author=author, **more.pop("report", {}))
    product = {"cell_product": {"source": source, "donor": more.pop("donor", None)}}
    return study(study_id, reports=[first, *more.pop("further", [])], **product, **more)


def overlap(family: str = "fam", reason: str = "the same ward") -> dict[str, Any]:
    return {"overlaps": [{"family": family, "reason": reason}]}


def kinds(linkage: identify.Linkage) -> list[tuple[str, str, str, bool]]:
    return [(one.kind, one.left, one.right, one.decided) for one in linkage.links]


def test_families_alone_are_those_of_the_links() -> None:
    studies = [
        named("a", **overlap()),
        named("b", "Li X", **overlap(reason="ten of its patients")),
        named("c", "Sun L", report={"doi": "10.1000/x"}),
        named("d", "Sun L", report={"doi": "10.1000/x"}),
        named("e", "Gu F"),
        named("f", "He X"),
    ]
    patients = decided("shared-patients", "e", "f")
    found = identify.families_of(studies, decisions=[patients])
    assert [family.studies for family in found] == [("a", "b"), ("c", "d"), ("e", "f")]
    assert found == identify.link(studies, decisions=[patients]).families


def test_declared_families() -> None:
    linkage = identify.link(
        [named("a", **overlap()), named("b", "Li X", **overlap(reason="ten of its patients")), named("c", "Sun L")]
    )
    assert [(family.id, family.studies) for family in linkage.families] == [("fam", ("a", "b"))]
    assert linkage.families[0].reasons == ("a: the same ward", "b: ten of its patients")
    assert kinds(linkage) == [("overlap", "a", "b", True)]
    assert linkage.findings == ()


def test_a_family_of_one_is_told() -> None:
    assert [one.check for one in identify.link([named("a", **overlap())]).findings] == ["family-of-one"]


@pytest.mark.parametrize(
    ("more", "value"),
    [
        ({"registrations": ["NCT00000001"]}, "NCT00000001"),
        ({"report": {"doi": "10.1000/abc"}}, "10.1000/abc"),
        ({"report": {"pmid": "12345678"}}, "12345678"),
    ],
)
def test_one_identifier_in_two_studies_is_an_error_and_protects_from_double_counting(
    more: dict[str, Any], value: str
) -> None:
    linkage = identify.link([named("a", "Li X", **more), named("b", "Sun L", **more)])
    assert [(one.check, one.severity) for one in linkage.findings] == [("shared-identifier", "error")]
    assert value in linkage.findings[0].sentence
    assert [family.studies for family in linkage.families] == [("a", "b")]
    assert [one.decided for one in linkage.links] == [False]


def test_one_identifier_in_a_declared_family_is_no_error() -> None:
    shared: dict[str, Any] = {"registrations": ["NCT00000001"], **overlap()}
    linkage = identify.link([named("a", "Li X", **shared), named("b", "Sun L", **shared)])
    assert linkage.findings == ()
    assert [family.id for family in linkage.families] == ["fam"]
    assert (linkage.links[0].basis, linkage.links[0].decided) == ("registration", True)
    assert "NCT00000001" in linkage.links[0].reason


def test_three_studies_tied_by_two_identifiers_are_one_family() -> None:
    linkage = identify.link(
        [
            named("a", "Li X", registrations=["NCT00000001"]),
            named("b", "Sun L", registrations=["NCT00000001", "NCT00000002"]),
            named("c", "Gu F", registrations=["NCT00000002"]),
        ]
    )
    assert [family.studies for family in linkage.families] == [("a", "b", "c")]


def test_a_report_of_two_diseases_is_two_studies_without_error() -> None:
    both: dict[str, Any] = {"report": {"doi": "10.1000/abc"}}
    linkage = identify.link(
        [named("a", condition="neuromyelitis-optica", **both), named("b", condition="multiple-sclerosis", **both)]
    )
    assert (linkage.findings, linkage.families) == ((), ())
    assert kinds(linkage) == [("look-alike", "a", "b", True)]
    assert "two diseases" in linkage.links[0].reason


def test_a_narrower_disease_is_not_another_one() -> None:
    both: dict[str, Any] = {"report": {"doi": "10.1000/abc"}}
    linkage = identify.link(
        [named("a", condition="lupus-nephritis", **both), named("b", condition="systemic-lupus-erythematosus", **both)]
    )
    assert [one.severity for one in linkage.findings] == ["error"]


def test_a_secondary_table_ties_nobody() -> None:
    table = {"id": "doi:10.1000/table", "kind": "secondary-table", "doi": "10.1000/table"}
    linkage = identify.link([named("a", "Li X", further=[table]), named("b", "Sun L", further=[table])])
    assert (linkage.findings, linkage.families) == ((), ())
    assert linkage.reports == {"r-a": "a", "r-b": "b"}
    assert linkage.shared_reports == {"doi:10.1000/table": ("a", "b")}


def test_reports_of_one_study_are_linked_with_the_reason_in_the_file() -> None:
    linkage = identify.link([named("a", further=[report("r-2", note="meeting version of the article")])])
    assert kinds(linkage) == [("same-study", "r-a", "r-2", True)]
    assert linkage.links[0].reason == "meeting version of the article"


PLACE: dict[str, Any] = {"centres": [{"city": "Nanjing", "country": "China"}]}
ELSEWHERE: dict[str, Any] = {"centres": [{"city": "Beijing", "country": "China"}]}
EARLY: dict[str, Any] = {"enrolment": {"from": "2010-05", "to": "2011-03"}}
LATE: dict[str, Any] = {"enrolment": {"from": "2013", "to": "2014"}}
TEN: dict[str, Any] = {"arms": [arm(treated=10)]}


@pytest.mark.parametrize(
    ("left", "right", "kind", "words"),
    [
        (named("a"), named("b"), "overlap", "first author Wang"),
        (named("a", **TEN), named("b", "Wang L", source=None, **TEN), "overlap", "10 patients in each"),
        (named("a", "Li X", **PLACE), named("b", "Sun L", **PLACE), "overlap", "city Nanjing"),
        (named("a", source="bone-marrow-or-umbilical-cord"), named("b"), "overlap", "cells from"),
        (named("a", source="bone-marrow"), named("b"), "look-alike", "the cells differ (bone marrow, umbilical cord)"),
        (named("a", **PLACE), named("b", **ELSEWHERE), "look-alike", "the places differ (Nanjing, Beijing)"),
        (named("a", donor="autologous"), named("b", donor="allogeneic"), "look-alike", "the donors differ"),
        (
            named("a", registrations=["NCT00000001"]),
            named("b", registrations=["NCT00000002"]),
            "look-alike",
            "the registrations differ",
        ),
        (named("a", **EARLY), named("b", **LATE), "look-alike", "the enrolment periods do not meet"),
        (named("a", **EARLY), named("b", enrolment={"from": "2011", "to": "2012"}), "overlap", "overlapping enrolment"),
        (
            named("a", enrolment={"from": "2010", "to": "2011"}),
            named("b", enrolment={"from": "2011-05", "to": "2012"}),
            "overlap",
            "overlapping enrolment",
        ),
        (named("a", source=None, arms=[arm(treated=2)]), named("b", source=None, arms=[arm(treated=2)]), None, ""),
        (named("a", "Wang L"), named("b", "Wang D"), None, ""),
        (named("a", source=None), named("b", source=None), None, ""),
        (named("a"), named("b", condition="psoriasis"), None, ""),
    ],
)
def test_proposals_and_look_alikes(left: Study, right: Study, kind: str | None, words: str) -> None:
    links = identify.link([left, right]).links
    assert [one.kind for one in links] == ([kind] if kind else [])
    assert all(words in one.reason and not one.decided for one in links)


def test_a_proposal_makes_no_family() -> None:
    assert identify.link([named("a"), named("b")]).families == ()


def decided(kind: str, left: str = "b", right: str = "a", **more: str) -> identify.Decision:
    data = {"kind": kind, "left": left, "right": right, "reason": "asked the authors", "by": "ab", "on": "2026-01-02"}
    return identify.Decision.model_validate({**data, **more})


def test_a_decision_for_different_patients_silences_the_proposal() -> None:
    decisions = [decided("different-patients"), decided("different-patients", "a", "not-here")]
    linkage = identify.link([named("a"), named("b")], decisions=decisions)
    expected = Link(kind="look-alike", left="b", right="a", basis="declared", reason="asked the authors", decided=True)
    assert linkage.links == (expected,)
    assert linkage.families == ()


@pytest.mark.parametrize(("kind", "checks"), [("shared-patients", []), ("same-study", ["study-in-two-files"])])
def test_studies_decided_to_share_patients_are_a_family(kind: str, checks: list[str]) -> None:
    linkage = identify.link([named("a"), named("b"), named("c")], decisions=[decided(kind)])
    assert [(family.id, family.studies) for family in linkage.families] == [("decided-a", ("a", "b"))]
    assert linkage.families[0].reasons == ("b and a: asked the authors",)
    assert ("overlap", "b", "a", True) in kinds(linkage)
    assert [one.check for one in linkage.findings] == checks


def test_a_chain_of_decisions_is_one_family() -> None:
    decisions = [decided("shared-patients"), decided("shared-patients", "b", "c")]
    linkage = identify.link([named("a"), named("b"), named("c")], decisions=decisions)
    assert [family.studies for family in linkage.families] == [("a", "b", "c")]


def test_the_last_decision_about_two_studies_holds() -> None:
    decisions = [decided("shared-patients"), decided("different-patients", "a", "b")]
    assert identify.link([named("a"), named("b")], decisions=decisions).families == ()


def test_decided_members_of_a_declared_family_make_no_second_one() -> None:
    linkage = identify.link([named("a", **overlap()), named("b", **overlap())], decisions=[decided("shared-patients")])
    assert [family.id for family in linkage.families] == ["fam"]


# --- documents ------------------------------------------------------------------------------------------------------

TITLE = "Umbilical cord stromal cells in immune thrombocytopenia: a single centre trial"


def document(*found: tuple[str, str], **more: Any) -> Document:
    data: dict[str, Any] = {
        "sha256": "a" * 64,
        "format": "text",
        "reader": "test/1",
        "text": "A text about immune thrombocytopenia.",
        "title": TITLE,
        "authors": (Author(name="Yunfei Chen"),),
        "identifiers": tuple(Identifier(kind=kind, value=value) for kind, value in found),
    }
    return Document.model_validate({**data, **more})


MEETING = {"meeting": "ASH 2023", "number": "687", "date": "2023-12-11"}
KNOWN = named(
    "nct04014166",
    "Chen Y",
    registrations=["NCT04014166"],
    report={"doi": "10.1038/s41392-024-01793-5", "pmid": "38000000", "title": TITLE},
)
NUMBERED = named("other", "Li X", report={"id": "ash-2023-687", "meeting": "ASH 2023", "number": "687"})


@pytest.mark.parametrize(
    ("given", "studies", "expected"),
    [
        (document(("nct", "NCT04014166"), **MEETING), [], ("nct04014166", "ash-2023-687", False, False)),
        (document(("nct", "NCT04014166"), **MEETING), [KNOWN], ("nct04014166", "ash-2023-687", True, False)),
        (document(**MEETING), [NUMBERED], ("other", "ash-2023-687", True, True)),
        (
            document(meeting="65th ASH Annual Meeting 2023", number="#687"),
            [NUMBERED],
            ("other", "ash-2023-687", True, True),
        ),
        (document(("doi", "10.1038/S41392-024-01793-5")), [KNOWN], ("nct04014166", "r-nct04014166", True, True)),
        (document(("pmid", "38000000")), [KNOWN], ("nct04014166", "r-nct04014166", True, True)),
        (
            document(("doi", "10.1038/s41392-024-01793-5"), **MEETING, title="Another"),
            [KNOWN],
            ("itp-chen-2023", "ash-2023-687", False, False),
        ),
        (document(**MEETING), [KNOWN], ("nct04014166", "ash-2023-687", True, False)),
        (
            document(title=TITLE.replace("centre", "center"), **MEETING),
            [KNOWN],
            ("nct04014166", "ash-2023-687", True, False),
        ),
        (document(("doi", "10.1000/new")), [NUMBERED], ("itp-chen", "doi:10.1000/new", False, False)),
        (
            document(date="2023-12-11"),
            [named("itp-chen-2023", "Li X")],
            ("itp-chen-2023-2", "chen-2023-umbilical-cord-stromal-cells-in", False, False),
        ),
        (
            document(("doi", "10.1002/(SICI)1097-0142(19990101)85:1<1::AID-CNCR1>3.0.CO;2-X")),
            [],
            ("itp-chen", "doi:10.1002/(sici)1097-0142(19990101)85:1-1::aid-cncr1-3.0.co-2-x", False, False),
        ),
        (document(("doi", "10.1234/=cmd")), [], ("itp-chen", "doi:10.1234/-cmd", False, False)),
        (document(title="", authors=(), text="x"), [], ("study-aaaaaaaa", "report-aaaaaaaa", False, False)),
    ],
)
def test_match(given: Document, studies: list[Study], expected: tuple[str, str, bool, bool]) -> None:
    found = identify.match(given, studies)
    assert (found.study, found.report, found.known_study, found.known_report) == expected
    assert found.reasons


def test_a_title_without_end_gives_an_id_that_can_name_a_file() -> None:
    found = identify.match(document(title="x" * 5000, authors=(Author(name="Y" * 5000),), date="2020"), [])
    assert (len(found.study), len(found.report)) == (100, 100)


def test_bytes_captured_before_are_the_same_report() -> None:
    captured = named("a", report={"documents": ["a" * 64]})
    found = identify.match(document(title="Something else"), [captured])
    assert (found.study, found.report, found.known_report) == ("a", "r-a", True)


def test_a_registration_of_two_studies_is_settled_by_the_title_and_said() -> None:
    first, second = (
        named(name, "Li X", registrations=["NCT00000001"], report={"title": title})
        for name, title in (("a", "Other"), ("b", TITLE))
    )
    found = identify.match(document(("nct", "NCT00000001")), [first, second])
    assert found.study == "b"
    assert any("a also names NCT00000001" in reason for reason in found.reasons)


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (TITLE, TITLE.upper(), True),
        (TITLE, TITLE.replace("single centre", "single-center"), True),
        (TITLE, TITLE.replace("immune thrombocytopenia", "aplastic anaemia"), False),
        (TITLE, "", False),
    ],
)
def test_title_similarity(left: str, right: str, same: bool) -> None:
    assert (title_similarity(left, right) >= 0.9) is same


# --- the committed studies ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def committed() -> identify.Linkage:
    return identify.link(load_all(EXTRACTED).studies, decisions=load_decisions(EXTRACTED))


def test_families_of_the_committed_studies(committed: identify.Linkage) -> None:
    sizes = {family.id: len(family.studies) for family in committed.families}
    assert sizes == {"gvhd-remestemcel-children": 4, "ra-xian": 2, "sle-nanjing": 8}
    assert committed.findings == ()


def test_the_abstract_and_the_article_are_one_study(committed: identify.Linkage) -> None:
    ends = [(one.left, one.right) for one in committed.links if one.kind == "same-study"]
    assert ("ash-2023-687", "doi:10.1038/s41392-024-01793-5") in ends
    assert committed.reports["ash-2023-687"] == committed.reports["doi:10.1038/s41392-024-01793-5"] == "nct04014166"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("pbc-wang-2014", "pbc-wang-2013"),
        ("ms-harris-2016", "nct01933802"),
        ("ms-lu-2020", "nmo-lu-2012"),
    ],
)
def test_look_alikes_of_the_committed_studies_stay_apart(committed: identify.Linkage, left: str, right: str) -> None:
    between = [one for one in committed.links if {one.left, one.right} == {left, right}]
    assert [one.kind for one in between] == ["look-alike"]
    assert not any({left, right} <= set(family.studies) for family in committed.families)


def test_without_the_settled_links_the_two_wangs_still_stay_apart() -> None:
    links = identify.link(load_all(EXTRACTED).studies).links
    between = [one for one in links if {one.left, one.right} == {"pbc-wang-2013", "pbc-wang-2014"}]
    assert [one.kind for one in between] == ["look-alike"]
    assert "the cells differ (umbilical cord, bone marrow)" in between[0].reason


def test_nothing_is_merged_or_proposed_undecided_in_the_committed_studies(committed: identify.Linkage) -> None:
    assert [one for one in committed.links if one.kind == "overlap" and not one.decided] == []
