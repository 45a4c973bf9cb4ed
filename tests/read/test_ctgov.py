"""ClinicalTrials.gov: the plan of a trial as text, and every posted number with its characters."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mscevidence.model import Document, Posted, Reject
from mscevidence.read import read_all

PROTOCOL: dict[str, Any] = {
    "identificationModule": {
        "nctId": "NCT04014166",
        "orgStudyIdInfo": {"id": "MSC-1"},
        "secondaryIdInfos": [{"id": "2015-001894-41", "type": "EUDRACT_NUMBER"}],
        "briefTitle": "Cells for ITP",
        "officialTitle": "A Study of Cells \\> 1 × 10^6/kg",
    },
    "statusModule": {
        "overallStatus": "ACTIVE_NOT_RECRUITING",
        "startDateStruct": {"date": "2019-11", "type": "ACTUAL"},
        "completionDateStruct": {"date": "2030-01", "type": "ESTIMATED"},
        "studyFirstPostDateStruct": {"date": "2019-07-10"},
        "resultsFirstPostDateStruct": {"date": "2023-02-01"},
    },
    "sponsorCollaboratorsModule": {"leadSponsor": {"name": "IHBDH"}, "collaborators": [{"name": "CAMS"}]},
    "descriptionModule": {"briefSummary": "To see whether cells help."},
    "conditionsModule": {"conditions": ["ITP"], "keywords": ["MSC"]},
    "designModule": {
        "studyType": "INTERVENTIONAL",
        "phases": ["PHASE1"],
        "enrollmentInfo": {"count": 18, "type": "ACTUAL"},
    },
    "armsInterventionsModule": {
        "armGroups": [{"label": "High", "type": "EXPERIMENTAL", "description": "2 × 10^6/kg"}],
        "interventions": [{"type": "BIOLOGICAL", "name": "UC-MSC", "otherNames": ["cells"]}],
    },
    "outcomesModule": {"primaryOutcomes": [{"measure": "Response", "timeFrame": "28 days"}]},
    "eligibilityModule": {
        "eligibilityCriteria": "Inclusion:\n\n* Platelets \\< 30",
        "minimumAge": "18 Years",
        "sex": "ALL",
    },
    "contactsLocationsModule": {
        "overallOfficials": [{"name": "Lei Zhang", "affiliation": "IHBDH"}],
        "locations": [{"facility": "IHBDH", "city": "Tianjin", "country": "China"}],
    },
    "referencesModule": {"references": [{"pmid": "35296532", "type": "RESULT", "citation": "Zhang L. Blood 2024"}]},
}
GROUPS = [{"id": "0", "title": "Low", "description": "Half."}, {"id": "1", "title": "High"}]
RESULTS: dict[str, Any] = {
    "participantFlowModule": {
        "groups": GROUPS,
        "periods": [
            {
                "title": "Overall",
                "milestones": [{"type": "STARTED", "achievements": [{"groupId": "0", "numSubjects": "54"}]}],
                "dropWithdraws": [{"type": "Death", "reasons": [{"groupId": "0", "numSubjects": "2"}]}],
            }
        ],
    },
    "baselineCharacteristicsModule": {
        "groups": GROUPS,
        "denoms": [{"units": "Participants", "counts": [{"groupId": "0", "value": "54"}]}],
        "measures": [
            {
                "title": "Age",
                "paramType": "MEAN",
                "dispersionType": "STANDARD_DEVIATION",
                "unitOfMeasure": "years",
                "classes": [{"categories": [{"measurements": [{"groupId": "0", "value": "37.4", "spread": "10.8"}]}]}],
            }
        ],
    },
    "outcomeMeasuresModule": {
        "outcomeMeasures": [
            {
                "type": "PRIMARY",
                "title": "Number of Participants With Response",
                "paramType": "COUNT_OF_PARTICIPANTS",
                "unitOfMeasure": "Participants",
                "timeFrame": "28 days",
                "groups": GROUPS,
                "denoms": [
                    {
                        "units": "Participants",
                        "counts": [{"groupId": "0", "value": "1,050"}, {"groupId": "1", "value": "9"}],
                    }
                ],
                "classes": [
                    {
                        "title": "Day 28",
                        "categories": [
                            {
                                "title": "Responder",
                                "measurements": [
                                    {"groupId": "0", "value": "8"},
                                    {"groupId": "1", "value": "NA", "comment": "not collected"},
                                ],
                            }
                        ],
                    }
                ],
                "analyses": [
                    {
                        "groupIds": ["0", "1"],
                        "paramType": "Odds Ratio (OR)",
                        "paramValue": "15.2",
                        "ciPctValue": "95",
                        "ciLowerLimit": "7.3",
                        "ciUpperLimit": "31.6",
                        "pValue": "<0.001",
                    }
                ],
            }
        ]
    },
    "adverseEventsModule": {
        "frequencyThreshold": "5",
        "timeFrame": "1 year",
        "eventGroups": [
            {
                "id": "0",
                "title": "Low",
                "deathsNumAffected": 0,
                "deathsNumAtRisk": 54,
                "seriousNumAffected": 35,
                "seriousNumAtRisk": 54,
            },
            {"id": "1", "title": "High | odd", "seriousNumAffected": 1, "seriousNumAtRisk": 9},
        ],
        "seriousEvents": [
            {
                "term": "Pneumonia",
                "organSystem": "Infections and infestations",
                "stats": [
                    {"groupId": "0", "numEvents": 4, "numAffected": 3, "numAtRisk": 54},
                    {"groupId": "1", "numAffected": 0},
                ],
            }
        ],
    },
}
STUDY = {"protocolSection": PROTOCOL, "resultsSection": RESULTS, "hasResults": True}
PLAN = {"protocolSection": PROTOCOL, "hasResults": False}


def documents(value: object) -> list[Document | Reject]:
    return list(read_all(json.dumps(value).encode()))


@pytest.fixture(name="study")
def _study() -> Document:
    (document,) = documents(STUDY)
    assert isinstance(document, Document)
    return document


def find(study: Document, part: str, **wanted: str) -> Posted:
    (found,) = [
        each
        for each in study.posted
        if each.part == part and all(getattr(each, name) == value for name, value in wanted.items())
    ]
    return found


def test_the_plan_becomes_text_with_sections() -> None:
    (document,) = documents(PLAN)
    assert isinstance(document, Document)
    assert document.text.startswith("Cells for ITP\nClinicalTrials.gov: NCT04014166\n")
    assert "Official title: A Study of Cells > 1 × 10^6/kg" in document.text
    assert "Dates: Start 2019-11, Completion 2030-01 (estimated)" in document.text
    assert "Sponsor: IHBDH; CAMS" in document.text
    said = {section.name: document.text[slice(*section.span)] for section in document.sections}
    assert said["Methods"].startswith("Interventional, Phase 1\n\nEnrolment: 18 participants (actual)\n\nArm: High")
    assert said["Outcomes"] == "Primary outcome: Response. Time frame: 28 days"
    assert said["Patients"] == "Inclusion:\n\n* Platelets < 30\n\nAges: 18 Years to no maximum; Sex: all"
    assert said["Locations"] == "Locations: IHBDH, Tianjin, China"
    assert (document.kind, document.date, document.number) == ("registry-entry", "2019-07-10", "NCT04014166")
    assert document.url == "https://clinicaltrials.gov/study/NCT04014166"
    assert [(each.kind, each.value) for each in document.identifiers] == [
        ("nct", "NCT04014166"),
        ("sponsor-number", "MSC-1"),
        ("eudract", "2015-001894-41"),
    ]
    assert document.authors[0].name == "Lei Zhang"
    assert document.notices[0].identifiers[0].value == "35296532"


def test_a_study_with_results_is_a_report_of_them(study: Document) -> None:
    assert (study.kind, study.date) == ("registry-results", "2023-02-01")
    assert [table.label for table in study.tables] == [
        "Participant flow",
        "Baseline",
        "Outcome 1",
        "Adverse events",
        "Serious adverse events",
    ]


def test_every_number_has_its_characters(study: Document) -> None:
    assert len(study.posted) == 11
    for each in study.posted:
        assert each.value_span is not None
        assert study.text[slice(*each.value_span)] == each.value_text
        if each.at_risk_span is not None:
            assert study.text[slice(*each.at_risk_span)].replace(",", "") == str(each.at_risk)


def test_serious_events_have_arm_term_system_and_number_at_risk(study: Document) -> None:
    total = find(study, "serious-adverse-events", kind="total", group="Low")
    assert (total.value, total.at_risk, total.time_frame) == (35, 54, "1 year")
    term = find(study, "serious-adverse-events", kind="term", group="Low")
    assert (term.title, term.organ_system) == ("Pneumonia", "Infections and infestations")
    assert (term.value, term.at_risk, term.occurrences) == (3, 54, 4)
    other = find(study, "serious-adverse-events", kind="term", group="High / odd")
    assert (other.value, other.at_risk, other.occurrences) == (0, 9, None)
    assert find(study, "deaths").value == 0


def test_outcomes_have_denominator_category_and_comparison(study: Document) -> None:
    low = find(study, "outcome", group="Low")
    assert (low.value, low.at_risk, low.unit, low.category) == (8, 1050, "participants", "Day 28, Responder")
    assert (low.kind, low.time_frame, low.parameter) == ("primary", "28 days", "count")
    none = find(study, "outcome", group="High")
    assert (none.value, none.value_text, none.comment) == (None, "NA", "not collected")
    analysis = find(study, "outcome", kind="analysis")
    assert (analysis.group, analysis.value, analysis.lower, analysis.upper) == ("Low against High", 15.2, 7.3, 31.6)
    assert "p <0.001" in analysis.comment


def test_baseline_and_flow_are_posted(study: Document) -> None:
    age = find(study, "baseline")
    assert (age.value, age.parameter, age.dispersion, age.unit, age.at_risk) == (
        37.4,
        "mean",
        "standard deviation 10.8",
        "years",
        54,
    )
    assert find(study, "participant-flow", kind="milestone").value == 54
    assert find(study, "participant-flow", kind="dropout").title == "Death"


@pytest.mark.parametrize(
    ("value", "count"),
    [
        ({"studies": [PLAN, STUDY], "nextPageToken": "x"}, 2),
        ({"totalCount": 1, "studies": [PLAN]}, 1),
        ({"studies": [], "totalCount": 0}, 0),
        ({"study": STUDY, "history": []}, 1),
        ([PLAN, PLAN], 2),
        ({"resultsSection": RESULTS}, 1),
    ],
)
def test_studies_come_alone_in_pages_and_wrapped(value: object, count: int) -> None:
    found = documents(value)
    assert [type(each) for each in found] == [Document] * count


def test_a_class_may_have_its_own_denominator() -> None:
    def counts(value: str) -> list[dict[str, Any]]:
        return [{"units": "Participants", "counts": [{"groupId": "0", "value": value}]}]

    categories = [{"measurements": [{"groupId": "0", "value": "8"}]}]
    classes = [
        {"title": "A", "denoms": counts("40"), "categories": categories},
        {"title": "B", "categories": categories},
    ]
    measure = {"title": "T", "groups": GROUPS, "denoms": counts("54"), "classes": classes}
    (document,) = documents({"resultsSection": {"outcomeMeasuresModule": {"outcomeMeasures": [measure]}}})
    assert isinstance(document, Document)
    assert [(each.category, each.at_risk) for each in document.posted] == [("A", 40), ("B", 54)]


def test_results_without_a_plan_say_so() -> None:
    (document,) = documents({"resultsSection": RESULTS})
    assert isinstance(document, Document)
    assert any("its number is not known" in note for note in document.notes)
    assert len(document.posted) == 11


def test_lines_of_studies_are_read_and_what_is_none_is_rejected() -> None:
    lines = "\n".join([json.dumps(PLAN), '{"protocolSection": ', json.dumps({"other": 1}), json.dumps(STUDY)])
    first, broken, other, last = read_all(lines.encode())
    assert isinstance(first, Document)
    assert isinstance(last, Document)
    assert isinstance(broken, Reject)
    assert isinstance(other, Reject)
    assert "broken JSON" in broken.reason
    assert "no study" in other.reason


@pytest.mark.parametrize(
    "odd",
    [
        {
            "protocolSection": {
                "identificationModule": {"briefTitle": "T"},
                "eligibilityModule": None,
                "designModule": [],
            }
        },
        {"protocolSection": {"identificationModule": {"briefTitle": "T", "secondaryIdInfos": "x", "nctId": 5}}},
        {
            "protocolSection": {
                "identificationModule": {"briefTitle": "T"},
                "outcomesModule": {"primaryOutcomes": ["x", 1]},
            }
        },
        {"protocolSection": {"identificationModule": {"briefTitle": "T"}, "referencesModule": {"references": [None]}}},
        {
            "protocolSection": {"identificationModule": {"briefTitle": "T"}},
            "resultsSection": {
                "adverseEventsModule": {
                    "eventGroups": [{"seriousNumAffected": 1e400}],
                    "seriousEvents": [{"stats": [7]}],
                },
                "outcomeMeasuresModule": {"outcomeMeasures": [{"classes": [{"categories": [{"measurements": "x"}]}]}]},
                "participantFlowModule": "none",
            },
        },
    ],
)
def test_odd_shapes_never_stop_a_file(odd: object) -> None:
    (document,) = documents(odd)
    assert isinstance(document, Document)
    assert document.title == "T"


def test_groups_of_one_title_are_told_apart_in_every_table() -> None:
    groups = [{"id": "EG000", "title": "Cells", "description": "Low"}, {"id": "EG001", "title": "Cells"}]
    events = {
        "eventGroups": [
            {**each, "seriousNumAffected": number, "seriousNumAtRisk": 9} for number, each in enumerate(groups)
        ]
    }
    outcome = {
        "title": "Response",
        "paramType": "COUNT_OF_PARTICIPANTS",
        "groups": groups,
        "classes": [{"categories": [{"measurements": [{"groupId": "EG001", "value": "4"}]}]}],
    }
    results = {"adverseEventsModule": events, "outcomeMeasuresModule": {"outcomeMeasures": [outcome]}}
    (study,) = read_all(json.dumps({"protocolSection": PROTOCOL, "resultsSection": results}).encode())
    assert isinstance(study, Document)
    assert [(each.part, each.group, each.value) for each in study.posted] == [
        ("outcome", "Cells (EG001)", 4),
        ("serious-adverse-events", "Cells (Low)", 0),
        ("serious-adverse-events", "Cells (EG001)", 1),
    ]


def test_a_reject_can_be_written_whatever_bytes_it_begins_with() -> None:
    (reject,) = read_all(b'{"protocolSection": {"note": "T\xdcrk', format="ctgov")
    assert isinstance(reject, Reject)
    assert "T\ufffdrk" in reject.excerpt
    assert "T\ufffdrk" in reject.model_dump_json()


def test_a_reject_of_crossref_can_be_written_whatever_bytes_it_begins_with() -> None:
    (reject,) = read_all(b'{"status": "ok", "message-type": "work", "message": {"title": "T\xdcrk', format="crossref")
    assert isinstance(reject, Reject)
    assert "T\ufffdrk" in reject.model_dump_json()
