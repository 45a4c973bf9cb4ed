"""How many patients a text tells of in whatever way, and results whose n rests on it."""

# ruff: noqa: E501 - tables with one case per row

from __future__ import annotations

import pytest

from mscevidence.extract import extract
from mscevidence.read import read

Told = tuple[str | None, str | None, float | None, float | None]


def everybody(text: str) -> list[float | None]:
    """Return the numbers of all patients."""
    return [c.number("n") for c in extract(read(text.encode())) if c.kind == "participants" and c.arm == "all"]


def results(text: str, *, certain: bool = True) -> list[Told]:
    """Return outcome, arm, events and n of the results that are certain, or of the others."""
    found = [c for c in extract(read(text.encode())) if c.kind == "result"]
    kept = [c for c in found if (c.certainty != "ambiguous") == certain]
    return [(c.outcome, c.arm, c.number("events"), c.number("n")) for c in kept]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("We performed a 12-patient, phase 1 trial of MSCs. Relapse was seen in 2 patients.", [12]),
        (
            "Methods: Data were collected (N = 270 from 19 centres) after treatment.\nResults: Fever was seen in 9 patients.",
            [270],
        ),
        (
            "Between May 2008 and March 2013, 56 patients (36 male, 20 female; mean age 25.6 years, range 16-39) underwent infusion of MSCs.",
            [56],
        ),
        ("Methods: The pump was implanted in 12 patients aged 16-63 years.", [12]),
        ("Methods: We used MSCs to treat severe graft-versus-host disease (GvHD) in 40 patients.", [40]),
        ("Methods: Ten patients with ARDS were treated.\nResults: Of the doses, 5/30 (17%) of doses were low.", [10]),
        ("Methods: Forty-two patients who had failed other treatment received the drug until relapse.", [42]),
        ("Methods: Fourteen patients with GVHD were treated with MSCs.\nResults: A total of 6 patients died.", [14]),
        ("Methods: We report on 55 patients, including 23 patients with acute GVHD, who were treated.", [55]),
        ("Methods: Of 814 patients with stroke admitted to our hospital, 14 were treated with MSCs.", []),
        ("Methods: Twenty patients were randomised in each arm to MSCs or placebo.", []),
        ("Methods: Eighteen patients with myeloma, including 4 with earlier treatment, were enrolled.", [18]),
        ("Methods: We report 30 patients treated with a drug. We also treated 12 patients with lupus.", [30]),
        ("Ten patients received cells for the treatment of acute GVHD and 8 for chronic GVHD.", []),
        ("Methods: We enrolled 32 patients in the study: four with lupus and 28 with gout.", [32]),
        ("Findings: In this cohort study of 112 patients with gout, 50% of the patients achieved remission.", [112]),
        (
            "Methods: Ten patients with lupus were treated with a drug.\nResults: Of 30 patients, six relapsed.",
            [],
        ),
        ("Results: Seven patients relapsed within a year.", []),
        (
            "Objective. To test MSCs. Methods. Patients (n = 30) with lupus were enrolled. Results. Six patients died.",
            [30],
        ),
        ("Methods: 10 adult patients with refractory colitis (six women) underwent marrow harvest for MSCs.", [10]),
        (
            "To see how safe and lasting the effect of repeated infusions of such cells is in everyday practice, we carried out an open trial with long observation, led by investigators, in five adult patients with eczema treated before.",
            [5],
        ),
        ("Methods: All patients given MSCs for scleroderma in Norway until 2017 (n=92) were included.", [92]),
        ("Methods: Patients who had reached remission on MSCs (n=12) were included.", []),
        ("Methods: Patients given MSCs (n=12) or patients on drugs alone (n=14) were included.", []),
    ],
)
def test_the_number_of_all_patients(text: str, size: list[float]) -> None:
    assert everybody(text) == size


TWENTY = "Methods: Twenty patients with ITP were treated with MSCs."
TWO_GROUPS = "Methods: Patients were randomised to the MSC group (n = 12) or the placebo group (n = 10)."
PAIR = "Methods: Patients were randomised to receive rituximab (1,000 mg) or placebo on day 1."


