"""The Cochrane data package: its files, its headers as documented, and numbers worked out by hand."""

from __future__ import annotations

import csv
import io
import math
import zipfile
from functools import cache
from typing import Any

import pytest
from made_review import ANALYSES, HOSTILE, TABLES, analysis, exported, single_arm, studies, two_arms, whole_review

from export_reading import documents
from mscevidence.errors import SelectionError
from mscevidence.publish.export import Exported, export
from mscevidence.publish.export.revman import study_names
from study_factory import result, study

OVERALL = """Analysis group, Analysis number, Analysis name, Analysis group name, Data source, Data source eligibility,
Data type, Log-scale data, Outcome, Intervention grouping, Experimental intervention, Control intervention, Subgroup by,
Filter criteria, Experimental group label, Control group label, Statistical method, Effect measure, Unit of effect
measure, Analysis model, Subgroup estimates, Overall estimates, Test for subgroup differences, Swap event and non-event,
Study CI, Estimate CI, Experimental cases, Experimental N, Control cases, Control N, Mean, CI start, CI end,
Heterogeneity Tau², Heterogeneity Chi², Heterogeneity df, Heterogeneity P, Heterogeneity I², Effect Z, Effect P,
Subgroup Chi², Subgroup df, Subgroup P, Subgroup I², ID"""
DATA = """Analysis group, Analysis number, Analysis name, Subgroup, Applicability, Study, Study year, GIV Mean, GIV SE,
Experimental mean, Experimental SD, Experimental cases, Experimental N, Control mean, Control SD, Control cases,
Control N, O-E, Variance, Weight, Mean, CI start, CI end, Footnotes"""
STUDY = "Study, Year, Data source, Char: Methods, Char: Participants, Char: Interventions, Char: Outcomes, Char: Notes"
Rows = list[dict[str, str]]


def package(made: Exported) -> dict[str, bytes]:
    data = export("revman", made)["revman/evidence-data.zip"]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@cache
def usual() -> dict[str, bytes]:
    return package(whole_review())


def table(files: dict[str, bytes], name: str) -> tuple[list[str], Rows]:
    (data,) = (data for path, data in files.items() if path.endswith(name))
    assert data.startswith(b"\xef\xbb\xbf")
    reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    return list(reader.fieldnames or ()), list(reader)


def overall(analysis_id: str) -> dict[str, str]:
    return next(row for row in table(usual(), "overall-estimates-and-settings.csv")[1] if row["ID"] == analysis_id)


def data_row(name: str, study_name: str) -> dict[str, str]:
    where = overall(name)
    place = ("Analysis group", "Analysis number")
    rows = table(usual(), "data-rows.csv")[1]
    return next(
        row for row in rows if row["Study"].startswith(study_name) and all(row[key] == where[key] for key in place)
    )


def headers(text: str) -> list[str]:
    return [" ".join(name.split()) for name in text.split(",")]


def test_the_package_has_the_files_that_revman_writes() -> None:
    assert set(usual()) == {
        "evidence-study-data/evidence-study-information.csv",
        "evidence-study-data/evidence-risk-of-bias.csv",
        "evidence-study-data/evidence-included.ris",
        "evidence-analysis-data/evidence-overall-estimates-and-settings.csv",
        "evidence-analysis-data/evidence-data-rows.csv",
        "evidence-analysis-data/evidence-subgroup-estimates.csv",
    }


@pytest.mark.parametrize(
    ("name", "columns"),
    [("overall-estimates-and-settings.csv", OVERALL), ("data-rows.csv", DATA), ("study-information.csv", STUDY)],
)
def test_headers_are_those_of_version_1(name: str, columns: str) -> None:
    assert table(usual(), name)[0] == headers(columns)


def test_the_references_are_readable() -> None:
    assert len(documents(usual()["evidence-study-data/evidence-included.ris"])) == len(studies())


def test_a_rate_goes_in_as_its_logit_and_says_so() -> None:
    row = data_row("response", "Alpha")
    assert float(row["GIV Mean"]) == pytest.approx(math.log(8 / 10))
    assert float(row["GIV SE"]) == pytest.approx(math.sqrt(1 / 8 + 1 / 10))
    assert float(row["CI start"]) == pytest.approx(math.log(0.8) - 1.959964 * math.sqrt(0.225))
    assert (row["Experimental cases"], row["Experimental N"], row["Control N"]) == ("8", "18", "")
    assert row["Footnotes"].startswith("One arm, no control: 8/18 = 44.4 [21.5, 69.2] %. GIV Mean is the logit")
    assert "added" not in row["Footnotes"]


def test_what_was_added_to_an_empty_cell_is_said() -> None:
    row = data_row("response", "Gamma")
    assert float(row["GIV Mean"]) == pytest.approx(math.log(0.5 / 4.5))
    assert float(row["GIV SE"]) == pytest.approx(math.sqrt(1 / 0.5 + 1 / 4.5))
    assert "0.5 added to events and to the others." in row["Footnotes"]


def test_settings_of_a_rate() -> None:
    row = overall("response")
    names = ("Analysis group", "Data type", "Log-scale data", "Statistical method", "Analysis model", "Control N")
    assert [row[name] for name in names] == ["1", "Contrast level", "FALSE", "Inverse variance", "Random effects", ""]
    pooled = next(one.pooled for one in whole_review().analyses if one.analysis.id == "response")
    assert pooled is not None
    reml = pooled.overall.estimates[1]
    assert reml.method == "reml"
    assert float(row["Mean"]) == pytest.approx(reml.mu)
    assert reml.lower is not None
    assert float(row["CI start"]) == pytest.approx(math.log(reml.lower / (1 - reml.lower)))


