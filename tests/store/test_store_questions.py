from __future__ import annotations

import re
from pathlib import Path

import golden_evidence as golden
import pytest

from incidence_trials import incidence, trials
from mscevidence import vocabulary
from mscevidence.errors import UnknownTermError
from mscevidence.model import Arm
from mscevidence.store import Rows, ask, build, questions, run_sql, views

NEEDED = {
    "response-rates",
    "adverse-events",
    "serious-adverse-events",
    "studies",
    "reports",
    "overlaps",
    "review-queue",
    "checks",
    "products",
    "zero-events",
    "doses",
    "provenance",
}


def column(rows: Rows, name: str) -> list[object]:
    return [row[name] for row in rows.as_dicts()]


def test_the_questions_of_the_design_are_there() -> None:
    assert set(questions.load()) >= NEEDED


@pytest.mark.parametrize("name", questions.load())
def test_every_question_is_described_and_answers_with_what_it_declares(evidence: Path, name: str) -> None:
    asked = questions.load()[name]
    assert asked.title
    assert asked.description.endswith(".")
    assert {parameter.name for parameter in asked.parameters} == set(re.findall(r":(\w+)", asked.sql))
    for parameter in asked.parameters:
        assert [bool(parameter.vocabulary), bool(parameter.lookup), bool(parameter.choices)].count(True) <= 1
        assert not parameter.vocabulary or parameter.vocabulary in vocabulary.kinds()
        assert not parameter.lookup or parameter.lookup in questions.LOOKUPS
        assert parameter.kind
        assert parameter.shown
    rows = ask(evidence, name)
    assert len(rows) > 0, "the golden evidence answers every question"
    assert len(set(rows.columns)) == len(rows.columns)


@pytest.mark.parametrize("word", ["immune-thrombocytopenia", "ITP", "itp", "Immune thrombocytopenia"])
def test_a_condition_is_found_by_any_of_its_names(evidence: Path, word: str) -> None:
    rows = ask(evidence, "response-rates", {"condition": word})
    assert column(rows, "result") == [
        "nct04014166/all/response",
        "nct04014166/all/sustained-response@6-months",
        "nct04014166/all/complete-response",
    ]
    assert column(rows, "rate_percent") == [44.4, 27.8, None]
    assert column(rows, "derived") == ["no", "yes", "no"]


def test_a_wide_term_finds_the_narrower_ones(evidence: Path) -> None:
    rows = ask(evidence, "response-rates", {"condition": "systemic lupus erythematosus", "study": "sun-2018"})
    assert column(rows, "events") == [5, 9]


def test_plain_sql_finds_by_any_name_as_the_browser_does(evidence: Path) -> None:
    asked = questions.question("response-rates")
    empty = {parameter.name: "" for parameter in asked.parameters}
    for name in ("ITP", " immune thrombocytopenia ", "immune-thrombocytopenia"):
        assert len(run_sql(evidence, asked.sql, {**empty, "condition": name})) == 3
    assert len(run_sql(evidence, asked.sql, {**empty, "condition": "nonsense"})) == 0


def test_the_product_of_an_arm_goes_before_that_of_the_study_and_controls_have_none(evidence: Path) -> None:
    rows = ask(evidence, "response-rates", {"source": "umbilical-cord", "study": "sun-2018"})
    assert column(rows, "result") == ["sun-2018/cells/remission"]
    sources = "SELECT arm, cell_source FROM all_results WHERE study = 'sun-2018' GROUP BY arm"
    assert run_sql(evidence, sources).rows == (("cells", "umbilical cord"), ("placebo", None))


def test_serious_events_come_with_their_parts(evidence: Path) -> None:
    rows = ask(evidence, "serious-adverse-events", {"condition": "ITP"})
    assert column(rows, "of_which") == ["2 bleeding; 1 infection; 1 thrombosis"]
    assert column(rows, "rate_percent") == [22.2]


def test_zeros_in_words_are_told_from_counted_zeros(evidence: Path) -> None:
    rows = ask(evidence, "zero-events")
    assert set(column(rows, "narrative_zero")) == {"yes"}
    assert set(column(rows, "narrative_zero_scope")) == {"related, serious"}