@pytest.mark.parametrize(
    ("methods", "sentences", "expected"),
    [
        # times that are listed count nobody
        (TWENTY, "Response was assessed at three and six months.", []),
        (TWENTY, "Remission was noted at three and six months.", []),
        (TWENTY, "The remission rate was 15% and 25% at weeks 4 and 8.", [("remission", "all", 3, 20), ("remission", "all", 5, 20)]),
        (TWENTY, "The remission rate was 15% at week 4, but increased to 45% at week 12.", [("remission", "all", 3, 20), ("remission", "all", 9, 20)]),
        # a whole and its degrees
        (TWENTY, "Nine patients achieved a complete (CR) or partial response (PR).", [("response", "all", 9, 20)]),
        (TWENTY, "Nine patients (45%) obtained a CR/PR.", [("response", "all", 9, 20)]),
        (TWENTY, "Twelve responded with a complete response (CR; n = 8) or partial response (PR; n = 4).", [("response", "all", 12, 20), ("complete-response", "all", 8, 20), ("partial-response", "all", 4, 20)]),
        (TWENTY, "At week 24, 11 patients (10 with CR and 1 with PR) were alive.", [("survival", "all", 11, 20)]),
        # the only number of patients that makes the percent
        ("Methods: Of the 62 patients enrolled; 53 were eligible.", "A complete response was seen in 89% (47/53). Four (8%) died.", [("complete-response", "all", 47, 53), ("death", "all", 4, 53)]),
        # zeros
        (TWENTY, "No complications such as bleeding, fever or thrombosis were observed.", [("bleeding", "all", 0, 20), ("fever", "all", 0, 20), ("thrombosis", "all", 0, 20)]),
        (TWENTY, "The infusions were not associated with any serious adverse events.", [("related-serious-adverse-event", "all", 0, 20)]),
        (TWENTY, "There were no infusion reactions or treatment-related adverse events.", [("infusion-reaction", "all", 0, 20), ("related-adverse-event", "all", 0, 20)]),
        ("Methods: Forty patients were randomised to the MSC group (n = 20) or the placebo group (n = 20).", "No infection occurred in any of the patients.", [("infection", "all", 0, 40)]),
        (TWENTY, "No adverse events were observed in the majority of patients.", []),
        (TWENTY, "No SAEs relating to the cells were observed.", [("related-serious-adverse-event", "all", 0, 20)]),
        (TWO_GROUPS, "No serious infection was observed in the MSC group, but two in the placebo group.", [("serious-infection", "MSC group", 0, 12), ("serious-infection", "placebo group", 2, 10)]),
        (TWENTY, "The cells were safe without acute or late adverse effects in 20 patients.", [("any-adverse-event", "all", 0, 20)]),
        # groups that have a size beside their name
        ("Methods: Patients with acute GVHD (n = 40) or late GVHD (n = 30) were treated.", "In the late GVHD group, 10% of the patients had a complete response.", [("complete-response", "late GVHD group", 3, 30)]),
        # the n behind a bracket, the fraction behind an n, and what patients died of
        (TWENTY, "Non-response was seen in 25% (n = 4) of 16 observed cases.", [("no-response", "all", 4, 16)]),
        (TWENTY, "Deaths from progression accounted for 15% (n = 3/20).", [("death", "all", 3, 20)]),
        (TWENTY, "The proportion of CR + R was 60.0% (12/20).", []),
        (TWENTY, "By then two (10%, 95% CI, 2-32%) patients died.", [("death", "all", 2, 20)]),
        ("PATIENTS: Eight patients with ARDS were treated.\nMEASUREMENTS AND MAIN RESULTS: One patient died.", "", [("death", "all", 1, 8)]),
        # lists told again, and what is said of a response
        (TWO_GROUPS, "At 1 month 3/12 patients in the MSC group and 2/10 in the placebo group responded; at 3 months 4/12 and 1/10, respectively.", [("response", "MSC group", 3, 12), ("response", "placebo group", 2, 10), ("response", "MSC group", 4, 12), ("response", "placebo group", 1, 10)]),
        (TWENTY, "Six (of 20) patients responded.", [("response", "all", 6, 20)]),
        (TWENTY, "All responded, and the response was sustained in eight of the 20.", [("sustained-response", "all", 8, 20)]),
        ("Methods: Patients were randomised to the acute group (n = 14) or the late group (n = 7).", "In the acute group eight of the 14 patients responded.", [("response", "acute group", 8, 14)]),
        # those of the sentence before, when they are everybody; nobody without a noun
        (TWENTY, "All 20 patients were followed. Ten of them (50%) responded.", [("response", "all", 10, 20)]),
        (TWENTY, "None of the twenty had a serious adverse event.", [("serious-adverse-event", "all", 0, 20)]),
        (TWENTY, "There were no infusion reactions or study-related adverse events, 28 mild events in 3 patients.", [("infusion-reaction", "all", 0, 20), ("related-adverse-event", "all", 0, 20)]),
        (TWO_GROUPS, "Infections developed in five patients of the MSC group, and four patients of the MSC group died.", [("infection", "MSC group", 5, 12), ("death", "MSC group", 4, 12)]),
        # a pair in brackets whose order the words confirm
        (TWO_GROUPS, "The relapse rate in the MSC group was lower [25% vs. 60%; P = 0.1] than that in the placebo group.", [("relapse", "MSC group", 3, 12), ("relapse", "placebo group", 6, 10)]),
        # a percent in the middle
        (TWENTY, "At the end 14 of the (70%) 20 patients showed a response.", [("response", "all", 14, 20)]),
        (TWENTY, "The percentage of ASAS20 responders reached 75% at week 4.", [("asas20", "all", 15, 20)]),
        # dashes
        (TWENTY, "The complications were stroke - 10% (n = 2), and wound infection - 5% (n = 1).", [("cardiovascular-event", "all", 2, 20), ("infection", "all", 1, 20)]),
        # arms known by what they were assigned to
        (PAIR, "The response rates were 45.8% among the 72 patients receiving placebo and 56.9% among the 72 patients receiving rituximab.", [("response", "placebo", 33, 72), ("response", "rituximab", 41, 72)]),
        ("Methods: Patients were randomised to MSCs or placebo.", "The score fell in 30 (79%) of 38 participants in the placebo group. Fever was seen in 19 patients in the placebo group.", [("fever", "placebo group", 19, 38)]),
    ],
)  # fmt: skip
def test_what_is_certain_with_it(methods: str, sentences: str, expected: list[Told]) -> None:
    assert results(f"{methods}\nResults: {sentences}") == expected


