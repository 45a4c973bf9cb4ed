"""Counts told in lists: pairs at several times, percents behind an arm, one verb for several groups."""

# ruff: noqa: E501 - tables with one case per row

from __future__ import annotations

import pytest

from mscevidence.extract import extract
from mscevidence.extract.grammar.numerals import numerals_in
from mscevidence.read import read

Told = tuple[str | None, str | None, float | None, float | None, str | None]

COHORTS = "Methods: Patients were randomised. Results: Thirty-three patients were treated (10 in cohort A, 10 in cohort B, 6 in cohort C and 7 in placebo group)."
FISTULA = "Methods: Twenty-two patients with a fistula were divided into the cell group and the control group."
ALONE = "Methods: Twenty patients with Crohn's fistula were treated with MSCs. Results:"


def told(text: str) -> list[Told]:
    document = read(text.encode())
    found = [c for c in extract(document) if c.kind == "result" and c.certainty != "ambiguous"]
    return [(c.outcome, c.arm, c.number("events"), c.number("n"), c.time_point) for c in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            f"{FISTULA} Results: The healing rates of the cell group and the control group at months 3 and 6 were as follows: 10/11 (90.9%) vs 5/11 (45.5%) and 8/11 (72.7%) vs 6/11 (54.5%), respectively.",
            [
                ("fistula-closure", "cell group", 10, 11, "month 3"),
                ("fistula-closure", "control group", 5, 11, "month 3"),
                ("fistula-closure", "cell group", 8, 11, "month 6"),
                ("fistula-closure", "control group", 6, 11, "month 6"),
            ],
        ),
        (
            f"{COHORTS} Nine patients from the group A (90%), 7 from the group B (70%), 6 from the group C (100%) and 4 from the placebo group (57%) experienced at least one AE.",
            [
                ("any-adverse-event", "cohort A", 9, 10, None),
                ("any-adverse-event", "cohort B", 7, 10, None),
                ("any-adverse-event", "cohort C", 6, 6, None),
                ("any-adverse-event", "placebo group", 4, 7, None),
            ],
        ),
        (
            f"{COHORTS} Responses for cohorts A, B, C and placebo were 50%, 20%, 33% and 29%, respectively, at month 1, and 30%, 10%, 17% and 0%, respectively, at month 3.",
            [
                ("response", "cohort A", 5, 10, "month 1"),
                ("response", "cohort B", 2, 10, "month 1"),
                ("response", "cohort C", 2, 6, "month 1"),
                ("response", "placebo group", 2, 7, "month 1"),
                ("response", "cohort A", 3, 10, "month 3"),
                ("response", "cohort B", 1, 10, "month 3"),
                ("response", "cohort C", 1, 6, "month 3"),
                ("response", "placebo group", 0, 7, "month 3"),
            ],
        ),
        (
            "Methods: Patients were randomised: 50 to Cx601 and 48 to placebo. Results: A greater proportion of patients treated with Cx601 versus placebo had a response (25 of 50 [50%] vs 16 of 48 [33%]).",
            [("response", "Cx601", 25, 50, None), ("response", "placebo", 16, 48, None)],
        ),
        (
            "Methods: Six subjects received 2 infusions of 2 × 10^8 cells (low dose), and 6 subjects received 2 infusions of 8 × 10^8 cells (high dose). Results: All subjects in the low-dose group achieved a response. Two subjects in the high-dose group achieved a response.",
            [("response", "low dose", 6, 6, None), ("response", "high dose", 2, 6, None)],
        ),
        (f"{ALONE} Healing was seen in 12/20 patients.", [("fistula-closure", "all", 12, 20, None)]),
        (
            "Methods: Twenty patients with an ulcer were treated with MSCs. Results: Healing was seen in 12/20 patients.",
            [],
        ),
        (f"{ALONE} We did not identify any serious adverse events.", [("serious-adverse-event", "all", 0, 20, None)]),
        (f"{ALONE} Five patients did not have any fever.", []),
        (
            f"{ALONE} The disability score (EDSS) improvement was seen in 5/7 patients.",
            [("disability-improvement", "all", 5, 7, None)],
        ),
        (f"{ALONE} Pain was present in four patients before treatment.", []),
        (f"{ALONE} Vision testing showed worsening in 1/6 patients.", []),
        (f"{ALONE} The disability worsened; worsening was seen in 1/6 patients.", [("progression", "all", 1, 6, None)]),
        (
            f"{ALONE} Thirteen patients had either partial (n = 8) or no response (n = 5).",
            [("partial-response", "all", 8, 20, None), ("no-response", "all", 5, 20, None)],
        ),
        (
            f"{ALONE} Response at day +28 was 60%, and survival at day +100 was 90%.",
            [("response", "all", 12, 20, "day 28"), ("survival", "all", 18, 20, "day 100")],
        ),
        (
            f"{ALONE} Seven patients died. Causes of death were infections (5 cases) and relapse (2 cases).",
            [("death", "all", 7, 20, None)],
        ),
        (
            "Methods: Cells were given to patients with cystitis. In 6 patients, treatment was begun early, while a 7th received an infusion late. Results: Five of 7 patients responded.",
            [("response", "all", 5, 7, None)],
        ),
        (
            "Methods: Cells were infused in plasma (group 1, n = 17) or albumin (group 2, n = 21). Results: The response (no/partial/complete) was 7/5/5 in group 1 and 0/10/11 in group 2.",
            [
                ("no-response", "group 1", 7, 17, None),
                ("partial-response", "group 1", 5, 17, None),
                ("complete-response", "group 1", 5, 17, None),
                ("no-response", "group 2", 0, 21, None),
                ("partial-response", "group 2", 10, 21, None),
                ("complete-response", "group 2", 11, 21, None),
            ],
        ),
        (
            f"{ALONE} Acute graft-versus-host disease (GVHD) was observed in 3 (15%) of 20 patients.",
            [("acute-gvhd", "all", 3, 20, None)],
        ),
        (
            f"{ALONE} Survival was similar compared to all 293 patients that underwent transplantation. Fever was seen in 2 patients.",
            [("fever", "all", 2, 20, None)],
        ),
        (
            "Methods: Patients had stem cells alone (non-MSC group, n = 15) or with MSCs (MSC group, n = 10). Results: The number of patients who relapsed was six (60.0%) and three (20.0%) in the MSC and non-MSC group, respectively.",
            [("relapse", "MSC group", 6, 10, None), ("relapse", "non-MSC group", 3, 15, None)],
        ),
        (
            "Methods: Nineteen patients, 12 with lupus nephritis and 7 with lupus arthritis, were treated with MSCs. Results: No infusion-related side effects were seen.",
            [("related-adverse-event", "all", 0, 19, None)],
        ),
        (
            f"{ALONE} Complete response was seen in 11 patients and 9 had a partial response.",
            [("complete-response", "all", 11, 20, None), ("partial-response", "all", 9, 20, None)],
        ),
        (f"{ALONE} All had rescue therapy with the exception of one patient.", []),
        (
            "Methods: Two patients received MSCs of siblings, six of parents and four of strangers. Results: One patient responded.",
            [("response", "all", 1, None, None)],
        ),
        (f"{ALONE} New lesions were seen in 5/7 patients.", []),
        (
            f"{ALONE} Complete resolution (CR) of aGVHD was seen in 12 (60%) patients.",
            [("complete-response", "all", 12, 20, None)],
        ),
        (f"{ALONE} Death or severe lung disease (8/20) was frequent.", []),
        (f"{ALONE} Death or lung disease was seen in 8/20 patients.", []),
        (
            "Methods: Twenty patients with poor graft function (7 with primary and 13 with secondary) received MSCs. Results: Response was seen in 18 patients.",
            [("response", "all", 18, 20, None)],
        ),
        (
            "Methods: Thirty patients received MSCs. Results: All 3 patients treated for EBV were infused twice. Fever was seen in 6 patients.",
            [("fever", "all", 6, 30, None)],
        ),
        (
            "Methods: Patients were given MSCs (n = 30) or placebo (n = 30). Results: The cumulative incidence of relapse was 16.7% in the MSC group and 26.7% in the placebo group.",
            [("relapse", "MSC group", None, None, None), ("relapse", "placebo group", None, None, None)],
        ),
        (f"{ALONE} Non-relapse mortality was 10%.", []),
        (f"{ALONE} Thirteen patients developed 20 episodes of infection.", [("infection", "all", 13, 20, None)]),
        (
            f"{ALONE} There were no serious infusion-related adverse events.",
            [("related-serious-adverse-event", "all", 0, 20, None)],
        ),
        (
            "Methods: Patients with a fistula were randomised to 1 × 10^7 (n = 5, group 1) or 3 × 10^7 cells (n = 6, group 2). Results: Healing at week 6 was observed in 3 patients in group 1 (60.0%) and 3 in group 2 (50.0%).",
            [("fistula-closure", "group 1", 3, 5, "week 6"), ("fistula-closure", "group 2", 3, 6, "week 6")],
        ),
        (
            "Methods: Patients were randomised to an MSC group (n = 12) and a control group (n = 29). Results: None of the 12 patients in the MSC group progressed.",
            [("progression", "MSC group", 0, 12, None)],
        ),
        (f"{ALONE} Transplant-related mortality was 0% in the patients who achieved a response after treatment.", []),
        (f"{ALONE} All four surviving patients were in remission.", []),
        (f"{ALONE} One patient with no obvious response was sent home.", []),
        (
            "Methods: Twenty patients were treated with UC-MSCs, and 19 patients were treated with saline as controls. Results: At 72 weeks, survival was 80.0% in the treated group and 47.4% in the control group.",
            [("survival", "UC-MSCs", 16, 20, "72 weeks"), ("survival", "saline", 9, 19, "72 weeks")],
        ),
        (
            "Methods: Six patients with GVHD received MSCs. One patient was given two infusions and five patients received a single infusion. Results: Two patients died.",
            [("death", "all", 2, 6, None)],
        ),
        (
            f"{ALONE} Partial response and complete response (PR, CR) were achieved in 75.0% and 25.0% of the patients, respectively.",
            [("partial-response", "all", 15, 20, None), ("complete-response", "all", 5, 20, None)],
        ),
        (
            f"{ALONE} Seventeen patients responded (11 complete and 6 partial responses).",
            [
                ("response", "all", 17, 20, None),
                ("complete-response", "all", 11, 20, None),
                ("partial-response", "all", 6, 20, None),
            ],
        ),
        (
            f"{ALONE} The healing rate in the follow-up of 30-day, 90-day and 9-month was 70%, 80% and 75%, respectively.",
            [
                ("fistula-closure", "all", 14, 20, "30 days"),
                ("fistula-closure", "all", 16, 20, "90 days"),
                ("fistula-closure", "all", 15, 20, "9 months"),
            ],
        ),
        (f"{ALONE} The 28-day mortality was 10%.", [("death", "all", 2, 20, "28 days")]),
        (
            f"{ALONE} Complete closure (seven cases) or incomplete closure (three cases) was seen.",
            [("fistula-closure", "all", 7, 20, None)],
        ),
        (f"{ALONE} Five patients (50%) developed infections.", []),
    ],
)
def test_what_is_told_for_certain(text: str, expected: list[Told]) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("A total of 1920 women were randomised.", ["number"]),
        ("2012 patients were treated in 2011.", ["number", "year"]),
        ("In 2015 patients were recruited.", ["year"]),
        ("Nausea was seen in 1920 women.", ["number"]),
        ("Patients were treated from 2010 to 2015.", ["range", "year"]),
        ("They received three intravenous infusions.", ["measure"]),
        ("Three additional patients had infusions.", ["number"]),
    ],
)
def test_years_and_infusions_count_nobody(text: str, kinds: list[str]) -> None:
    assert [numeral.kind for numeral in numerals_in(text, (0, len(text)))] == kinds
