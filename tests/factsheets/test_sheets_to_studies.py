"""From synthetic facts sheets and links to studies: what is kept, what is refused, what is named as left over."""

from __future__ import annotations

from typing import Any

import pytest

from mscevidence.errors import RecordError
from mscevidence.factsheets.sheets import FactSheet
from mscevidence.factsheets.studies import Built, build
from mscevidence.model import Dose, NarrativeZero, Result, Study
from sheet_factory import TITLED, arm, linkage, linked, outcome, sheet


def built(*sheets: dict[str, Any], **tables: Any) -> Built:
    read = [FactSheet.model_validate(each) for each in sheets]
    return build(read, linkage(**{"study": TITLED, **tables}), by="test", on="2026-01-02")


def one(*outcomes: dict[str, Any], results: list[dict[str, Any]] | None = None, **more: Any) -> Study:
    made = built(sheet("s", *outcomes, **more), sheet={"s": linked(results=results or [])})
    return made.studies[0]


def first_result(*outcomes: dict[str, Any], results: list[dict[str, Any]] | None = None, **more: Any) -> Result:
    return one(*outcomes, results=results, **more).results[0]


def test_a_plain_sheet_becomes_a_study() -> None:
    study = one(outcome("response", 4, 10, time="12 months", quote="40% (4/10)"), nct="NCT00000001; NCT00000002")
    assert (study.study, study.title, study.condition, study.design) == ("one", "Study one", "psoriasis", "single-arm")
    assert study.registrations == ("NCT00000001", "NCT00000002")
    assert study.cell_product is not None
    assert (study.cell_product.source, study.cell_product.donor) == ("umbilical-cord", "allogeneic")
    result = study.results[0]
    assert (result.outcome, result.arm, result.counts(), result.percent) == ("response", "msc", (4, 10), 40)
    assert (result.population, result.source.report, result.source.quote) == ("treated", "r-one", "40% (4/10)")
    assert (result.decision.by, result.decision.on, result.decision.origin) == ("test", "2026-01-02", "facts-sheet")
    assert result.derived is None
    assert result.narrative_zero is None


def test_a_zero_in_words_is_kept_apart_with_its_scope() -> None:
    result = first_result(
        outcome("sae", 0, 10, visible="zero-wording", definition="serious AE", quote="no serious adverse events")
    )
    assert result.counts() == (0, 10)
    assert result.narrative_zero == NarrativeZero(scope="serious AE")
    assert first_result(outcome("sae", 0, 10)).narrative_zero is None


def test_a_percentage_alone_has_no_count() -> None:
    said = [{"number": 1, "concept": "response", "percent": 55, "definition": "EASI-50"}]
    result = first_result(outcome("response", None, None, quote="Fifty-five percent"), results=said)
    assert (result.events, result.n, result.percent, result.counts()) == (None, None, 55, None)


def test_a_missing_denominator_can_be_not_reported() -> None:
    said = [{"number": 1, "concept": "sae", "n": "not-reported"}]
    result = first_result(outcome("sae", 0, None, visible="zero-wording"), results=said)
    assert (result.events, result.n) == (0, "not-reported")


@pytest.mark.parametrize(
    ("arms", "n", "population"),
    [
        ([arm(size=10)], 10, "treated"),
        ([arm(size=10, n_evaluable=8)], 8, "evaluable"),
        ([arm(size=None, n_enrolled=12)], 12, "enrolled"),
        ([arm(size=None)], 7, None),
    ],
)
def test_the_population_follows_from_the_size_of_the_arm(
    arms: list[dict[str, Any]], n: int, population: str | None
) -> None:
    assert first_result(outcome("response", 1, n), arms=arms).population == population


