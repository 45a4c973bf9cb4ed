"""The draft of a summary of findings: starts, ratings and their numbers, and that it never looks final."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from made_review import HOSTILE, TABLES, analysis, exported, single_arm, two_arms
from synthetic_pooled import contrast, estimate, group
from synthetic_pooled import study as study_row

from incidence_trials import timed, trials
from mscevidence.errors import UnknownTermError
from mscevidence.model import Estimate, Study
from mscevidence.protocol import Analysis
from mscevidence.publish.sof import Row, Summary, summary_of_findings
from mscevidence.publish.sof import page as sof_page
from mscevidence.publish.sof.domains import imprecision, inconsistency, publication_bias
from mscevidence.publish.sof.evidence import Body, body_of
from mscevidence.publish.sof.rating import Rating
from study_factory import result, study

RATE = (analysis("response"),)
INCIDENCE = (analysis("infections", "infection", measure="IRLN", narrative_zeros="include"),)
ODDS = (analysis("odds", "death", measure="OR", method="mh"),)


def summary(given: tuple[Study, ...], analyses: tuple[Analysis, ...], **more: Any) -> Summary:
    made = exported(given, analyses)
    return summary_of_findings("Made up", made.analyses, given, **more)


def rows_of(given: tuple[Study, ...], analyses: tuple[Analysis, ...], **more: Any) -> Row:
    return summary(given, analyses, **more).rows[0]


def rating(row: Row, domain: str) -> Rating:
    return next(one for one in row.ratings if one.domain == domain)


def appraisal(tool: str, **answers: str) -> list[dict[str, Any]]:
    return [{"tool": tool, "by": "ab", "answers": answers}]


def body(rows: list[Any], *, measure: str = "PLO", studies: dict[str, Study] | None = None, **numbers: Any) -> Body:
    one: Estimate = estimate(rows, **numbers)
    return body_of(group("overall", rows, one), measure=measure, level=0.95, studies=studies or {})  # type: ignore[arg-type]


def rated(rating: Rating) -> tuple[int | None, str]:
    return rating.steps, rating.why


# where it starts


def randomised(name: str) -> Study:
    return two_arms(name, TABLES[name])


@pytest.mark.parametrize(
    ("given", "analyses", "asked", "level", "said"),
    [
        ((single_arm("a", 3, 9), single_arm("b", 2, 9)), RATE, "effect", "Very low", "no arm is compared"),
        ((single_arm("a", 3, 9), single_arm("b", 2, 9)), RATE, "event-rate", "High", "Iorio"),
        ((randomised("one"), randomised("three")), ODDS, "effect", "High", "2 of 2 comparisons randomised"),
        ((randomised("one"), randomised("three")), ODDS, "event-rate", "High", "2 of 2 comparisons randomised"),
        (
            (randomised("one"), two_arms("three", TABLES["three"], design="non-randomised-controlled")),
            ODDS, "effect", "Low", "1 of 2 comparisons not randomised",
        ),
    ],
)  # fmt: skip
def test_the_design_decides_where_it_starts(
    given: tuple[Study, ...], analyses: tuple[Analysis, ...], asked: str, level: str, said: str
) -> None:
    row = rows_of(given, analyses, asked=asked)
    assert row.start.level == level
    assert said in row.start.why


def test_case_series_are_no_cohorts_and_that_is_said() -> None:
    given = (single_arm("a", 3, 9, design="case-series"), single_arm("b", 2, 9))
    why = rows_of(given, RATE, asked="event-rate").start.why
    assert why.endswith("1 of 2 are case series or reports, whose patients were chosen")
    assert "case series" not in rows_of(given[1:], RATE, asked="event-rate").start.why


def test_another_question_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownTermError) as caught:
        summary((single_arm("a", 3, 9),), RATE, asked="event rate")
    assert "event-rate" in caught.value.hint


# risk of bias


@pytest.mark.parametrize(
    ("first", "second", "steps", "said"),
    [
        ([], [], None, "no appraisal yet (0 of 2 studies appraised)"),
        (appraisal("rob-2-2019", overall="high"), [], -1, "60 of 100 patients in studies at high risk; 1 of 2"),
        ([], appraisal("rob-2-2019", overall="high"), None, "40 of 100 patients"),
        (appraisal("rob-2-2019", overall="low"), appraisal("rob-2-2019", overall="high"), 0, "40 of 100"),
        (appraisal("rob-2-2019", overall="low"), [], None, "1 of 2 studies appraised"),
        (appraisal("rob-2-2019", measurement="high", selection="low"), [], -1, "60 of 100"),
        (appraisal("jbi-case-series-2020", outcomes="no"), [], None, "1 by tools without an official overall level"),
        (appraisal("nhlbi-before-after-2014", outcomes="no"), appraisal("rob-2-2019", overall="low"), None, "0 of 100"),
    ],
)
def test_appraisals_decide_and_their_absence_is_said(
    first: list[Any], second: list[Any], steps: int | None, said: str
) -> None:
    given = (single_arm("a", 20, 60, appraisal=first), single_arm("b", 20, 40, appraisal=second))
    found = rating(rows_of(given, RATE), "risk of bias")
    assert found.steps == steps
    assert said in found.why


# inconsistency


@pytest.mark.parametrize(
    ("numbers", "steps", "said"),
    [
        ({"i2": 90.0, "prediction_lower": 0.30, "prediction_upper": 0.79}, 0, "prediction interval 30.0% to 79.0%"),
        ({"i2": 0.0, "prediction_lower": 0.30, "prediction_upper": 0.81}, -1, "I² 0%"),
        ({"i2": 90.0, "prediction_lower": None, "prediction_upper": None}, None, "I² alone does not tell for rates"),
        ({"i2": None, "prediction_lower": None, "prediction_upper": None}, None, "neither"),
    ],
)
def test_rates_are_judged_by_the_prediction_interval(numbers: dict[str, Any], steps: int | None, said: str) -> None:
    found = inconsistency(body([study_row("a", 3, 9), study_row("b", 4, 9, number=1)], **numbers))
    assert found.steps == steps
    assert said in found.why


@pytest.mark.parametrize(
    ("i2", "interval", "prediction", "steps"),
    [
        (49.0, (0.4, 1.2), (0.2, 2.0), 0),
        (50.0, (0.4, 1.2), (0.2, 2.0), -1),
        (10.0, (0.4, 0.9), (0.3, 0.95), 0),
        (10.0, (0.4, 0.9), (0.2, 1.4), -1),
        (10.0, (1.1, 2.0), (0.9, 2.9), -1),
    ],
)
def test_comparisons_are_judged_by_i2_and_by_what_the_next_study_may_show(
    i2: float, interval: tuple[float, float], prediction: tuple[float, float], steps: int
) -> None:
    rows = [contrast("a", (3, 20), (4, 20)), contrast("b", (3, 20), (4, 20), number=1)]
    numbers: dict[str, Any] = {
        "control_events": 8, "control_patients": 40, "effect": 0.8, "lower": interval[0], "upper": interval[1],
        "prediction_lower": prediction[0], "prediction_upper": prediction[1], "i2": i2,
    }  # fmt: skip
    assert inconsistency(body(rows, measure="OR", **numbers)).steps == steps


def test_one_study_cannot_be_inconsistent() -> None:
    found = rating(rows_of((single_arm("a", 3, 9),), RATE), "inconsistency")
    assert rated(found) == (0, "one study: nothing to be inconsistent with")


# imprecision


@pytest.mark.parametrize(
    ("n", "interval", "steps", "size"),
    [
        (100, (0.40, 0.60), 0, 97),
        (96, (0.40, 0.60), -1, 97),
        (100, (0.39, 0.60), -1, 97),
        (100, (0.30, 0.80), -2, 97),
        (60, (0.10, 0.20), -1, 62),  # sized for 20%, the rate in the interval nearest to a half: 61.46
        (62, (0.10, 0.20), 0, 62),
        (62, (0.80, 0.90), 0, 62),
    ],
)
def test_rates_are_judged_by_width_and_information_size(
    n: int, interval: tuple[float, float], steps: int, size: int
) -> None:
    rows = [study_row("a", n // 2, n - 10), study_row("b", 5, 10, number=1)]
    found = imprecision(body(rows, effect=0.5, lower=interval[0], upper=interval[1]))
    assert (found.steps, found.numbers["optimal information size"], found.numbers["patients"]) == (steps, size, n)


@pytest.mark.parametrize(
    ("interval", "patients", "steps"),
    [
        # Controls 20%: 1806 patients show a fall to 15%.
        ((0.80, 0.95), 1806, 0),
        ((0.80, 0.95), 1804, -1),
        ((0.80, 1.20), 1806, 0),
        ((0.70, 1.20), 1806, -1),
        ((0.80, 1.30), 1806, -1),
        ((0.70, 1.30), 1806, -2),
        ((0.30, 0.60), 1806, 0),
    ],
)
def test_comparisons_are_judged_by_limits_and_information_size(
    interval: tuple[float, float], patients: int, steps: int
) -> None:
    half = patients // 2
    rows = [contrast("a", (150, half - 10), (179, half - 10)), contrast("b", (2, 10), (2, 10), number=1)]
    limits = {"effect": 0.9, "lower": interval[0], "upper": interval[1]}
    controls = {"control_events": round(half / 5), "control_patients": half}
    found = imprecision(body(rows, measure="RR", studies=None, **controls, **limits))
    assert found.numbers["optimal information size"] == pytest.approx(1806, abs=6)
    assert found.steps == steps


def test_without_an_event_among_controls_there_is_nothing_to_size_by() -> None:
    rows = [contrast("a", (3, 20), (0, 20)), contrast("b", (3, 20), (0, 20), number=1)]
    found = imprecision(body(rows, measure="OR", control_events=0, control_patients=40, effect=3.0, lower=1, upper=9))
    assert rated(found) == (None, "no event among the controls: no risk to size by")


def test_a_harm_that_nobody_had_is_not_called_precise() -> None:
    rows = [study_row("a", 0, 60), study_row("b", 0, 40, number=1)]
    found = imprecision(body(rows, effect=None, lower=None, upper=None, status="boundary", events=0, patients=100))
    assert found.steps is None
    # The exact upper limit of 0 of 100 is 1 - 0.025^(1/100).
    assert found.why.startswith("no event, but a rate of 3.6% is not excluded")


# incidence rates


def test_incidence_rates_have_a_row_with_their_time_and_rate_per_1000() -> None:
    row = rows_of(tuple(trials()), INCIDENCE)
    cells = sof_page.cells_of(row)
    one = row.pooled.overall.estimates[0]
    assert one.effect is not None
    assert cells["Patients"] == "100; 62.2 person-years"
    assert cells["Effect"].endswith(" per 100 person-years")
    assert cells["Effect"].startswith(f"{100 * one.effect:.1f} [")
    assert cells["With MSC /1000"].startswith(f"{1000 * one.effect:.0f} (")
    assert cells["With MSC /1000"].endswith(" per 1,000 person-years")
    assert (cells["Controls /1000"], cells["Difference /1000"]) == ("–", "–")
    flat = sof_page.flat_rows(summary(tuple(trials()), INCIDENCE))[0]
    assert flat["time_at_risk"] == pytest.approx(10 + 40 / 12 + 20 + 200 * 7 / 365.25 + 25)
    assert flat["time_unit"] == "year"


@pytest.mark.parametrize(
    ("factor", "events", "steps"),
    [(1.5, 24, 0), (1.5, 23, -1), (1.51, 24, -1), (2.99, 24, -1), (3.0, 240, -2)],
)
def test_incidence_rates_are_judged_by_the_factor_of_their_interval_and_by_events(
    factor: float, events: int, steps: int
) -> None:
    # 24 events: (1.959964 / ln 1.5)^2 = 23.4
    rows = [study_row("a", 3, 9), study_row("b", 4, 9, number=1)]
    interval: dict[str, Any] = {"effect": 0.3, "lower": 0.3 / factor, "upper": 0.3 * factor}
    found = imprecision(body(rows, measure="IRLN", time=80.0, events=events, **interval))
    assert found.steps == steps
    assert found.numbers["optimal information size in events"] == 24
    assert f"factor of {factor:.1f}" in found.why


@pytest.mark.parametrize(("factor", "steps"), [(2.9, 0), (3.0, -1)])
def test_incidence_rates_are_inconsistent_where_the_next_rate_is_open(factor: float, steps: int) -> None:
    rows = [study_row("a", 3, 9), study_row("b", 4, 9, number=1)]
    limits: dict[str, Any] = {"prediction_lower": 0.3 / factor, "prediction_upper": 0.3 * factor}
    assert inconsistency(body(rows, measure="IRLN", time=80.0, effect=0.3, **limits)).steps == steps


def test_no_event_over_time_is_the_exact_interval_of_the_sum_and_left_to_a_person() -> None:
    row = rows_of((timed("a", 0, 10.0, "year"), timed("b", 0, 20.0, "year")), INCIDENCE)
    assert row.effect.basis == "sum of the studies"
    # Garwood's upper limit of no event: -ln(0.025) over the time at risk.
    assert row.effect.upper == pytest.approx(3.688879 / 30, abs=1e-6)
    assert rating(row, "imprecision").steps is None


def test_risk_of_bias_of_incidence_rates_is_by_time_at_risk() -> None:
    given = (
        timed("a", 3, 30.0, "year", appraisal=appraisal("rob-2-2019", overall="high")),
        timed("b", 2, 10.0, "year"),
    )
    found = rating(rows_of(given, INCIDENCE), "risk of bias")
    assert rated(found) == (-1, "75.0% of the time at risk in studies at high risk; 1 of 2 studies appraised")


# publication bias


def test_fewer_than_ten_studies_cannot_be_judged() -> None:
    given = tuple(single_arm(f"s{number}", 3, 9) for number in range(9))
    found = rating(rows_of(given, RATE), "publication bias")
    assert rated(found) == (None, "9 studies, fewer than 10: cannot be judged")


@pytest.mark.parametrize(("small", "steps"), [(8, -1), (5, 0)])
def test_ten_studies_are_tested(small: int, steps: int) -> None:
    large = [study_row("large", 50 + number, 100 + number, number=number) for number in range(6)]
    few = [study_row("small", small + number % 3 - 1, 10, number=10 + number) for number in range(6)]
    found = publication_bias(body([*large, *few]))
    assert found.steps == steps
    # What was not seen may still be there.
    assert found.label == ("suspected" if steps else "undetected")
    assert str(found.numbers["test"]).startswith("Regression of logits on 1/n")
    assert found.why.startswith("Regression")


# the whole


def test_no_rating_is_left_out_and_open_domains_make_it_at_most() -> None:
    row = rows_of((single_arm("a", 300, 600), single_arm("b", 310, 600)), RATE, asked="event-rate")
    assert [one.domain for one in row.ratings] == [
        "risk of bias", "inconsistency", "imprecision", "indirectness", "publication bias",
    ]  # fmt: skip
    assert set(row.open) >= {"risk of bias", "indirectness", "publication bias"}
    assert sof_page.certainty_text(row).startswith("at most ")


def test_certainty_does_not_fall_below_very_low() -> None:
    row = rows_of((single_arm("a", 9, 10), single_arm("b", 1, 10), single_arm("c", 4, 9)), RATE)
    assert sum(one.steps or 0 for one in row.ratings) <= -2
    assert row.certainty == "Very low"
    # Nothing lies below it, so that it is no bound.
    assert sof_page.certainty_text(row) == "Very low (DRAFT)"


def test_absolute_effects_of_a_risk_ratio() -> None:
    given = (two_arms("a", (10, 100, 20, 100)), two_arms("b", (10, 100, 20, 100)))
    row = rows_of(given, (analysis("risks", "death", measure="RR", method="mh"),))
    cells = sof_page.cells_of(row)
    assert cells["Controls /1000"] == "200"
    assert cells["With MSC /1000"].startswith("100 (")
    assert cells["Difference /1000"].startswith("−100 (−")
    assert cells["Patients"] == "200 + 200"


def test_no_event_at_all_is_the_exact_interval_of_the_sum() -> None:
    row = rows_of((single_arm("a", 0, 6), single_arm("b", 0, 12)), RATE)
    # The upper limit is 1 - 0.025^(1/18).
    assert row.effect.basis == "sum of the studies"
    assert row.effect.upper == pytest.approx(0.18530, abs=5e-6)
    assert sof_page.effect_text(row) == "0.0 [0.0, 18.5] % (sum of the studies)"


def test_one_study_is_shown_with_its_own_interval() -> None:
    row = rows_of((single_arm("a", 8, 18),), RATE)
    assert sof_page.effect_text(row) == "44.4 [21.5, 69.2] % (one study)"
    assert sof_page.cells_of(row)["With MSC /1000"] == "444 (215 to 692)"


def test_nothing_to_compare_has_no_effect_and_says_why() -> None:
    row = rows_of((two_arms("a", (0, 9, 0, 8)), two_arms("b", (0, 9, 0, 8))), ODDS)
    assert sof_page.effect_text(row) == "no event in either arm of any study: nothing to compare"
    assert rating(row, "imprecision").steps is None


def test_groups_have_rows_of_their_own() -> None:
    given = (two_arms("a", (3, 20, 4, 20)), two_arms("b", (3, 20, 4, 20), condition="multiple-sclerosis"))
    asked = (analysis("odds", "death", measure="OR", by="condition"),)
    whole, parts = summary(given, asked), summary(given, asked, groups=True)
    assert [row.group for row in whole.rows] == ["overall"]
    assert [row.group for row in parts.rows] == ["lupus-nephritis", "multiple-sclerosis", "overall"]
    assert parts.rows[0].title.endswith(": Lupus nephritis")
    assert parts.rows[0].effect.basis == "one study"


def test_an_analysis_without_a_study_is_named_everywhere() -> None:
    found = summary((single_arm("a", 3, 9),), (*RATE, analysis("deaths", "death")))
    assert found.missing[0][0] == "deaths"
    for show in (sof_page.page, sof_page.as_csv, sof_page.as_json, sof_page.as_html):
        assert "none of 1 studies reports death" in show(found)


def test_every_form_is_marked_as_a_draft_even_without_a_row() -> None:
    for found in (
        summary((single_arm("a", 3, 9),), RATE),
        summary((single_arm("a", 3, 9),), (analysis("d", "death"),)),
    ):
        assert sof_page.page(found).startswith("DRAFT for a human")
        assert all(row["status"].startswith("DRAFT") for row in csv_rows(found))
        assert "<strong>DRAFT for a human" in sof_page.as_html(found)
        whole = json.loads(sof_page.as_json(found))
        assert (whole["status"][:5], whole["final"]) == ("DRAFT", False)


def test_the_certainty_leads_to_the_reasons_for_it() -> None:
    found = summary((single_arm("a", 3, 9),), (*RATE, *ODDS, analysis("second")))
    text, html = sof_page.page(found), sof_page.as_html(found)
    for number in (1, 2):
        assert f"Very low (DRAFT) [{number}]" in text
        assert f"\n[{number}] Response" in text
        assert f'<a href="#finding-{number}">' in html
        assert f'<dt id="finding-{number}">' in html
    assert "Asked: do the cells work?" in text


def csv_rows(found: Summary) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(sof_page.as_csv(found))))


def test_csv_and_json_hold_the_same_numbers() -> None:
    found = summary(tuple(two_arms(name, table) for name, table in TABLES.items()), ODDS)
    flat, whole = csv_rows(found)[0], json.loads(sof_page.as_json(found))["rows"][0]
    assert float(flat["effect"]) == whole["effect"]
    assert (flat["events"], flat["patients"], flat["control_events"], flat["control_patients"]) == (
        "12",
        "102",
        "18",
        "99",
    )
    assert float(flat["treated_risk"]) == whole["treated_risk"]
    assert flat["imprecision_steps"] == str(whole["ratings"][2]["steps"])
    assert whole["ratings"][2]["numbers"]["patients"] == 201
    assert set(whole["ratings"][2]["thresholds"]) <= set(json.loads(sof_page.as_json(found))["thresholds"])


def test_a_hostile_title_is_text_only() -> None:
    one = study("a", result("response", 3, 9))
    asked = (Analysis(id="response", title=HOSTILE, question=RATE[0].question),)
    found = summary((one,), asked)
    assert "<b>" not in sof_page.as_html(found)
    assert csv_rows(found)[0]["outcome"].startswith("'=HYPERLINK")
    assert "\x00" not in sof_page.as_csv(found)