def test_the_review_queue_has_what_is_new_or_deferred(evidence: Path) -> None:
    rows = ask(evidence, "review-queue")
    states = dict(zip(column(rows, "candidate"), column(rows, "state"), strict=True))
    assert states == {"fraction-percent@100": "new", "part@200": "deferred"}
    assert column(rows, "worst_finding") == ["warning", None]
    assert len(ask(evidence, "review-queue", {"state": "new"})) == 1


def test_checks_come_with_errors_first(evidence: Path) -> None:
    assert column(ask(evidence, "checks"), "severity") == ["error", "warning", "note"]


def test_not_reported_is_listed_by_item(evidence: Path) -> None:
    rows = ask(evidence, "not-reported")
    assert {(row["study"], row["arm"], row["item"]) for row in rows.as_dicts()} == {
        ("nct04014166", None, "end of enrolment"),
        ("nct04014166", None, "passage"),
        ("nct04014166", "high", "interval"),
        ("sun-2018", "placebo", "number evaluable"),
        ("sun-2020", "placebo", "number evaluable"),
    }


def test_overlaps_give_the_family_of_a_study(evidence: Path) -> None:
    rows = ask(evidence, "overlaps", {"study": "sun-2020"})
    assert column(rows, "study") == ["sun-2018", "sun-2020"]


def test_pooled_estimates_tell_group_role_and_percent(evidence: Path) -> None:
    rows = ask(evidence, "pooled", {"analysis": "response-by-condition"}).as_dicts()
    assert {(row["lower"], row["upper"]) for row in rows} == {(20.0, 80.0)}
    assert [row["prediction_lower"] for row in rows] == [None, 10.0, None, None]
    assert [(row["subgroup"], row["role"], row["percent"]) for row in rows] == [
        ("Overall", "main", 50.0),
        ("Overall", "alternative", 52.0),
        ("ITP", "main", None),
        ("Overall", "with narrative zeros", 40.0),
    ]


def test_a_pooled_study_walks_back_to_every_result_it_was_made_from(evidence: Path) -> None:
    rows = ask(evidence, "pooled-studies", {"analysis": "response-by-condition"})
    assert column(rows, "result") == [
        "nct04014166/all/response",
        "sun-2018/cells/remission",
        "sun-2018/placebo/remission",
    ]
    assert column(rows, "marks") == ["cancelled", "sum-of-arms", "sum-of-arms"]
    assert column(rows, "percent") == [44.4, 44.4, 44.4]


def test_an_arm_that_combines_others_shows_their_dose(evidence: Path) -> None:
    doses = dict(run_sql(evidence, "SELECT arm, dose FROM arms WHERE study = 'nct04014166'").rows)
    assert doses["low"] == "5×10⁵ cells/kg ×4"
    assert doses["all"] == "5×10⁵–2×10⁶ cells/kg ×4"


def test_underscores_and_hyphens_are_alike_in_names(evidence: Path) -> None:
    assert ask(evidence, "response_rates") == ask(evidence, "response-rates")


@pytest.mark.parametrize(
    ("name", "params", "words"),
    [
        ("respons-rates", {}, "unknown question 'respons-rates'.*response-rates"),
        ("response-rates", {"conditon": "ITP"}, "unknown parameter of response-rates 'conditon'.*condition"),
        ("response-rates", {"condition": "immune-trombocytopenia"}, "unknown condition.*immune-thrombocytopenia"),
        ("response-rates", {"study": "nct0401416"}, "unknown study 'nct0401416'.*nct04014166"),
        ("provenance", {"result": "nct04014166/all/respons"}, "unknown result.*nct04014166/all/response"),
        ("checks", {"severity": "erro"}, "unknown severity 'erro'.*error"),
        ("links", {"kind": "same-studies"}, "unknown kind.*same-study"),
    ],
)
def test_what_is_unknown_is_an_error_that_names_the_nearest(
    evidence: Path, name: str, params: dict[str, str], words: str
) -> None:
    with pytest.raises(UnknownTermError) as caught:
        ask(evidence, name, params)
    assert re.search(words, str(caught.value), re.DOTALL)