@pytest.mark.parametrize(
    ("given", "said", "words"),
    [
        (outcome("relapse", 3, 7), [], "n = 7 is none of the sizes"),
        (outcome("response", 4, 10, derived=True), [], "neither the sheet nor the linkage file says how"),
        (outcome("response", 4, 10), [{"number": 1, "concept": "death"}], "speaks of 'death'"),
        (
            outcome("response", 4, 10),
            [{"number": 1, "concept": "response", "outcome": "remission"}],
            "without a reason",
        ),
        (outcome("respons", 4, 10), [], "unknown outcome 'respons'"),
        (
            outcome("response", 4, 10),
            [{"number": 1, "concept": "response", "report": "elsewhere", "reason": "made up"}],
            "names the report 'elsewhere'",
        ),
    ],
)
def test_what_is_refused(given: dict[str, Any], said: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(RecordError, match=words):
        one(given, results=said)


def test_a_subset_is_recorded_as_such() -> None:
    said = [{"number": 1, "concept": "relapse", "population": "responders", "definition": "relapse of responders"}]
    result = first_result(outcome("relapse", 3, 7), results=said)
    assert (result.counts(), result.population, result.definition) == ((3, 7), "responders", "relapse of responders")


def test_an_unknown_condition_names_study_and_sheet() -> None:
    with pytest.raises(RecordError, match=r"study one \(sheets s\): unknown condition 'psoriasiss'") as caught:
        one(outcome("response", 1, 10), condition="psoriasiss")
    assert "psoriasis" in caught.value.hint


def test_unverified_fields_stay_with_the_report() -> None:
    study = one(
        outcome("response", 1, 10), unverified_fields=["first_author", "cell_source", "allogeneic_or_autologous"]
    )
    assert study.reports[0].unverified == ("first_author", "cell-source", "donor")


@pytest.mark.parametrize(
    ("journal", "told"),
    [
        ("Blood 1(2):3 (ASH abstract)", {"journal": "Blood", "volume": "1", "issue": "2", "pages": "3"}),
        ("Blood 142 (Suppl 1): 687", {"journal": "Blood", "volume": "142", "issue": "Suppl 1", "pages": "687"}),
        ("Ann Rheum 8(1):e91-e104", {"journal": "Ann Rheum", "volume": "8", "issue": "1", "pages": "e91-e104"}),
        ("Drug Des 13:43-50", {"journal": "Drug Des", "volume": "13", "pages": "43-50"}),
        ("Clin Rheum 33", {"journal": "Clin Rheum", "volume": "33"}),
        ("J 7(2):3-5 Table 2", {"journal": "J", "volume": "7", "issue": "2", "pages": "3-5", "note": "Table 2."}),
        ("Arthritis (editorial x1) Table 1", {"journal": "Arthritis", "note": "Editorial x1, Table 1."}),
        ("ACR 2024 (abstract 0534)", {"meeting": "ACR 2024", "number": "0534"}),
        ("Bone Marrow Transplant", {"journal": "Bone Marrow Transplant"}),
    ],
)  # fmt: skip
def test_the_journal_of_a_sheet_is_taken_apart(journal: str, told: dict[str, str]) -> None:
    report = one(first_author="Tester A (not on excerpt)", journal=journal).reports[0]
    assert report.first_author == "Tester A"
    fields = ("journal", "volume", "issue", "pages", "meeting", "number", "note")
    assert {name: value for name in fields if (value := getattr(report, name))} == told


def test_the_address_of_a_page_is_the_one_that_everybody_can_open() -> None:
    url = "https://0-journal-example-org.library.example.edu/articles/10.1/x-1"
    assert one(source_url=url).reports[0].url == "https://journal.example.org/articles/10.1/x-1"
    assert one(source_url="https://0-9.example.org/a").reports[0].url == "https://0-9.example.org/a"


def test_two_reports_of_one_study_keep_their_results_and_differences() -> None:
    made = built(
        sheet(
            "a",
            outcome("any_ae", 0, 12, visible="zero-wording"),
            arms=[arm(size=12, dose_value=1e6, dose_unit="cells/kg")],
        ),
        sheet("b", outcome("any_ae", 1, 10), arms=[arm(size=10, n_doses=2)], year=2022),
        sheet={"a": linked(report="r-a"), "b": linked(report="r-b", reason="follow-up of the same patients")},
    )
    study = made.studies[0]
    assert [(result.source.report, result.counts()) for result in study.results] == [("r-a", (0, 12)), ("r-b", (1, 10))]
    assert study.arms[0].treated == 12
    assert study.arms[0].dose == Dose(value=1e6, unit="cells/kg", infusions=2)
    assert study.reports[1].note == "follow-up of the same patients"
    assert study.notes == (
        "Arm msc: dose completed from r-b: 2 infusions.",
        "Arm msc: r-b prints enrolled 10 (here 12), treated 10 (here 12), evaluable 10 (here 12).",
    )


def test_a_secondary_table_goes_arm_by_arm_and_gives_no_header() -> None:
    table = sheet(
        "table",
        outcome("response", 3, 5, arm="A"),
        outcome("response", 2, 4, arm="B"),
        outcome("death", 1, 6, arm="C"),
        design="secondary table",
        cell_source="bone marrow",
        arms=[arm("A", 5), arm("B", 4), arm("C", 6)],
    )
    primary = sheet("primary", arms=[arm(size=5)])
    places = {"A": {"study": "one", "arm": "msc"}, "B": {"study": "two", "arm": "cells"}}
    link = {"report": "r-table", "kind": "secondary-table", "reason": "a review's table", "arms": places}
    made = built(table, primary, sheet={"primary": linked(), "table": link})
    first, second = made.studies
    assert [report.id for report in first.reports] == ["r-one", "r-table"]
    assert first.results[0].source.report == "r-table"
    assert first.cell_product is not None
    assert first.cell_product.source == "umbilical-cord"
    assert (second.design, second.cell_product, second.arms[0].id) == ("secondary-table", None, "cells")
    assert [(left.source, left.what, left.count) for left in made.leftovers] == [("table", "arm 'C'", 1)]


def test_a_table_can_be_an_article_about_its_own_patients_and_secondary_about_others() -> None:
    table = sheet("table", outcome("response", 3, 5, arm="own"), outcome("response", 2, 4, arm="other"))
    table["arms"] = [arm("own", 5), arm("other", 4)]
    places = {
        "own": {"study": "one", "arm": "cells", "kind": "article"},
        "other": {"study": "two", "arm": "cells"},
    }
    link = {"report": "r-table", "kind": "secondary-table", "reason": "own and others' patients", "arms": places}
    first, second = built(table, sheet={"table": link}).studies
    assert (first.reports[0].kind, first.design) == ("article", "single-arm")
    assert (second.reports[0].kind, second.design) == ("secondary-table", "secondary-table")


def test_the_same_publication_read_twice_is_one_report() -> None:
    said = [{"number": 1, "concept": "response", "leave_out": "there already"}]
    made = built(
        sheet("a", outcome("response", 4, 10)),
        sheet("b", outcome("response", 4, 10)),
        sheet={"a": linked(), "b": linked(repeats="r-one", results=said)},
    )
    assert len(made.studies[0].reports) == len(made.studies[0].results) == 1
    assert [(left.source, left.reason) for left in made.leftovers] == [("b", "there already")]


def test_a_sheet_that_nobody_linked_is_named() -> None:
    made = built(sheet("a", outcome("response", 4, 10), outcome("death", 0, 10)))
    assert made.studies == ()
    assert [(left.source, left.what, left.count) for left in made.leftovers] == [("a", "the whole sheet", 2)]


def test_an_arm_that_the_sheet_does_not_have_is_refused() -> None:
    with pytest.raises(RecordError, match="unknown arm 'MCS'") as caught:
        built(sheet("a"), sheet={"a": linked(arms={"MCS": "msc"})})
    assert "MSC" in caught.value.hint


def test_families_come_into_each_file_with_their_own_reason() -> None:
    family = {
        "fam": {"studies": ["one", "two"], "reason": "one centre", "reasons": {"two": "ten of the same patients"}}
    }
    made = built(sheet("a"), sheet("b"), sheet={"a": linked(), "b": linked("two", "r-two")}, family=family | {})
    assert [study.overlaps[0].reason for study in made.studies] == ["one centre", "ten of the same patients"]
