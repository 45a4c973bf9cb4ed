"""The FHIR bundle, held against what the profiles of the guide require.

Required elements are those of hl7.fhir.uv.ebm 1.0.0-ballot3 (github.com/HL7/ebm): SingleStudyEvidence and
EvidenceSynthesisEvidence (synthesisType 1..1), NonComparativeEvidence (two variables or more, a population and an
outcome), InterventionOnlyEvidence (a use context), MetaanalysisStudyGroup (conceptual, one characteristic "Member of",
no type), ExposureGroup (its code), relates-to-with-quotation (a markdown); and of the resources they stand on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from made_review import HOSTILE, RATES, TABLES, analysis, exported, single_arm, studies, whole_review

from incidence_trials import TIMES, trials
from mscevidence.errors import SelectionError
from mscevidence.publish.export import Exported, export
from study_factory import arm, report, result, study

PROFILE = "http://hl7.org/fhir/uv/ebm/StructureDefinition/"
REQUIRED = {
    "Evidence": ("status", "variableDefinition"),
    "Group": ("membership",),
    "EvidenceVariable": ("status",),
    "Citation": ("status",),
    "List": ("status", "mode"),
}
Json = dict[str, Any]


def bundle(made: Exported) -> Json:
    found: Json = json.loads(export("fhir", made)["fhir/bundle.json"])
    return found


@cache
def usual() -> Json:
    return bundle(whole_review())


def resources(found: Json, kind: str, profile: str = "") -> list[Json]:
    every = [each["resource"] for each in found["entry"] if each["resource"]["resourceType"] == kind]
    return [one for one in every if not profile or PROFILE + profile in one["meta"]["profile"]]


def references(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        if "reference" in value:
            yield value["reference"], value["type"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def roles(one: Json) -> list[str]:
    return [each["variableRole"] for each in one["variableDefinition"]]


def test_a_bundle_is_a_collection_of_whole_resources_marked_as_experimental() -> None:
    found = usual()
    assert (found["resourceType"], found["type"]) == ("Bundle", "collection")
    assert found["meta"]["tag"][0]["display"].startswith("experimental")
    for each in found["entry"]:
        one = each["resource"]
        assert each["fullUrl"] == f"urn:uuid:{one['id']}"
        assert re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", one["id"])
        assert [name for name in REQUIRED[one["resourceType"]] if not one.get(name)] == []
        assert not [name for name, value in one.items() if value in (None, [], {}, "")]


def test_every_id_is_once_and_every_reference_leads_to_its_kind() -> None:
    kinds = {each["fullUrl"]: each["resource"]["resourceType"] for each in usual()["entry"]}
    assert len(kinds) == len(usual()["entry"])
    found = list(references(usual()["entry"]))
    assert len(found) > 50
    assert all(kinds[address] == kind for address, kind in found)


def test_every_count_is_evidence_of_a_single_study() -> None:
    ours = resources(usual(), "Evidence", "single-study-evidence")
    assert len(ours) == len(RATES) + 2 * len(TABLES)
    for one in ours:
        (coding,) = one["synthesisType"]["coding"]
        assert (coding["system"], coding["code"]) == (
            "http://terminology.hl7.org/CodeSystem/synthesis-type", "NotApplicable",
        )  # fmt: skip
        assert sorted(roles(one)) == ["outcome", "population"]
        (statistic,) = one["statistic"]
        assert statistic["statisticType"]["coding"][0]["code"] == "STATO:0000639"
        assert {"numberOfParticipants", "numberAnalyzed", "knownDataCount"} <= statistic["sampleSize"].keys()


def test_arms_with_cells_are_intervention_only_and_others_are_not() -> None:
    cells = resources(usual(), "Evidence", "intervention-only-evidence")
    assert len(cells) == len(RATES) + len(TABLES)
    for one in cells:
        (context,) = one["useContext"]
        assert context["code"]["code"] == "program"
        assert context["valueCodeableConcept"]["text"] == "intervention-only-evidence"
    controls = [one for one in resources(usual(), "Evidence", "single-study-evidence") if one not in cells]
    assert len(controls) == len(TABLES)
    assert all(PROFILE + "non-comparative-evidence" in one["meta"]["profile"] for one in controls)


def test_a_count_is_a_percentage_with_its_exact_interval_and_its_sentence() -> None:
    found = bundle(exported((single_arm("a", 8, 18),), ()))
    (one,) = resources(found, "Evidence")
    (statistic,) = one["statistic"]
    assert statistic["numberAffected"] == 8
    assert statistic["sampleSize"]["numberAnalyzed"] == 18
    assert statistic["quantity"]["value"] == pytest.approx(100 * 8 / 18)
    assert (statistic["quantity"]["unit"], statistic["quantity"]["code"]) == ("%", "%")
    (limits,) = statistic["attributeEstimate"]
    assert limits["level"] == 0.95
    assert limits["type"]["coding"][0]["code"] == "C53324"
    # Clopper-Pearson of 8/18
    assert limits["range"]["low"]["value"] == pytest.approx(21.53, abs=0.005)
    assert limits["range"]["high"]["value"] == pytest.approx(69.24, abs=0.005)
    (source,) = one["relatesTo"]
    assert source["type"] == "derived-from"
    assert source["extension"] == [{"url": PROFILE + "relates-to-with-quotation", "valueMarkdown": "8 of 18"}]
    assert source["targetReference"]["type"] == "Citation"


def test_pooled_rates_are_evidence_of_a_synthesis() -> None:
    ours = resources(usual(), "Evidence", "evidence-synthesis-evidence")
    assert len(ours) == len(whole_review().analyses)
    one = next(each for each in ours if each["title"] == "Response")
    assert PROFILE + "non-comparative-evidence" in one["meta"]["profile"]
    assert one["synthesisType"]["coding"][0]["code"] == "std-MA"
    (statistic,) = one["statistic"]
    pooled = next(each.pooled for each in whole_review().analyses if each.analysis.id == "response")
    assert pooled is not None
    first = pooled.overall.estimates[0]
    assert statistic["sampleSize"] == {"numberOfStudies": 5, "numberOfParticipants": 68}
    assert first.effect is not None
    assert first.lower is not None
    assert statistic["quantity"]["value"] == pytest.approx(100 * first.effect)
    assert statistic["attributeEstimate"][0]["range"]["low"]["value"] == pytest.approx(100 * first.lower)
    assert statistic["attributeEstimate"][-1]["type"]["coding"][0]["display"] == "Tau squared"


def test_comparisons_keep_their_own_scale() -> None:
    ours = resources(usual(), "Evidence", "evidence-synthesis-evidence")
    statistics = {one["title"]: one["statistic"][0] for one in ours}
    odds = statistics["Death: odds ratio, MSC against control"]
    assert odds["statisticType"]["coding"][0]["code"] == "STATO:0000182"
    assert "unit" not in odds["quantity"]
    assert odds["sampleSize"]["numberOfParticipants"] == 201
    assert statistics["Death: risk ratio, MSC against control"]["statisticType"] == {"text": "risk ratio"}


def test_the_population_of_a_synthesis_is_the_list_of_its_evidence() -> None:
    found = bundle(exported(studies(), (analysis("odds", "death", measure="OR", method="mh"),)))
    (group,) = resources(found, "Group", "metaanalysis-study-group")
    assert (group["membership"], group["code"]["text"]) == ("conceptual", "Evidence")
    assert "type" not in group
    (member,) = group["characteristic"]
    assert (member["code"]["text"], member["exclude"]) == ("Member of", False)
    (listed,) = resources(found, "List")
    assert member["valueReference"]["reference"] == f"urn:uuid:{listed['id']}"
    assert len(listed["entry"]) == 2 * len(TABLES)


def test_arms_are_exposure_groups() -> None:
    groups = resources(usual(), "Group", "exposure-group")
    assert len(groups) == len(RATES) + 2 * len(TABLES)
    assert {group["code"]["text"] for group in groups} == {"Exposure Group"}


def test_what_a_number_rests_on_is_noted() -> None:
    derived = {"method": "percent-times-n", "steps": "50% of 10 = 5"}
    one = study("a", result("response", 5, 10, derived=derived, definition="platelets up"), arms=[arm(treated=10)])
    found = bundle(exported((one,), ()))
    (evidence,) = resources(found, "Evidence")
    assert [note["text"] for note in evidence["note"]] == ["defined as: platelets up", "derived: 50% of 10 = 5"]
    (group,) = resources(found, "Group")
    assert group["quantity"] == 10


def test_identifiers_of_reports_are_those_of_their_registries() -> None:
    one = single_arm("a", 1, 9, reports=[report(doi="10.1000/1", pmid="123456", title="T")])
    (citation,) = resources(bundle(exported((one,), ())), "Citation")
    assert citation["identifier"] == [
        {"system": "https://doi.org", "value": "10.1000/1"},
        {"system": "https://pubmed.ncbi.nlm.nih.gov", "value": "123456"},
    ]


def test_events_over_time_at_risk_are_a_rate_with_its_exact_interval() -> None:
    found = bundle(exported(tuple(trials()), ()))
    evidence = {one["title"].partition(":")[0]: one for one in resources(found, "Evidence", "single-study-evidence")}
    assert len(evidence) == len(TIMES)
    (statistic,) = next(one for name, one in evidence.items() if "gamma" in name.casefold())["statistic"]
    assert statistic["description"] == "9 events in 20 person-years"
    assert statistic["statisticType"] == {"text": "incidence rate"}
    assert statistic["numberOfEvents"] == 9
    # A patient may have several events: nobody says how many are affected.
    assert "numberAffected" not in statistic
    assert statistic["quantity"] == {
        "value": 0.45, "unit": "events per person-year", "system": "http://unitsofmeasure.org", "code": "/a",
    }  # fmt: skip
    (limits,) = statistic["attributeEstimate"]
    # Garwood's limits of 9 events: 4.1154 and 17.0848
    assert limits["range"]["low"]["value"] == pytest.approx(4.1154 / 20, abs=1e-5)
    assert limits["range"]["high"]["value"] == pytest.approx(17.0848 / 20, abs=1e-5)
    assert limits["range"]["high"]["code"] == "/a"


@pytest.mark.parametrize(
    ("more", "statistics"),
    [
        ({"n": 20, "person_time": 10.0, "person_time_unit": "month"}, [("4 of 20 patients", "%"), ("4 events", "/mo")]),
        ({"n": 80, "population": "infusions"}, [("4 events in 80 infusions", "/{infusion}")]),
        ({"n": None, "person_time": 9.0, "person_time_unit": "cycle"}, [("4 events in 9 cycles", "/{cycle}")]),
    ],
)
def test_patients_time_and_infusions_are_told_apart(more: Json, statistics: list[tuple[str, str]]) -> None:
    one = study("a", result("fever", 4, more.pop("n"), **more), arms=[arm(treated=20)])
    (evidence,) = resources(bundle(exported((one,), ())), "Evidence")
    assert len(evidence["statistic"]) == len(statistics)
    for statistic, (words, unit) in zip(evidence["statistic"], statistics, strict=True):
        assert statistic["description"].startswith(words)
        assert statistic["quantity"]["code"] == unit
        assert ("numberOfParticipants" in statistic["sampleSize"]) == (unit == "%")


@pytest.mark.parametrize(
    ("told", "statistic"),
    [
        (
            {"percent": 55.0},
            {
                "description": "55% of patients; of how many is not told",
                "statisticType": {
                    "coding": [{"system": "https://fevir.net/sevco", "code": "STATO:0000639", "display": "percentage"}]
                },
                "quantity": {"value": 55.0, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%"},
            },
        ),
        (
            {"events": 0, "n": "not-reported"},
            {
                "description": "0 patients; of how many is not told",
                "statisticType": {"text": "count"},
                "numberAffected": 0,
            },
        ),
        (
            {"mean": 41.5, "sd": 7.0, "n": 12},
            {
                "description": "mean of 12 patients",
                "statisticType": {"text": "mean"},
                "quantity": {"value": 41.5},
                "sampleSize": {"numberOfStudies": 1, "numberOfParticipants": 12, "numberAnalyzed": 12},
                "attributeEstimate": [{"type": {"text": "standard deviation"}, "quantity": {"value": 7.0}}],
            },
        ),
    ],
)
def test_results_without_a_count_are_there_too(told: Json, statistic: Json) -> None:
    one = study("a", result("response", told.pop("events", None), told.pop("n", None), **told))
    (evidence,) = resources(bundle(exported((one,), ())), "Evidence")
    assert evidence["statistic"] == [statistic]


def test_pooled_incidence_rates_have_their_unit_and_no_one_affected() -> None:
    asked = analysis("rate", "infection", measure="IRLN", narrative_zeros="include")
    made = exported(tuple(trials()), (asked,))
    (one,) = resources(bundle(made), "Evidence", "evidence-synthesis-evidence")
    (statistic,) = one["statistic"]
    pooled = made.analyses[0].pooled
    assert pooled is not None
    assert statistic["statisticType"] == {"text": "incidence rate"}
    assert statistic["numberOfEvents"] == sum(events for events, _, _ in TIMES.values())
    assert "numberAffected" not in statistic
    assert statistic["sampleSize"]["description"].endswith(" person-years")
    assert statistic["quantity"]["value"] == pooled.overall.estimates[0].effect
    assert statistic["quantity"]["unit"] == "events per person-year"
    units = {each["range"]["low"].get("code") for each in statistic["attributeEstimate"] if "range" in each}
    assert units == {"/a"}


def test_hostile_texts_are_texts() -> None:
    one = study("a", result("response", 2, 9, quote=HOSTILE), title=HOSTILE)
    data = export("fhir", exported((one,), (analysis("response"),)))["fhir/bundle.json"]
    assert b"\\u0000" not in data
    (evidence,) = resources(json.loads(data), "Evidence", "single-study-evidence")
    quoted = evidence["relatesTo"][0]["extension"][0]["valueMarkdown"]
    assert quoted == HOSTILE.replace("\x00", "␀")


def test_ids_stay_when_a_study_is_added() -> None:
    alone = bundle(exported((single_arm("a", 1, 9),), ()))
    again = bundle(exported((single_arm("a", 1, 9), single_arm("b", 1, 9)), ()))
    assert {each["fullUrl"] for each in alone["entry"]} < {each["fullUrl"] for each in again["entry"]}


def test_without_a_count_there_is_nothing() -> None:
    with pytest.raises(SelectionError, match="no study has a result"):
        export("fhir", exported((study("a"),), ()))