def test_an_empty_parameter_is_no_restriction(evidence: Path) -> None:
    assert ask(evidence, "response-rates", {"condition": ""}) == ask(evidence, "response-rates")


def test_a_parameter_cannot_change_the_question(evidence: Path) -> None:
    with pytest.raises(UnknownTermError):
        ask(evidence, "response-rates", {"study": "x' OR '1'='1"})
    assert len(ask(evidence, "pooled", {"role": "main' OR '1'='1"})) == 0


@pytest.mark.parametrize("name", views.load())
def test_every_view_answers_and_names_its_columns(evidence: Path, name: str) -> None:
    view = views.load()[name]
    rows = run_sql(evidence, f"SELECT * FROM {name}")
    assert len(rows) > 0
    named = {*view.columns, *view.facets, *filter(None, (view.sort, view.sort_desc))}
    assert named <= set(rows.columns)
    assert view.title
    assert view.description.endswith(".")


def test_links_lead_to_the_report_and_the_registry(evidence: Path) -> None:
    found = "SELECT DISTINCT report, link, registration_link FROM all_results WHERE study = 'nct04014166' ORDER BY 1"
    registry = "https://clinicaltrials.gov/study/NCT04014166"
    assert run_sql(evidence, found).rows == (
        ("ash-2023-687", None, registry),
        ("doi:10.1000/itp-2024", "https://doi.org/10.1000/itp-2024", registry),
    )


def test_rates_are_of_patients_never_of_events(tmp_path: Path) -> None:
    path = tmp_path / "evidence.db"
    counted = golden.ITP.results[0].model_copy(update={"outcome": "adverse-event-count", "events": 40})
    build(path, studies=(golden.ITP.model_copy(update={"results": (counted,), "appraisal": ()}),))
    assert run_sql(path, "SELECT events, n, rate_percent FROM adverse_events").rows == ((40, 18, None),)


def test_patients_are_not_counted_twice_in_the_overview(evidence: Path) -> None:
    found = dict(run_sql(evidence, "SELECT study, patients_treated FROM study_overview").rows)
    assert found == {"nct04014166": 18, "sun-2018": 18, "sun-2020": 18}


@pytest.mark.parametrize(
    ("arms", "patients"),
    [
        ({"low": 3, "high": 15, "all": 20}, 20),
        ({"low": 3, "high": 15, "pooled": 18}, 18),
        ({"low": 3, "high": 15}, 18),
        ({}, None),
    ],
    ids=["the arm of all patients", "a combining arm counts no patient again", "arms add up", "nobody knows"],
)
def test_patients_treated_are_those_of_all_or_the_sum_of_arms(
    tmp_path: Path, arms: dict[str, int], patients: int | None
) -> None:
    path = tmp_path / "evidence.db"
    combining = {"all", "pooled"}
    values = tuple(
        Arm(id=name, role="experimental", treated=treated, combines=("low", "high") if name in combining else ())
        for name, treated in arms.items()
    )
    build(path, studies=(golden.ITP.model_copy(update={"arms": values, "results": (), "appraisal": ()}),))
    assert run_sql(path, "SELECT patients_treated FROM study_overview").rows == ((patients,),)


@pytest.mark.parametrize(("unit", "said"), [("year", "per 100 person-years"), ("month", "per 100 person-months")])
def test_rates_over_time_are_no_percents(tmp_path: Path, unit: str, said: str) -> None:
    path = tmp_path / "evidence.db"
    pooled = incidence(trials(), time_unit=unit)
    build(path, studies=trials(), analyses=[("infections", pooled)])
    main = ask(path, "pooled").as_dicts()[0]
    effect = pooled.overall.estimates[0].effect
    assert effect is not None
    assert (main["percent"], main["ratio"], main["rate_unit"]) == (None, None, said)
    assert main["rate"] == pytest.approx(100 * effect, abs=0.005)
    rows = {row["cited_as"]: row for row in ask(path, "pooled-studies").as_dicts()}
    assert len(rows) == 5
    assert {row["rate_unit"] for row in rows.values()} == {said}
    months = sum(float(row["time"]) for row in run_sql(path, "SELECT time FROM analysis_rows").as_dicts())
    assert months == pytest.approx(sum(one.time or 0 for one in pooled.overall.rows))
