"""Terms are data: these tables say what must be among them, and what every entry must have."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import defaultdict
from importlib import resources
from pathlib import Path

import pytest

from mscevidence import vocabulary
from mscevidence.errors import UnknownTermError
from mscevidence.vocabulary.matching import folded, key
from mscevidence.vocabulary.terms import CLASSES, term_of

ALL = [(kind, each) for kind in vocabulary.kinds() for each in vocabulary.load(kind).values()]
OUTCOMES = list(vocabulary.load("outcome").values())
TOOLS = list(vocabulary.load("appraisal-tool").values())
KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
OWN_IDS = {  # phases and dose units are written as the field writes them
    "phase": re.compile(r"(early-)?[1-4][ab]?(/[23][ab]?)?|not-applicable"),
    "dose-unit": re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+)?"),
}

EXPECTED_KINDS = {
    "appraisal-tool",
    "arm-role",
    "cell-source",
    "condition",
    "derivation",
    "design",
    "donor",
    "dose-unit",
    "outcome",
    "phase",
    "population",
    "report-kind",
    "report-status",
    "route",
    "time-unit",
}

# What occurs in the founding evidence (59 reports and the registry extracts), word for word.
FOUNDING = {
    "condition": {
        "systemic lupus erythematosus": "systemic-lupus-erythematosus",
        "aplastic anaemia": "aplastic-anaemia",
        "acute GVHD": "acute-graft-versus-host-disease",
        "Crohn's disease": "crohns-disease",
        "immune thrombocytopenia": "immune-thrombocytopenia",
        "multiple sclerosis": "multiple-sclerosis",
        "rheumatoid arthritis": "rheumatoid-arthritis",
        "type 1 diabetes": "type-1-diabetes",
        "atopic dermatitis": "atopic-dermatitis",
        "neuromyelitis optica": "neuromyelitis-optica",
        "lupus nephritis": "lupus-nephritis",
        "systemic sclerosis": "systemic-sclerosis",
        "ankylosing spondylitis": "ankylosing-spondylitis",
        "chronic GVHD": "chronic-graft-versus-host-disease",
        "connective-tissue-disease ILD": "connective-tissue-disease-interstitial-lung-disease",
        "polymyositis/dermatomyositis": "inflammatory-myopathy",
        "primary biliary cholangitis": "primary-biliary-cholangitis",
        "psoriasis": "psoriasis",
        "Sjogren's syndrome": "sjogren-syndrome",
        # registry spellings
        "Graft Versus Host Disease": "graft-versus-host-disease",
        "Graft Vs Host Disease": "graft-versus-host-disease",
        "Graft-vs-Host Disease (GVHD)": "graft-versus-host-disease",
        "Crohn Disease": "crohns-disease",
        "Perianal Crohn's Disease": "perianal-fistulising-crohns-disease",
        "Fistulizing Crohn's Disease": "perianal-fistulising-crohns-disease",
        "Diabetes Mellitus, Insulin-Dependent": "type-1-diabetes",
        "Diabetes Mellitus, Type 1": "type-1-diabetes",
        "Dermatitis, Atopic": "atopic-dermatitis",
        "Psoriasis Vulgaris": "psoriasis",
        "Lupus Erythematosus, Systemic": "systemic-lupus-erythematosus",
        "Scleroderma, Systemic": "systemic-sclerosis",
        "Devic's Neuromyelitis Optica": "neuromyelitis-optica",
        "Primary Biliary Cirrhosis": "primary-biliary-cholangitis",
        "Hepatitis, Autoimmune": "autoimmune-hepatitis",
        "Cholangitis, Sclerosing": "primary-sclerosing-cholangitis",
        "Glomerulonephritis , IGA": "iga-nephropathy",
        "Chronic Inflammatory Demyelinating Polyneuropathy": "chronic-inflammatory-demyelinating-polyneuropathy",
    },
    "cell-source": {
        "bone marrow": "bone-marrow",
        "umbilical cord": "umbilical-cord",
        "bone marrow / umbilical cord": "bone-marrow-or-umbilical-cord",
        "bone marrow (neural progenitors)": "bone-marrow-neural-progenitors",
        "bone marrow or umbilical cord": "bone-marrow-or-umbilical-cord",
        "adipose": "adipose",
        "umbilical cord blood": "umbilical-cord-blood",
        "adipose or umbilical cord": "adipose-or-umbilical-cord",
        "umbilical cord blood/cord (hUCB-MSC)": "umbilical-cord-or-cord-blood",
        "adipose / umbilical cord": "adipose-or-umbilical-cord",
        "bone marrow and/or umbilical cord": "bone-marrow-or-umbilical-cord",
        "bone marrow / adipose": "bone-marrow-or-adipose",
        "umbilical cord (Wharton's jelly)": "wharton-jelly",
    },
    "donor": {"allogeneic": "allogeneic", "autologous": "autologous"},
    "design": {
        "single-arm": "single-arm",
        "RCT": "randomised-controlled",
        "secondary table": "secondary-table",
        "case series": "case-series",
        "single-arm follow-up": "follow-up",
        "retrospective case series": "retrospective-case-series",
        "RCT (crossover)": "randomised-crossover",
        "non-randomised controlled": "non-randomised-controlled",
        "non-randomised controlled (concurrent)": "non-randomised-controlled",
        "case series (MSC co-transplant)": "case-series",
        "RCT (dose)": "randomised-dose",
        "phase 1 open + phase 2 RCT": "open-then-randomised",
        "pooled analysis of 3 trials": "pooled-analysis",
        "secondary table (case reports)": "secondary-table",
        "RCT (MSC v MSC+IFN-gamma)": "randomised-add-on",
        "single-arm (with mouse work)": "single-arm",
        "RCT (dose-frequency)": "randomised-dose",
        "single-arm dose escalation": "dose-escalation",
    },
    "phase": {
        "I": "1",
        "II": "2",
        "I/II": "1/2",
        "1/2": "1/2",
        "I/IIa": "1/2a",
        "III": "3",
        "IIa": "2a",
        "Ⅰ": "1",
        "Phase 1; Phase 2": "1/2",
        "Phase 2; Phase 3": "2/3",
        "Early Phase 1": "early-1",
        "Phase 4": "4",
        "Not Applicable": "not-applicable",
    },
    "arm-role": {"experimental": "experimental", "control": "control"},
    "dose-unit": {
        "cells/kg": "cells/kg",
        "cells": "cells",
        "cells/kg (median)": "cells/kg",
        "cells/kg (mean)": "cells/kg",
    },
    "time-unit": {
        "months": "month",
        "mo": "month",
        "year": "year",
        "y": "year",
        "d": "day",
        "day": "day",
        "wk": "week",
        "weeks": "week",
        "overall": "overall",
        "during and post": "peri-infusion",
    },
    "outcome": {
        "response": "response",
        "complete_response": "complete-response",
        "partial_response": "partial-response",
        "partial_or_mixed_response": "partial-or-mixed-response",
        "sustained_response": "sustained-response",
        "remission": "remission",
        "relapse": "relapse",
        "survival": "survival",
        "death": "death",
        "insulin_independence": "insulin-independence",
        "acute_gvhd": "acute-gvhd",
        "completed": "completed",
        "discontinuation": "discontinuation",
        "any_ae": "any-adverse-event",
        "any_ae_related": "related-adverse-event",
        "teae": "treatment-emergent-adverse-event",
        "sae": "serious-adverse-event",
        "infection": "infection",
        "fever": "fever",
        "malignancy": "malignancy",
        # the words that stand for them in the reports
        "adverse events": "any-adverse-event",
        "side effects": "any-adverse-event",
        "adverse effects": "any-adverse-event",
        "adverse reactions": "any-adverse-event",
        "TEAEs": "treatment-emergent-adverse-event",
        "SAEs": "serious-adverse-event",
        "serious adverse effects": "serious-adverse-event",
        "severe adverse events": "severe-adverse-event",
        "serious infection": "serious-infection",
        "transplantation-related side effects": "related-adverse-event",
        "tumour formation": "malignancy",
        "ASAS20": "asas20",
        "EASI-50": "easi-50",
        "deaths": "death",
        "complete remission of nephritis": "complete-renal-remission",
        "partial clinical remission": "partial-remission",
    },
    "derivation": {"zero-wording": "narrative-zero", "percent times n": "percent-times-n"},
    "report-kind": {"ASH abstract": "conference-abstract", "corrigendum": "erratum"},
    "report-status": {"[CANCELED]": "cancelled", "published": "published"},
}


def test_all_kinds_are_there() -> None:
    assert set(vocabulary.kinds()) >= EXPECTED_KINDS
    assert set(CLASSES) <= set(vocabulary.kinds())


@pytest.mark.parametrize(("kind", "each"), ALL, ids=[f"{kind}:{each.id}" for kind, each in ALL])
def test_every_entry_is_complete(kind: str, each: vocabulary.Term) -> None:
    assert each.kind == kind
    assert OWN_IDS.get(kind, KEBAB).fullmatch(each.id)
    for text in (each.label, each.definition, each.source, *each.synonyms, *each.abbreviations, *each.spellings):
        assert text == text.strip() != ""
    assert each.definition.endswith((".", "%"))


@pytest.mark.parametrize("kind", vocabulary.kinds())
def test_no_name_means_two_terms(kind: str) -> None:
    owners = defaultdict(set)
    for each in vocabulary.load(kind).values():
        for name in (each.id, each.label, *each.synonyms, *each.abbreviations, *each.spellings):
            owners[key(name)].add(each.id)
    assert {name: ids for name, ids in owners.items() if len(ids) > 1} == {}


@pytest.mark.parametrize("kind", vocabulary.kinds())
def test_broader_terms_exist_and_make_no_circle(kind: str) -> None:
    terms = vocabulary.load(kind)
    for each in terms.values():
        seen = [each.id]
        while (wider := terms[seen[-1]].broader) is not None:
            assert wider in terms
            assert wider not in seen
            seen.append(wider)


@pytest.mark.parametrize(
    ("kind", "word", "expected"),
    [(kind, word, expected) for kind, words in FOUNDING.items() for word, expected in words.items()],
)
def test_every_word_of_the_founding_evidence_has_its_term(kind: str, word: str, expected: str) -> None:
    assert vocabulary.term(kind, word).id == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("immune-thrombocytopenia", "immune-thrombocytopenia"),
        ("Immune Thrombocytopenia", "immune-thrombocytopenia"),
        ("ITP", "immune-thrombocytopenia"),
        ("itp", "immune-thrombocytopenia"),
        ("Sjögren’s   syndrome", "sjogren-syndrome"),
        ("Behcet disease", "behcet-disease"),
        ("graft\u2010versus\u2013host disease", "graft-versus-host-disease"),
        ("AS", "ankylosing-spondylitis"),
    ],
)
def test_case_accents_and_dashes_do_not_matter(word: str, expected: str) -> None:
    assert vocabulary.term("condition", word).id == expected


@pytest.mark.parametrize(
    ("kind", "word", "nearest"),
    [
        ("condition", "immune thrombocytopena", "immune-thrombocytopenia"),
        ("condition", "lupus nephritus", "lupus-nephritis"),
        ("condition", "rheumatoid artritis", "rheumatoid-arthritis"),
        ("cell-source", "umbillical cord", "umbilical-cord"),
        ("outcome", "serious adverse evnt", "serious-adverse-event"),
        ("design", "singlearm", "single-arm"),
    ],
)
def test_a_misspelt_word_is_refused_with_the_nearest(kind: str, word: str, nearest: str) -> None:
    with pytest.raises(UnknownTermError) as caught:
        vocabulary.term(kind, word)
    assert caught.value.kind == kind
    assert caught.value.term == word
    assert caught.value.nearest[0] == nearest
    assert nearest in caught.value.hint


@pytest.mark.parametrize("word", ["", " ", "amyotrophic lateral sclerosis", "knee osteoarthritis", "lupus-"[:3]])
def test_what_is_not_in_it_is_not_guessed(word: str) -> None:
    with pytest.raises(UnknownTermError):
        vocabulary.term("condition", word)


def test_an_unknown_kind_names_the_kinds() -> None:
    with pytest.raises(UnknownTermError, match="unknown vocabulary 'conditions'") as caught:
        vocabulary.load("conditions")
    assert caught.value.nearest[0] == "condition"


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("condition", "immune thrombocytopenia (ITP)", ["immune-thrombocytopenia"]),
        ("condition", "Patients with lupus nephritis", ["lupus-nephritis"]),
        ("condition", "steroid-refractory acute graft-versus-\nhost disease", ["acute-graft-versus-host-disease"]),
        (
            "condition",
            "acute graft-versus-host disease; GVHD",
            ["acute-graft-versus-host-disease", "graft-versus-host-disease"],
        ),
        ("condition", "primary Sjogren's syndrome", ["sjogren-syndrome"]),
        ("condition", "as well as ms and ra", []),
        ("condition", "MS and RA", ["multiple-sclerosis", "rheumatoid-arthritis"]),
        ("condition", "LC-MS analysis", []),
        ("condition", "UC-MSC were infused; OR 2.3", []),
        ("condition", "preitp lupuslike", []),
        ("outcome", "Thirteen TEAEs and four SAEs", ["treatment-emergent-adverse-event", "serious-adverse-event"]),
        ("outcome", "non-serious adverse events", ["other-adverse-event"]),
        ("outcome", "serious adverse events", ["serious-adverse-event"]),
        ("outcome", "a complete response", ["complete-response"]),
        ("outcome", "the overall response rate", ["response"]),
        ("outcome", "odds ratio (OR) or RR or NR", []),
        ("phase", "a phase I/II trial in I patients aged 1-2", ["1/2"]),
        ("phase", "phase IIa study", ["2a"]),
        ("phase", "Phase 1 study", ["1"]),
        ("cell-source", "Wharton’s jelly-derived cells", ["wharton-jelly"]),
        ("cell-source", "UC-MSCs", ["umbilical-cord"]),
        ("cell-source", "umbilical cord blood", ["umbilical-cord-blood"]),
        ("cell-source", "two of the mixed cases", []),
        ("dose-unit", "0.5×10^6 cells/kg weekly", ["cells/kg"]),
        ("donor", "a treatment-related event; related donors", ["related"]),
        ("donor", "", []),
    ],
)
def test_find_reads_running_text(kind: str, text: str, expected: list[str]) -> None:
    assert [each.id for each in vocabulary.find(kind, text)] == expected


def test_every_label_and_synonym_is_found_in_its_own_sentence() -> None:
    missed = [
        (kind, each.id, name)
        for kind, each in ALL
        for name in (each.label, *each.synonyms)
        if name[0].isalpha() and each not in vocabulary.find(kind, f"We saw {name.upper()}, then nothing.")
    ]
    assert missed == []


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("systemic-lupus-erythematosus", {"systemic-lupus-erythematosus", "lupus-nephritis"}),
        ("immune-thrombocytopenia", {"immune-thrombocytopenia"}),
        (
            "graft-versus-host-disease",
            {
                "graft-versus-host-disease",
                "acute-graft-versus-host-disease",
                "chronic-graft-versus-host-disease",
            },
        ),
        (
            "inflammatory-bowel-disease",
            {
                "inflammatory-bowel-disease",
                "crohns-disease",
                "perianal-fistulising-crohns-disease",
                "ulcerative-colitis",
            },
        ),
    ],
)
def test_conditions_below(condition: str, expected: set[str]) -> None:
    assert vocabulary.conditions_below(condition) == expected


def test_below_refuses_an_unknown_condition() -> None:
    with pytest.raises(UnknownTermError):
        vocabulary.conditions_below("lupoid")


# Read as pairs of name and number in Disease Ontology's list of MeSH references.
@pytest.mark.parametrize(
    ("condition", "mesh"),
    [
        ("immune-thrombocytopenia", "D016553"),
        ("aplastic-anaemia", "D000741"),
        ("systemic-lupus-erythematosus", "D008180"),
        ("lupus-nephritis", "D008181"),
        ("rheumatoid-arthritis", "D001172"),
        ("ankylosing-spondylitis", "D013167"),
        ("sjogren-syndrome", "D012859"),
        ("systemic-sclerosis", "D012595"),
        ("localised-scleroderma", "D012594"),
        ("polymyositis", "D017285"),
        ("dermatomyositis", "D003882"),
        ("multiple-sclerosis", "D009103"),
        ("neuromyelitis-optica", "D009471"),
        ("myasthenia-gravis", "D009157"),
        ("crohns-disease", "D003424"),
        ("ulcerative-colitis", "D003093"),
        ("type-1-diabetes", "D003922"),
        ("graft-versus-host-disease", "D006086"),
        ("primary-biliary-cholangitis", "D008105"),
        ("autoimmune-hepatitis", "D019693"),
        ("psoriasis", "D011565"),
        ("atopic-dermatitis", "D003876"),
        ("coeliac-disease", "D002446"),
        ("uveitis", "D014605"),
    ],
)
def test_mesh_identifiers(condition: str, mesh: str) -> None:
    assert vocabulary.term("condition", condition).mesh == mesh


def test_enough_conditions_have_a_mesh_identifier_and_the_others_say_why() -> None:
    conditions = vocabulary.load("condition").values()
    assert len(conditions) >= 40
    assert sum(bool(each.mesh and re.fullmatch(r"D\d{6,9}", each.mesh)) for each in conditions) >= 40
    for each in conditions:
        assert bool(each.mesh) == bool(each.mesh_source)
        assert each.mesh or each.mesh_note
        assert each.mesh is None or re.fullmatch(r"[CD]\d{6,9}", each.mesh)


@pytest.mark.parametrize("each", OUTCOMES, ids=lambda each: each.id)
def test_outcomes_use_the_words_of_their_kind(each: vocabulary.Outcome) -> None:
    assert each.domain in {"efficacy", "safety", "conduct"}
    assert each.direction in {"beneficial", "harmful", "neutral"}
    assert each.counting_unit in {"patients", "events"}
    assert each.relatedness in {"any", "related", "not-applicable"}
    assert (each.domain == "safety") == (each.grade != "not-applicable") == (each.relatedness != "not-applicable")
    assert each.domain != "safety" or each.direction == "harmful"
    named = [one.condition for one in each.definitions]
    assert len(named) == len(set(named))
    for one in each.definitions:
        assert vocabulary.term("condition", one.condition).id == one.condition
        assert one.text.endswith(".")
        assert re.search(r"(19|20)\d\d", one.source)


@pytest.mark.parametrize(
    ("outcome", "grade", "relatedness", "counting_unit"),
    [
        ("any-adverse-event", "any", "any", "patients"),
        ("serious-adverse-event", "serious", "any", "patients"),
        ("severe-adverse-event", "grade-3-or-higher", "any", "patients"),
        ("related-adverse-event", "any", "related", "patients"),
        ("other-adverse-event", "non-serious", "any", "patients"),
        ("death", "fatal", "any", "patients"),
        ("dose-limiting-toxicity", "dose-limiting", "related", "patients"),
        ("serious-adverse-event-count", "serious", "any", "events"),
        ("response", "not-applicable", "not-applicable", "patients"),
    ],
)
def test_what_sounds_alike_is_kept_apart(outcome: str, grade: str, relatedness: str, counting_unit: str) -> None:
    found = vocabulary.term("outcome", outcome)
    assert (found.grade, found.relatedness, found.counting_unit) == (grade, relatedness, counting_unit)


@pytest.mark.parametrize(
    ("outcome", "condition", "words"),
    [
        ("response", "immune-thrombocytopenia", ["30 × 10^9/L", "twice", "without bleeding", "7 days"]),
        ("complete-response", "immune-thrombocytopenia", ["100 × 10^9/L", "without bleeding", "7 days"]),
        ("relapse", "immune-thrombocytopenia", ["30 × 10^9/L"]),
        ("response", "systemic-lupus-erythematosus", ["SRI-4", "BILAG"]),
        ("renal-remission", "lupus-nephritis", ["proteinuria"]),
        ("response", "rheumatoid-arthritis", ["EULAR", "ACR20"]),
        ("remission", "rheumatoid-arthritis", ["2.6"]),
        ("response", "crohns-disease", ["CDAI", "100"]),
        ("remission", "crohns-disease", ["150"]),
        ("combined-remission", "perianal-fistulising-crohns-disease", ["2 cm", "closed"]),
        ("fistula-closure", "perianal-fistulising-crohns-disease", ["closed"]),
        ("relapse", "multiple-sclerosis", ["24 hours"]),
        ("response", "acute-graft-versus-host-disease", ["day 28"]),
        ("response", "chronic-graft-versus-host-disease", ["NIH"]),
        ("insulin-independence", "type-1-diabetes", ["insulin"]),
        ("remission", "type-1-diabetes", ["HbA1c"]),
        ("asas20", "ankylosing-spondylitis", ["20%"]),
        ("asas40", "ankylosing-spondylitis", ["40%"]),
        ("easi-50", "atopic-dermatitis", ["halved"]),
        ("pasi-75", "psoriasis", ["75%"]),
        ("response", "systemic-sclerosis", ["CRISS", "Rodnan"]),
        ("response", "sjogren-syndrome", ["ESSDAI"]),
        ("response", "inflammatory-myopathy", ["ACR/EULAR"]),
        ("response", "primary-biliary-cholangitis", ["Paris"]),
        ("response", "aplastic-anaemia", ["transfusion"]),
        ("response", "myasthenia-gravis", ["MG-ADL"]),
    ],
)
def test_usual_definitions(outcome: str, condition: str, words: list[str]) -> None:
    definition = vocabulary.term("outcome", outcome).definition_for(condition)
    assert definition is not None
    assert [word for word in words if word not in definition.text] == []


@pytest.mark.parametrize("outcome", ["response", "complete-response"])
def test_itp_definitions_come_from_the_international_working_group(outcome: str) -> None:
    definition = vocabulary.term("outcome", outcome).definition_for("immune-thrombocytopenia")
    assert definition is not None
    assert "Blood 2009;113:2386" in definition.source


def test_an_outcome_without_a_definition_for_a_condition_says_so() -> None:
    assert vocabulary.term("outcome", "fever").definition_for("immune-thrombocytopenia") is None


@pytest.mark.parametrize(
    ("unit", "days"),
    [("day", 1), ("week", 7), ("month", 30.4375), ("year", 365.25), ("infusion", None), ("overall", None)],
)
def test_lengths_of_time_units(unit: str, days: float | None) -> None:
    assert vocabulary.term("time-unit", unit).days == days


@pytest.mark.parametrize(
    ("unit", "base", "factor"),
    [
        ("cells/kg", "cells/kg", 1),
        ("million cells per kg", "cells/kg", 1e6),
        ("×10^6 cells/kg", "cells/kg", 1e6),
        ("cells per infusion", "cells", 1),
        ("million cells", "cells", 1e6),
        ("particles", None, None),
    ],
)
def test_dose_units_convert_within_their_kind(unit: str, base: str | None, factor: float | None) -> None:
    found = vocabulary.term("dose-unit", unit)
    assert (found.base, found.factor) == (base, factor)


def test_dose_unit_bases_are_dose_units() -> None:
    for each in vocabulary.load("dose-unit").values():
        assert (each.base is None) == (each.factor is None)
        assert each.base is None or vocabulary.term("dose-unit", each.base).factor == 1


@pytest.mark.parametrize(
    ("population", "whole"),
    [("enrolled", True), ("intention-to-treat", True), ("safety", True), ("responders", False), ("survivors", False)],
)
def test_populations_know_whether_they_are_the_whole_arm(population: str, *, whole: bool) -> None:
    assert vocabulary.term("population", population).whole is whole


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("article", "conference-abstract"),
        ("article", "registry-results"),
        ("registry-results", "conference-abstract"),
        ("conference-abstract", "secondary-table"),
        ("secondary-table", "review"),
        ("erratum", "article"),
    ],
)
def test_primary_reports_come_before_secondary_tables(better: str, worse: str) -> None:
    assert vocabulary.term("report-kind", better).rank < vocabulary.term("report-kind", worse).rank


def test_retracted_reports_are_not_usable_and_cancelled_ones_are() -> None:
    usable = {each.id for each in vocabulary.load("report-status").values() if each.usable}
    assert usable == {"published", "preliminary", "corrected", "cancelled"}


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.id)
def test_appraisal_tools_have_domains_and_levels(tool: vocabulary.AppraisalTool) -> None:
    assert tool.version
    assert len(tool.levels) == len(set(tool.levels)) >= 3
    names = [domain.id for domain in tool.domains]
    assert len(names) == len(set(names))
    assert all(KEBAB.fullmatch(name) for name in names)
    assert not [domain.name for domain in tool.domains if domain.name.endswith("?")]  # names, never the questions
    for design in tool.suits:
        assert vocabulary.term("design", design).id == design


@pytest.mark.parametrize(
    ("tool", "domains", "overall"),
    [
        ("jbi-case-series-2020", 10, 0),
        ("minors-2003", 8, 0),
        ("minors-comparative-2003", 12, 0),
        ("nhlbi-before-after-2014", 12, 3),
        ("rob-2-2019", 5, 3),
        ("rob-2-crossover-2021", 6, 3),
        ("robins-i-2016", 7, 5),
        ("robins-i-v2-2025-draft", 6, 4),
    ],
)
def test_sizes_of_appraisal_tools(tool: str, domains: int, overall: int) -> None:
    found = vocabulary.term("appraisal-tool", tool)
    assert (len(found.domains), len(found.overall)) == (domains, overall)


def test_every_primary_design_has_a_tool() -> None:
    suited = {design for tool in TOOLS for design in tool.suits}
    designs = {each.id for each in vocabulary.load("design").values() if each.primary}
    assert designs - suited == {"case-report"}


def test_terms_cannot_be_changed() -> None:
    terms = vocabulary.load("donor")
    with pytest.raises(TypeError):
        terms["other"] = terms["mixed"]  # type: ignore[index]
    with pytest.raises(AttributeError):
        terms["mixed"].label = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    "table",
    [
        {"label": "x", "definition": "X.", "source": "x", "synonym": ["y"]},
        {"label": "x", "definition": "X."},
    ],
)
def test_a_table_with_a_wrong_key_or_without_a_source_is_refused(table: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        term_of("donor", "x", table)


def test_nothing_is_read_before_it_is_asked_for_and_then_only_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    genuine = Path.read_text

    def recording(path: Path, *, encoding: str) -> str:
        read.append(path.name)
        return genuine(path, encoding=encoding)

    monkeypatch.setattr(Path, "read_text", recording)
    for cached in (vocabulary._load, vocabulary._names, vocabulary._finder):
        cached.cache_clear()
    assert read == []
    vocabulary.term("donor", "allogeneic")
    vocabulary.find("donor", "autologous cells")
    vocabulary.load("donor")
    assert read == ["donor.toml"]


def test_it_works_from_a_zip_file_as_from_a_wheel(tmp_path: Path) -> None:
    package = tmp_path / "package" / "mscevidence"
    with resources.as_file(resources.files("mscevidence")) as source:
        shutil.copytree(source / "vocabulary", package / "vocabulary", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(source / "errors.py", package)
    (package / "__init__.py").write_text("", encoding="utf-8")
    archive = shutil.make_archive(str(tmp_path / "wheel"), "zip", tmp_path / "package")
    program = (
        f"import sys; sys.path.insert(0, {archive!r})\n"
        "from mscevidence import vocabulary\n"
        "print(vocabulary.__file__, len(vocabulary.kinds()), vocabulary.term('condition', 'ITP').id)"
    )
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    place, kinds, found = done.stdout.split()
    assert place.startswith(archive)
    assert int(kinds) == len(vocabulary.kinds())
    assert found == "immune-thrombocytopenia"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Behçet’s", "Behcet's"),
        ("0.5–1.0", "0.5-1.0"),
        ("a\n  b\u00a0c", "a b c"),
        ("Ⅱ", "II"),
        ("", ""),
    ],
)
def test_folding(text: str, expected: str) -> None:
    assert folded(text) == expected
