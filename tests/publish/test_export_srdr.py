"""The wide CSV of SRDR+: headers, one row per study, arms side by side, and what was not reported."""

from __future__ import annotations

import csv
import io

import pytest
from made_review import HOSTILE, exported, studies, two_arms

from mscevidence.errors import SelectionError
from mscevidence.model import Study
from mscevidence.publish.export import export
from study_factory import arm, report, result, study

FIRST = [
    "Extraction ID", "Consolidated", "Username", "Citation ID", "Citation Name", "RefMan", "other_reference", "PMID",
    "Authors", "Publication Date", "Key Questions",
]  # fmt: skip


def sheet(name: str, *given: Study) -> list[dict[str, str]]:
    data = export("srdr", exported(given, ()))[f"srdr/{name}.csv"].decode()
    return list(csv.DictReader(io.StringIO(data, newline="")))


def test_every_study_has_one_row() -> None:
    rows = sheet("extractions", *studies())
    assert [row["Extraction ID"] for row in rows] == [one.study for one in studies()]
    assert list(rows[0])[: len(FIRST)] == FIRST


def test_the_citation_is_the_report_that_comes_first() -> None:
    reports = [
        report("abstract", kind="conference-abstract", title="Abstract", year=2018),
        report("erratum", kind="erratum", title="Erratum", year=2021),
        report("article", title="Article", pmid="123456", doi="10.1000/1", year=2020, first_author="Wang P"),
    ]
    (row,) = sheet("extractions", study("a", result("response", 1, 9, report="article"), reports=reports))
    assert {name: row[name] for name in FIRST} == {
        "Extraction ID": "a", "Consolidated": "true", "Username": "test", "Citation ID": "article",
        "Citation Name": "Article", "RefMan": "", "other_reference": "10.1000/1", "PMID": "123456",
        "Authors": "Wang P", "Publication Date": "2020", "Key Questions": "Made-up review",
    }  # fmt: skip


def test_answers_stand_under_question_and_field() -> None:
    product = {"source": "umbilical-cord", "viability": "not-reported", "cryopreserved": False}
    dose = {"value": 1e6, "unit": "cells/kg", "infusions": "not-reported"}
    arms = [arm("low", dose=dose, treated=3), arm("high", name="High dose")]
    (row,) = sheet("extractions", study("a", result("response", 1, 3, arm="low"), arms=arms, cell_product=product))
    assert row["Design: design [Question ID: 1][Field ID: 1x3]"] == "single-arm"
    assert row["Cell product: source [Question ID: 4][Field ID: 1x2]"] == "umbilical-cord"
    assert row["Cell product: viability [Question ID: 4][Field ID: 1x5]"] == "not-reported"
    assert row["Cell product: cryopreserved [Question ID: 4][Field ID: 1x6]"] == "no"
    assert row["Cell product: donor [Question ID: 4][Field ID: 1x3]"] == ""
    assert row["Arm: treated [Question ID: 5][Field ID: 1x5]"] == "3"
    assert row["Arm: infusions [Question ID: 5][Field ID: 1x9]"] == "not-reported"
    assert row["Arm: name [Question ID: 5][Field ID: 2x2]"] == "High dose"


def test_a_study_with_fewer_arms_leaves_their_cells_empty() -> None:
    one, two = sheet("extractions", study("a", result("response", 1, 3)), two_arms("b", (1, 2, 3, 4)))
    name = "Arm: id [Question ID: 5][Field ID: 2x1]"
    assert (one[name], two[name]) == ("", "saline")


def test_results_have_their_arms_side_by_side() -> None:
    (row,) = sheet("results", two_arms("b", (1, 20, 3, 19)))
    names = (
        "Outcome",
        "Population ID",
        "Timepoint ID",
        "Arm 1 id",
        "Arm 1 events",
        "Arm 1 n",
        "Arm 2 id",
        "Arm 2 events",
    )
    assert [row[name] for name in names] == ["death", "", "", "msc", "1", "20", "saline", "3"]
    assert row["Arm 2 quote"] == "3 of 19"


def test_outcome_population_and_time_make_a_row() -> None:
    given = study(
        "a",
        result("response", 1, 9, time_point={"value": 3, "unit": "month"}),
        result("response", 2, 9, time_point={"value": 6, "unit": "month"}, population="treated"),
        result("response", 2, 8, time_point={"value": 6, "unit": "month"}, population="evaluable"),
        result("infection", 2, 9, term="pneumonia"),
    )
    rows = sheet("results", given)
    assert [(row["Outcome"], row["Population ID"], row["Timepoint ID"], row["Arm 1 n"]) for row in rows] == [
        ("response", "", "3 months", "9"),
        ("response", "treated", "6 months", "9"),
        ("response", "evaluable", "6 months", "8"),
        ("infection: pneumonia", "", "", "9"),
    ]


def test_hostile_texts_run_nowhere() -> None:
    (row,) = sheet("results", study("a", result("response", 2, 9, quote=HOSTILE), title="+title"))
    assert row["Arm 1 quote"] == "'" + HOSTILE.replace("\x00", "␀")
    assert row["Citation Name"] == "'+title"


def test_without_a_study_there_is_nothing() -> None:
    with pytest.raises(SelectionError, match="no study"):
        export("srdr", exported((), ()))
