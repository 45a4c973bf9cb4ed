"""Outcomes that no name of the vocabulary tells: degrees away from their noun, the course of a disease, grades, lists."""

# ruff: noqa: E501 - tables with one case per row

from __future__ import annotations

import pytest

from mscevidence.extract import extract
from mscevidence.read import read

TWENTY = "Methods: Twenty patients were treated with MSCs."
TWO_GROUPS = "Methods: Patients were randomised to the MSC group (n = 20) or the placebo group (n = 10)."
Told = tuple[str | None, str | None, float | None, float | None]


def told(opening: str, sentences: str) -> list[Told]:
    """Return the results that are told with certainty: outcome, arm, events, n."""
    found = extract(read(f"{opening} Results: {sentences}".encode()))
    sure = [c for c in found if c.kind == "result" and c.certainty != "ambiguous"]
    return [(c.outcome, c.arm, c.number("events"), c.number("n")) for c in sure]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        # degrees away from their noun
        ("Twelve patients (60%) responded (5 complete and 7 partial).", [("response", "all", 12, 20), ("complete-response", "all", 5, 20), ("partial-response", "all", 7, 20)]),
        ("A remission was seen in 12 patients, complete in 5 and partial in 7.", [("remission", "all", 12, 20), ("complete-remission", "all", 5, 20), ("partial-remission", "all", 7, 20)]),
        ("Twelve of the 20 patients achieved partial (n = 7) or complete (n = 5) response to the cells.", [("response", "all", 12, 20), ("partial-response", "all", 7, 20), ("complete-response", "all", 5, 20)]),
        ("Twelve (60%) patients responded in all: five (25%) and seven (35%) patients achieved CR and PR, respectively.", [("response", "all", 12, 20), ("complete-response", "all", 5, 20), ("partial-response", "all", 7, 20)]),
        ("Complete clinical response was achieved in 5/20 patients.", [("complete-response", "all", 5, 20)]),
        ("CR + PR was reached in nine patients.", [("response", "all", 9, 20)]),
        ("Seven patients had no EULAR response.", [("no-response", "all", 7, 20)]),
        ("Seven patients were non-responders.", [("no-response", "all", 7, 20)]),
        ("Seven patients did not respond.", [("no-response", "all", 7, 20)]),
        ("Seven patients (35%) were resistant to MSCs.", [("no-response", "all", 7, 20)]),
        ("Six patients (30%) maintained a response.", [("sustained-response", "all", 6, 20)]),
        ("Clinical and endoscopic remission was achieved in 8 of 20 patients and in 5 of 20 patients, respectively.", [("remission", "all", 8, 20), ("endoscopic-improvement", "all", 5, 20)]),
        # the course of the disease
        ("Disability improved in 12, was unchanged in 7 and worsened in 1.", [("disability-improvement", "all", 12, 20), ("stabilisation", "all", 7, 20), ("progression", "all", 1, 20)]),
        ("Twelve patients improved, 7 remained stable and 1 deteriorated.", [("response", "all", 12, 20), ("stabilisation", "all", 7, 20), ("progression", "all", 1, 20)]),
        ("EDSS was stable in 6/20 at 12 weeks but declined in 3/20 patients at 48 weeks.", [("stabilisation", "all", 6, 20), ("progression", "all", 3, 20)]),
        ("Fifteen patients (75%) demonstrated improvement.", [("response", "all", 15, 20)]),
        ("Three patients (15%) had progressive cGVHD.", [("progression", "all", 3, 20)]),
        ("Joint pain improved in 12 patients.", []),
        ("Walking distance improved in 12 patients.", []),
        ("Twelve patients improved their walking distance.", []),
        ("Twelve patients (60%) reported improvement in terms of discharge, pain and induration.", []),
        # grades
        ("Grade 1-2 adverse events occurred in 8 patients and grade 3-4 in 2.", [("severe-adverse-event", "all", 2, 20)]),
        ("Adverse events were grade 1 in 5, grade 2 in 3 and grade 3 in one patient.", [("severe-adverse-event", "all", 1, 20)]),
        ("Grade 3 or higher adverse events were seen in 4 patients (20%).", [("severe-adverse-event", "all", 4, 20)]),
        ("Grade ≥ 2 adverse events were seen in 4 patients (20%).", []),
        # lists without "respectively"
        ("At 3, 6 and 12 months, 5, 7 and 9 of 20 patients were in remission.", [("remission", "all", 5, 20), ("remission", "all", 7, 20), ("remission", "all", 9, 20)]),
        ("Response rates at 3, 6 and 12 months were 40%, 50% and 60%.", [("response", "all", 8, 20), ("response", "all", 10, 20), ("response", "all", 12, 20)]),
        ("ACR20, ACR50 and ACR70 responses were achieved by 12, 8 and 4 patients.", [("acr20", "all", 12, 20), ("acr50", "all", 8, 20), ("acr70", "all", 4, 20)]),
        ("Fever and headache were seen in 12 (60%) and 8 (40%) patients.", [("fever", "all", 12, 20), ("headache", "all", 8, 20)]),
        ("Fever and headache were seen in 12 patients.", []),
        ("The following was seen: complete remission, n = 6; partial response, n = 3.", [("complete-remission", "all", 6, 20), ("partial-response", "all", 3, 20)]),
        # causes and details in brackets
        ("Five patients died from infection (n = 3) and GVHD (n = 2).", [("death", "all", 5, 20)]),
        ("Five (25%) died [relapse (n = 3), organ failure (n = 2)] after half a year.", [("death", "all", 5, 20)]),
        ("One of the patients died of sepsis.", [("death", "all", 1, 20)]),
        ("There were three cases of transplant-related mortality (15%) and two of disease-related mortality (10%).", [("related-death", "all", 3, 20)]),
        # words that take back
        ("Adverse events were documented; documentation of adverse events in 8 of the 20 patients was complete.", []),
        ("The second course led to a partial response again in one patient.", []),
        ("MSCs led to a clinical response with a DAS of 2.", []),
        ("Treatment was stopped owing to an arterial aneurysm relapse (n = 1).", []),
        ("One early death and two late deaths occurred.", []),
        ("Two non-treatment-related deaths occurred because of progression.", [("death", "all", 2, 20)]),
        ("Deaths related to progression accounted for 15% (n = 3/20).", []),
        # whom a sentence only speaks of
        ("In six patients, two achieved a complete response and four achieved a partial response.", [("complete-response", "all", 2, 20), ("partial-response", "all", 4, 20)]),
        ("Six patients achieved a complete response including recovery of three hematopoietic cell lines.", [("complete-response", "all", 6, 20)]),
        ("Nine patients who had responded experienced a relapse.", []),
        ("Eight patients with a response had lower scores than the other patients with no response.", []),
        ("Twelve of the 20 patients responded, including 5 complete, 4 very good partial and 3 partial responses.", [("response", "all", 12, 20), ("complete-response", "all", 5, 20), ("partial-response", "all", 3, 20)]),
        ("The EDSS improved in four patients, it worsened in six and was unchanged in 10.", [("disability-improvement", "all", 4, 20), ("progression", "all", 6, 20), ("stabilisation", "all", 10, 20)]),
        # short names of the text's own
        ("Nine patients reached a minimal clinical response (MiCR); at the end, MiCR was seen in 7 patients.", []),
        ("A major clinical response (MCR) was the aim. Thirteen patients achieved MCR (13 of 20, 65%).", [("complete-response", "all", 13, 20)]),
        # nobody
        ("Two patients died, one with no obvious response to the cells died of sepsis.", [("death", "all", 2, 20)]),
        ("No one had achieved remission.", [("remission", "all", 0, 20)]),
        ("Three of the nine evaluable patients responded and nobody was in remission.", [("response", "all", 3, 9)]),
        ("There was no major adverse event or death.", [("death", "all", 0, 20)]),
        ("No TCZ-associated side effects were noted.", [("related-adverse-event", "all", 0, 20)]),
        ("No clear adverse effects associated with MSC infusion were observed.", [("related-adverse-event", "all", 0, 20)]),
        ("Three patients became free of insulin.", [("insulin-independence", "all", 3, 20)]),
        ("No infusion-related reaction or malignancy was seen.", [("infusion-reaction", "all", 0, 20), ("malignancy", "all", 0, 20)]),
        ("No serious adverse events or deaths were seen.", [("serious-adverse-event", "all", 0, 20), ("death", "all", 0, 20)]),
        ("None of the patients discontinued and all completed the follow-up.", [("discontinuation", "all", 0, 20)]),
        ("No patient died and half responded.", [("death", "all", 0, 20)]),
        ("Seven patients suffered from 14 worsenings.", [("progression", "all", 7, 20)]),
        ("Five of 20 patients (25%) had 11 infections.", [("infection", "all", 5, 20), ("infection-count", "all", 11, None)]),
        ("Seven patients had two or more relapses.", []),
        ("Two patients had one relapse each.", [("relapse", "all", 2, 20)]),
        ("Event-free survival, defined as survival without death or organ failure, was 64.3%.", []),
        ("There were no cases of transplantation-related mortality.", [("related-death", "all", 0, 20)]),
        ("A partial response (PR) was seen in 60%.", [("partial-response", "all", 12, 20)]),
        ("At week 24, 60% (95% CI, 38.5-79.6) of patients achieved remission.", [("remission", "all", 12, 20)]),
        ("A good response was shown by 12 patients.", [("response", "all", 12, 20)]),
        ("The symptoms were significantly improved in 12 (60%) patients.", [("response", "all", 12, 20)]),
        ("There was no AE-related study discontinuation.", [("adverse-event-leading-to-discontinuation", "all", 0, 20)]),
        ("No severe adverse reactions were observed.", [("severe-adverse-event", "all", 0, 20)]),
    ],
)  # fmt: skip
def test_outcomes_in_other_words(sentence: str, expected: list[Told]) -> None:
    assert told(TWENTY, sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Ten (50%) patients in the MSC group and 2 (20%) in the placebo group improved.", [("response", "MSC group", 10, 20), ("response", "placebo group", 2, 10)]),
        ("Remission was seen in 12 (60%) and 4 (40%) patients of the MSC and placebo groups.", [("remission", "MSC group", 12, 20), ("remission", "placebo group", 4, 10)]),
        ("The response rate in the MSC group was 70%, including CR in 20%. Compared with the MSC group, the response rate in the placebo group was 40%, including CR in 10% and PR in 30%.", [("response", "MSC group", 14, 20), ("complete-response", "MSC group", 4, 20), ("response", "placebo group", 4, 10), ("complete-response", "placebo group", 1, 10), ("partial-response", "placebo group", 3, 10)]),
        ("The response rate was 70% in the MSC group, including CR in 20%, and 40% in the placebo group, including CR in 10%.", [("response", "MSC group", 14, 20), ("complete-response", "MSC group", 4, 20)]),
        ("Remission rates in the MSC and placebo groups were 60% and 40%.", [("remission", "MSC group", 12, 20), ("remission", "placebo group", 4, 10)]),
        ("No serious infection was observed in the MSC group, but two in the placebo group.", [("serious-infection", "MSC group", 0, 20), ("serious-infection", "placebo group", 2, 10)]),
    ],
)  # fmt: skip
def test_outcomes_that_groups_share(sentence: str, expected: list[Told]) -> None:
    assert told(TWO_GROUPS, sentence) == expected


@pytest.mark.parametrize(
    ("defined", "sentence", "expected"),
    [
        ("The primary endpoint was clinical remission at week 12.", "The primary endpoint was met by 12 of 20 patients.", [("remission", "all", 12, 20)]),
        ("The primary outcome was a rise of platelets above 50.", "The primary outcome was achieved by 12 of 20 patients (60%).", [("response", "all", 12, 20)]),
        ("The primary endpoint was safety.", "The primary endpoint was met by 12 of 20 patients.", []),
        ("The primary endpoint was death.", "The primary endpoint was reached by 12 of 20 patients.", []),
    ],
)  # fmt: skip
def test_the_primary_endpoint_is_what_the_methods_say(defined: str, sentence: str, expected: list[Told]) -> None:
    assert told(f"{TWENTY} {defined}", sentence) == expected