@pytest.mark.parametrize(
    "sentences",
    [
        "Of 20 patients, 14 were eligible and assessable for adverse events.",
        "After discontinuation, 80% relapsed.",
        "Two relapsed and one failed patient switched to another drug.",
        "Eight of the 10 patients who underwent remission were female.",
        "All responding patients except 2 relapsed.",
        "In 80% of responders a durable response was seen.",
        "Five responders discontinued corticosteroids.",
        "We found MSCs in 20 patients to be safe and to lead to a response.",
        "Headache was the most common serious adverse event (4 [20%] of 20).",
        # of some of the patients
        "Six children with one lineage were treated and only two responded.",
        "For the 4 CAR–exposed patients, 3 achieved a complete response.",
        "Of the 9 patients with colitis, 5 responded.",
        "Twelve of the children had ALPS. Of these, 10 had a complete response.",
        "Six patients relapsed within a year after remission.",
        "Thirteen patients have been followed for a year, of whom two relapsed.",
        "Remission was achieved in all patients with lupus (n = 6) and gout (n = 2).",
        "One SLE patient relapsed; others had SSc (n = 3) or SLE (n = 6).",
        "25% of the patients with a complete response (n = 3/12) relapsed.",
        "A partial (n = 3) or complete response (n = 4) was seen in 44% of 16 patients.",
        # not of patients, or turned round
        "The most common adverse events were fever (5/36) and fatigue (2/36).",
        "Eight patients had resolution of diarrhoea.",
        "Twenty patients showed a response.",
        "Tamponade or bleeding was seen in 3 patients.",
        "Fever and bleeding (3/20) were seen.",
    ],
)
def test_what_is_left_open(sentences: str) -> None:
    outcomes = {outcome for outcome, *_ in results(f"{TWENTY}\nResults: {sentences}")}
    assert outcomes <= {"headache"}


def test_a_percent_that_nothing_tells_apart_from_the_one_before_is_left_open() -> None:
    sentences = "The response rate was 80%, with 65% very good ones."
    assert results(f"{TWENTY}\nResults: {sentences}") == [("response", "all", 16, 20)]


@pytest.mark.parametrize(
    "sentence",
    [
        "The relapse rate in the MSC group was lower [60% vs. 25%] than that in the placebo group.",
        "The relapse rate in the MSC group was higher [25% vs. 60%] than that in the placebo group.",
        "The relapse rate in the MSC group was not given [25% vs. 60%] next to the placebo group.",
    ],
)
def test_a_pair_whose_order_nothing_confirms_is_left_open(sentence: str) -> None:
    assert results(f"{TWO_GROUPS}\nResults: {sentence}") == []


def test_what_a_bracket_prints_is_not_computed() -> None:
    found = extract(read(f"{TWENTY}\nResults: 30% achieved remission (6/20).".encode()))
    results = [c for c in found if c.kind == "result"]
    assert [(c.certainty, c.number("events"), c.number("n")) for c in results] == [("stated", 6, 20)]


@pytest.mark.parametrize(
    "text",
    [
        "Methods: Patients who had completed 2 years of a drug (20 or 30 mg daily) were randomised to MSCs (n = 40) or placebo (n = 40).",
        "Methods: Forty patients were randomised.\nResults: Among 40 patients (22 patients in the MSC group and 18 patients in the placebo group), 9 relapsed.",
    ],
)
def test_doses_and_sizes_of_groups_are_no_events(text: str) -> None:
    assert [told for told in results(text) if told[2] != 9] == []


