"""What a registry posts, as candidates: nothing is read from words, everything has its place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mscevidence.check import check_candidates
from mscevidence.extract import extract
from mscevidence.extract.registry import outcome_named
from mscevidence.model import Candidate, Document
from mscevidence.read import read_all

GROUPS = [{"id": "0", "title": "Low"}, {"id": "1", "title": "High"}]


def outcome(title: str, values: list[str], *, unit: str = "Participants", kind: str = "COUNT_OF_PARTICIPANTS") -> Any:
    measurements = [{"groupId": str(i), "value": value} for i, value in enumerate(values)]
    counts = [{"groupId": "0", "value": "54"}, {"groupId": "1", "value": "53"}]
    return {
        "title": title,
        "paramType": kind,
        "unitOfMeasure": unit,
        "timeFrame": "12 months",
        "groups": GROUPS,
        "denoms": [{"units": "Participants", "counts": counts}],
        "classes": [{"categories": [{"measurements": measurements}]}],
    }


def document_of(outcomes: list[Any], events: Any = None, flow: Any = None) -> Document:
    results = {
        "outcomeMeasuresModule": {"outcomeMeasures": outcomes},
        "adverseEventsModule": events or {},
        "participantFlowModule": flow or {},
    }
    plan = {"identificationModule": {"nctId": "NCT04014166", "briefTitle": "Cells; 5 of 9 patients responded"}}
    (document,) = read_all(json.dumps({"protocolSection": plan, "resultsSection": results}).encode())
    assert isinstance(document, Document)
    return document


EVENTS = {
    "timeFrame": "up to 1 year",
    "eventGroups": [
        {"id": "0", "title": "Low", "seriousNumAffected": 35, "seriousNumAtRisk": 54, "deathsNumAffected": 0,
         "deathsNumAtRisk": 54, "otherNumAffected": 50, "otherNumAtRisk": 54},
    ],
    "seriousEvents": [
        {"term": "Pneumonia", "organSystem": "Infections and infestations",
         "stats": [{"groupId": "0", "numEvents": 4, "numAffected": 3, "numAtRisk": 54}]},
        {"term": "Rare thing", "organSystem": "Eye disorders",
         "stats": [{"groupId": "0", "numAffected": 1, "numAtRisk": 54}]},
    ],
}  # fmt: skip


def results(document: Document) -> list[Candidate]:
    candidates = check_candidates(extract(document), document)
    assert not [f for c in candidates for f in c.findings if f.severity == "error"]
    assert all(document.text[slice(*c.span)] == c.quote for c in candidates)
    assert len({c.id for c in candidates}) == len(candidates)
    return [c for c in candidates if c.kind == "result"]


def test_totals_of_adverse_events_are_stated_results() -> None:
    found = {c.outcome: c for c in results(document_of([], EVENTS)) if c.certainty == "stated"}
    serious = found["serious-adverse-event"]
    assert (serious.quote, serious.arm, serious.time_point) == ("35/54", "Low", "1 year")
    assert (serious.number("events"), serious.number("n")) == (35, 54)
    assert not any(value.derived for value in serious.values)
    assert found["death"].number("events") == 0
    assert found["other-adverse-event"].number("events") == 50


def test_single_terms_are_ambiguous_and_keep_term_and_organ_system() -> None:
    document = document_of([], EVENTS)
    pneumonia, rare = [c for c in results(document) if c.certainty == "ambiguous"]
    assert (pneumonia.outcome, pneumonia.outcome_text) == ("pneumonia", "Pneumonia")
    assert rare.outcome is None
    assert rare.outcome_text == "Rare thing"
    assert document.text[slice(*pneumonia.outcome_span or (0, 0))] == "Pneumonia"
    said = {value.role: (value.text, value.number) for value in pneumonia.values}
    assert said["organ-system"][0] == "Infections and infestations"
    assert said["occurrences"] == ("4", 4.0)
    assert (said["events"], said["n"]) == (("3", 3.0), ("54", 54.0))


def test_counted_outcomes_name_arm_and_denominator() -> None:
    document = document_of([outcome("Number of Participants With Complete Response at Month 12", ["8", "9"])])
    low, high = results(document)
    assert (low.outcome, low.certainty, low.arm, high.arm) == ("complete-response", "stated", "Low", "High")
    assert (low.number("events"), low.number("n"), high.number("events"), high.number("n")) == (8, 54, 9, 53)
    assert low.value("n") is not None
    assert low.time_point == "12 months"
    assert low.arm_span is not None
    assert document.text[slice(*low.arm_span)] == "Low"


def test_percentages_are_percentages() -> None:
    first, _ = results(
        document_of([outcome("Relapse", ["7.0", "9"], unit="percentage of participants", kind="NUMBER")])
    )
    assert (first.number("percent"), first.number("n"), first.value("events")) == (7, 54, None)


@pytest.mark.parametrize(
    ("title", "unit"),
    [
        ("Relapse", "percentage of eyes"),
        ("Relapse", "percent change"),
        ("Percent Change in Platelets", "%"),
        ("Reduction in Platelets", "percentage"),
    ],
)
def test_percentages_of_other_things_are_no_results(title: str, unit: str) -> None:
    assert not results(document_of([outcome(title, ["7", "9"], unit=unit, kind="NUMBER")]))


@pytest.mark.parametrize("unit", ["%", "percent", "Percentage of participants with relapse", "% of patients"])
def test_percentages_of_people_are_results(unit: str) -> None:
    first, _ = results(document_of([outcome("Relapse", ["7", "9"], unit=unit, kind="NUMBER")]))
    assert (first.number("percent"), first.number("n")) == (7, 54)


@pytest.mark.parametrize(
    ("frame", "category", "time"),
    [
        ("Weeks 2, 4", "Week 4, Score 3", "week 4"),
        ("Weeks 2, 4, and 12", "Score 3", None),
        ("Month 6 and Month 12", "Score 3", None),
        ("12 months", "12 to 65 years", "12 months"),
    ],
)
def test_the_time_of_a_number_is_that_of_its_category(frame: str, category: str, time: str | None) -> None:
    measure = outcome("Score", ["8", "9"])
    measure["timeFrame"], measure["classes"][0]["title"] = frame, category
    assert {each.time_point for each in results(document_of([measure]))} == {time}


def test_yes_is_the_outcome_that_the_title_asks_for_and_no_is_none() -> None:
    measure = outcome("Complete Response", ["8", "9"])
    (yes,) = measure["classes"][0]["categories"]
    measure["classes"][0]["categories"] = [{**yes, "title": "Yes"}, {**yes, "title": "No"}]
    found = [(each.outcome, each.certainty) for each in results(document_of([measure]))]
    assert found == [("complete-response", "stated")] * 2 + [(None, "ambiguous")] * 2


def test_measures_that_are_no_counts_are_no_results() -> None:
    assert not results(document_of([outcome("Platelets", ["70", "90"], unit="10^9/L", kind="MEAN")]))


def test_nothing_is_read_from_the_words_of_a_document_with_posted_numbers() -> None:
    document = document_of([outcome("Platelets", ["70", "90"], unit="10^9/L", kind="MEAN")])
    assert {c.kind for c in extract(document)} == {"registration"}


def test_the_started_of_the_first_period_are_participants() -> None:
    periods = [
        {"title": name, "milestones": [{"type": "STARTED", "achievements": [{"groupId": "0", "numSubjects": count}]}]}
        for name, count in (("First", "54"), ("Second", "50"))
    ]
    document = document_of([], EVENTS, {"groups": GROUPS, "periods": periods})
    (started,) = [c for c in extract(document) if c.kind == "participants"]
    assert (started.quote, started.arm, started.rule) == ("54", "Low", "posted-started")


@pytest.mark.parametrize(
    ("title", "outcome_id"),
    [
        ("Number of Participants With Serious Adverse Events", "serious-adverse-event"),
        ("Percentage of Subjects With Any Adverse Events (AEs) During the Study", "any-adverse-event"),
        ("Number of Patients With at Least One Infection", "infection"),
        ("Overall Response Rate at Week 24", "response"),
        ("Complete Response", "complete-response"),
        ("Number of Participants With Relapse or Death", None),
        ("Number of Participants Without Relapse", None),
        ("Time to Relapse", None),
        ("Change in Pain Score", None),
        ("Number of Participants With Adverse Events Leading to Withdrawal From Study", None),
        ("Number of Participants With Response to Vaccination", None),
    ],
)  # fmt: skip
def test_a_title_is_an_outcome_only_when_it_is_nothing_else(title: str, outcome_id: str | None) -> None:
    assert outcome_named(title) == outcome_id