def test_settings_of_comparisons() -> None:
    names = ("Analysis group", "Data type", "Log-scale data", "Statistical method", "Effect measure", "Analysis model")
    made = {
        name: [overall(name)[key] for key in names] for name in ("odds", "odds-by-condition", "risks", "differences")
    }
    assert made == {
        "odds": ["2", "Dichotomous", "TRUE", "Inverse variance", "Odds ratio", "Random effects"],
        "odds-by-condition": ["2", "Dichotomous", "TRUE", "Peto", "Odds ratio", "Fixed effect"],
        "risks": ["2", "Dichotomous", "TRUE", "Mantel-Haenszel", "Risk ratio", "Fixed effect"],
        "differences": ["2", "Dichotomous", "FALSE", "Inverse variance", "Risk difference", "Random effects"],
    }


def test_a_comparison_has_both_arms_and_its_effect() -> None:
    row = data_row("odds", "One")
    assert [row[key] for key in ("Experimental cases", "Experimental N", "Control cases", "Control N", "GIV Mean")] == [
        "3", "20", "1", "19", "",
    ]  # fmt: skip
    assert float(row["Mean"]) == pytest.approx(3 * 18 / (17 * 1))
    assert row["Footnotes"] == "With cells: 3 of 20. Control: 1 of 19."


def test_mantel_haenszel_by_hand() -> None:
    # Sum of a n2 / N over sum of c n1 / N.
    above = sum(a * n2 / (n1 + n2) for a, n1, c, n2 in TABLES.values())
    below = sum(c * n1 / (n1 + n2) for a, n1, c, n2 in TABLES.values())
    row = overall("risks")
    assert float(row["Mean"]) == pytest.approx(above / below)
    assert (row["Experimental cases"], row["Experimental N"], row["Control cases"]) == ("12", "102", "18")
    half = (math.log(float(row["CI end"])) - math.log(float(row["CI start"]))) / 2
    assert float(row["Effect Z"]) == pytest.approx(math.log(above / below) / (half / 1.959964), rel=1e-6)
    assert float(row["Effect P"]) == pytest.approx(math.erfc(abs(float(row["Effect Z"])) / math.sqrt(2)))


def test_weights_add_up_to_a_hundred() -> None:
    rows = table(usual(), "data-rows.csv")[1]
    sums: dict[tuple[str, str], float] = {}
    for row in rows:
        key = (row["Analysis group"], row["Analysis number"])
        sums[key] = sums.get(key, 0.0) + float(row["Weight"])
    assert len(sums) == len(ANALYSES)
    assert list(sums.values()) == pytest.approx([100.0] * len(sums))


def test_subgroups_have_their_estimates() -> None:
    given = [two_arms(name, (3, 20, 5, 20)) for name in "ab"]
    given += [two_arms(name, (4, 30, 6, 30), condition="multiple-sclerosis") for name in "cd"]
    files = package(exported(tuple(given), (analysis("odds", "death", measure="OR", method="mh", by="condition"),)))
    rows = table(files, "subgroup-estimates.csv")[1]
    assert [(row["Subgroup"], row["Experimental cases"], row["Control N"]) for row in rows] == [
        ("Lupus nephritis", "6", "40"), ("Multiple sclerosis", "8", "60"),
    ]  # fmt: skip
    assert {row["Subgroup"] for row in table(files, "data-rows.csv")[1]} == {"Lupus nephritis", "Multiple sclerosis"}


def test_studies_of_one_label_keep_different_names() -> None:
    given = (single_arm("a", 1, 9, label="Wang 2012"), single_arm("b", 2, 9, label="Wang 2012"))
    assert study_names(given) == {"a": "Wang 2012 (a)", "b": "Wang 2012 (b)"}
    files = package(exported(given, (analysis("response"),)))
    named = {row["Study"] for row in table(files, "study-information.csv")[1]}
    assert {row["Study"] for row in table(files, "data-rows.csv")[1]} == named == {"Wang 2012 (a)", "Wang 2012 (b)"}


def test_appraisals_are_judgements_by_domain() -> None:
    answers: list[dict[str, Any]] = [{"tool": "rob-2-2019", "by": "ab", "answers": {"measurement": "high"}}]
    files = package(exported((single_arm("a", 1, 9, appraisal=answers),), (analysis("response"),)))
    columns, rows = table(files, "risk-of-bias.csv")
    assert columns[1:] == [
        "Domain (judgement): Measurement of the outcome", "Domain (support): Measurement of the outcome",
    ]  # fmt: skip
    assert rows[0][columns[1]] == "high"


def test_hostile_texts_run_nowhere() -> None:
    one = study("a", result("response", 2, 9, quote=HOSTILE), label="=label", notes=[HOSTILE])
    files = package(exported((one,), (analysis("response"),)))
    (row,) = table(files, "data-rows.csv")[1]
    assert row["Study"] == "'=label"
    assert HOSTILE.replace("\x00", "␀") in row["Footnotes"]
    assert not any(b"\x00" in data for data in files.values())


def test_one_study_and_no_estimate() -> None:
    files = package(exported((single_arm("a", 1, 9),), (analysis("response"),)))
    (row,) = table(files, "overall-estimates-and-settings.csv")[1]
    assert (row["Experimental N"], row["Mean"], row["CI start"]) == ("9", "", "")


def test_the_same_bytes_and_nothing_without_a_study() -> None:
    assert export("revman", whole_review()) == export("revman", whole_review())
    with pytest.raises(SelectionError):
        export("revman", exported((single_arm("a", 1, 9),), (analysis("d", "death"),)))