def test_a_number_in_brackets_that_tells_more_of_an_outcome_is_no_second_count_of_it() -> None:
    assert results(f"{TWENTY}\nResults: Four (20%) have died (2 with lymphoma).") == [("death", "all", 4, 20)]


ENROLLED = (
    "Methods: We enrolled 12 patients with Crohn's fistula. Ten patients (two refused) received injections of MSCs."
)
RESPONSE = "Methods: Twenty-five patients with GVHD were treated with MSCs.\nResults: Response at day 60 was evaluable in 24 patients."
FOLLOW_UP = "Methods: Ten patients with Crohn's fistula were treated with MSCs.\nResults: Eight patients completed 72 months of follow-up."


@pytest.mark.parametrize(
    ("methods", "sentences", "expected"),
    [
        # of those who entered, fewer were treated
        (ENROLLED, "Remission was seen in seven patients.", [("remission", "all", 7, 10)]),
        (ENROLLED, "No serious adverse events were observed.", [("serious-adverse-event", "all", 0, 10)]),
        (ENROLLED, "One patient died.", [("death", "all", 1, None)]),
        (ENROLLED, "One patient (8%) died.", [("death", "all", 1, 12)]),
        (
            "Methods: Forty patients were enrolled; 33 patients received cells of blood and 7 of marrow.",
            "Six patients died.",
            [("death", "all", 6, 40)],
        ),
        # fewer could be judged than were treated: a percent that fits one number only tells of whom it is
        (RESPONSE, "Seventeen patients (71%) responded.", [("response", "all", 17, 24)]),
        (RESPONSE, "Seventeen patients (68%) responded.", [("response", "all", 17, 25)]),
        (RESPONSE, "Seventeen patients responded.", [("response", "all", 17, None)]),
        (RESPONSE, "Seven patients had fever.", [("fever", "all", 7, 25)]),
        # fewer were left to be followed
        (FOLLOW_UP, "Three patients had fever.", [("fever", "all", 3, None)]),
        (FOLLOW_UP, "Three patients (30%) had fever.", [("fever", "all", 3, 10)]),
        (FOLLOW_UP, "No adverse events were recorded.", [("any-adverse-event", "all", 0, None)]),
        (FOLLOW_UP, "One patient died.", [("death", "all", 1, 10)]),
        # not of everybody, but of some chosen before
        (
            "Methods: Twenty patients with a fistula were treated with MSCs.",
            "Of 15 patients with fistula healing, 14 patients completed another year of observation. No serious adverse events were seen.",
            [("serious-adverse-event", "all", 0, 20)],
        ),
        (
            "Methods: Ten patients underwent harvest of marrow for MSCs. 9 patients received two doses of 1-2×10^6 MSCs/kg.",
            "Three patients had a clinical response.",
            [("response", "all", 3, None)],
        ),
        # a zero with exceptions
        (TWENTY, "Infusion was without side effects, besides a mild rash in one patient.", []),
        (TWENTY, "No severe adverse events were seen except for bleeding in two.", []),
        # a time that is only of the survivors
        (
            TWENTY,
            "Five of 20 patients were alive after a median of 611 days (range, 427-1111) in surviving patients.",
            [("survival", "all", 5, 20)],
        ),
    ],
)
def test_those_who_were_left(methods: str, sentences: str, expected: list[Told]) -> None:
    text = f"{methods} {sentences}" if "Results" in methods else f"{methods}\nResults: {sentences}"
    outcomes = {outcome for outcome, *_ in expected}
    assert [found for found in results(text) if not expected or found[0] in outcomes] == expected


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("Methods: Seven girls and one boy with lupus received MSCs.", [8]),
        ("Methods: Five female and three male patients with lupus were treated with MSCs.", [8]),
        ("Methods: Nine patients (six women and three men) with lupus received MSCs.", [9]),
        (
            "Methods: Twenty-five patients were recruited. Twenty-two of these patients received a dose of MSCs.",
            [25, 22],
        ),
        ("Methods: Fifty-five patients were enrolled; 54 were treated and were included in the analysis.", [55, 54]),
        ("Methods: Nine patients were treated, three of them with steroids.", [9]),
        ("Methods: 24 patients with gout were included; 11 of them received MSCs and 13 a drug.", [24]),
        ("Methods: In the second stage, 14 patients received an infusion of MSCs.", []),
    ],
)
def test_people_counted_in_parts_and_once_more(text: str, size: list[float]) -> None:
    assert everybody(text) == size
