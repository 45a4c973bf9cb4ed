"""Invented abstracts, one per way of writing counts, with everything that should be proposed from them.

All trials here are synthetic: no patient, drug or number is real. A row is kind, arm, outcome, events, n, percent, time point,
certainty; doses, criteria and registrations have their own tests.
"""

# ruff: noqa: E501 - abstracts and tables

from __future__ import annotations

Row = tuple[str, str | None, str | None, float | None, float | None, float | None, str | None, str]

ABSTRACTS: dict[str, tuple[str, list[Row]]] = {
    "size in words": (
        """Background: Lupus nephritis is hard to treat.
Methods: In this single-arm trial, UC-MSCs were infused once at 1×106 cells/kg.
Results: Twenty-two patients were enrolled and treated. Complete remission was achieved in five of the 22 patients (22.7%) at 12 months. Two patients died.
Conclusion: UC-MSC infusion was feasible.""",
        [
            ("participants", "all", None, None, 22, None, None, "stated"),
            ("result", "all", "complete-remission", 5, 22, 22.7, "12 months", "stated"),
            ("result", "all", "death", 2, 22, None, None, "derived"),
        ],
    ),
    "percent only": (
        """Methods: Forty patients with rheumatoid arthritis received a single infusion of MSCs.
Results: The overall response rate was 55% at 6 months. Platelet counts increased by 30%. The complete response rate was 33%.
Conclusion: The response rate of 55% is encouraging.""",
        [
            ("participants", "all", None, None, 40, None, None, "stated"),
            ("result", "all", "response", 22, 40, 55, "6 months", "derived"),
            ("result", "all", "complete-response", 13, 40, 33, None, "derived"),
        ],
    ),
    "percent only unknown n": (
        """Methods: Patients with Crohn's disease received MSCs.
Results: Clinical remission was observed in 40% of patients. The mean reduction of CDAI was 30%.""",
        [
            ("result", "all", "remission", None, None, 40, None, "stated"),
        ],
    ),
    "narrative zero": (
        """Methods: Twelve patients with type 1 diabetes were enrolled and received two infusions of UC-MSCs.
Results: No serious adverse events were observed. There were no treatment-related deaths, infections or malignancies during follow-up. No significant difference in adverse events was seen.
Conclusion: No serious adverse events occurred.""",
        [
            ("participants", "all", None, None, 12, None, None, "stated"),
            ("result", "all", "serious-adverse-event", 0, 12, None, None, "derived"),
            ("result", "all", "related-death", 0, 12, None, None, "derived"),
            ("result", "all", "infection", 0, 12, None, None, "ambiguous"),
            ("result", "all", "malignancy", 0, 12, None, None, "ambiguous"),
        ],
    ),
    "zero ambiguous": (
        """Methods: Thirty patients were randomised to MSC (n = 15) or placebo (n = 15).
Results: No new infections were observed. No serious adverse events occurred in the MSC group.""",
        [
            ("participants", "all", None, None, 30, None, None, "stated"),
            ("participants", "MSC", None, None, 15, None, None, "stated"),
            ("participants", "placebo", None, None, 15, None, None, "stated"),
            ("result", "MSC", "serious-adverse-event", 0, 15, None, None, "derived"),
        ],
    ),
    "lost superscripts": (
        """Methods: Nine patients with multiple sclerosis were enrolled. Patients received 2 x 106 cells/kg, and platelet counts above 100 x 109/L were required. A total of 106 patients had been screened.
Results: Fever occurred in 3/9 patients.""",
        [
            ("participants", "all", None, None, 9, None, None, "stated"),
            ("result", "all", "fever", 3, 9, None, None, "stated"),
        ],
    ),
    "all none": (
        """Methods: Fifteen patients with systemic sclerosis were treated with adipose-derived MSCs.
Results: All patients completed the study. None of the patients developed thrombosis. None of the 15 patients died. All 15 patients survived.""",
        [
            ("participants", "all", None, None, 15, None, None, "stated"),
            ("result", "all", "completed", 15, 15, None, None, "derived"),
            ("result", "all", "thrombosis", 0, 15, None, None, "derived"),
            ("result", "all", "death", 0, 15, None, None, "stated"),
            ("result", "all", "survival", 15, 15, None, None, "stated"),
        ],
    ),
    "bare fraction": (
        """Methods: Ten patients were enrolled.
Results: Response was observed in 7/10 patients, and relapse in 2/7. Headache occurred in 3/10. ACR20/50/70 responses were recorded. Blood pressure was 120/80 mmHg. Grade 3/4 events were rare.""",
        [
            ("participants", "all", None, None, 10, None, None, "stated"),
            ("result", "all", "response", 7, 10, None, None, "stated"),
            ("result", "all", "relapse", 2, 7, None, None, "stated"),
            ("result", "all", "headache", 3, 10, None, None, "stated"),
        ],
    ),
    "respectively": (
        """Methods: 60 patients were randomly assigned to the MSC group (n = 30) or the control group (n = 30).
Results: Complete response was achieved in 12 and 5 patients in the MSC group and the control group, respectively. Adverse events occurred in 40% and 36.7% of patients in the MSC and control groups, respectively. The rates of complete response and partial response were 20% and 30%, respectively.""",
        [
            ("participants", "all", None, None, 60, None, None, "stated"),
            ("participants", "MSC group", None, None, 30, None, None, "stated"),
            ("participants", "control group", None, None, 30, None, None, "stated"),
            ("result", "MSC group", "complete-response", 12, 30, None, None, "derived"),
            ("result", "control group", "complete-response", 5, 30, None, None, "derived"),
            ("result", "MSC group", "any-adverse-event", 12, 30, 40, None, "derived"),
            ("result", "control group", "any-adverse-event", 11, 30, 36.7, None, "derived"),
            ("result", None, "complete-response", None, None, 20, None, "ambiguous"),
            ("result", None, "partial-response", None, None, 30, None, "ambiguous"),
        ],
    ),
    "n equals": (
        """Methods: Patients were randomised to receive UC-MSCs (n = 20) or placebo (n = 21).
Results: In the MSC arm, adverse events were fever (n = 4), headache (n = 2) and rash (n=1).""",
        [
            ("participants", "UC-MSCs", None, None, 20, None, None, "stated"),
            ("participants", "placebo", None, None, 21, None, None, "stated"),
            ("result", "UC-MSCs", "fever", 4, 20, None, None, "derived"),
            ("result", "UC-MSCs", "headache", 2, 20, None, None, "derived"),
            ("result", "UC-MSCs", "rash", 1, 20, None, None, "derived"),
        ],
    ),
    "x patients percent": (
        """Methods: Eighteen patients with ITP were enrolled.
Results: Eleven patients (61.1%) achieved a response and 4 (22.2%) achieved a complete response. Twelve patients (67%) were female.""",
        [
            ("participants", "all", None, None, 18, None, None, "stated"),
            ("result", "all", "response", 11, 18, 61.1, None, "derived"),
            ("result", "all", "complete-response", 4, 18, 22.2, None, "derived"),
        ],
    ),
    "x of n": (
        """Methods: We treated 24 patients with refractory lupus.
Results: Remission was seen in 13 of 24 patients. Seven out of 24 patients had infections. Two of three infusions were given.""",
        [
            ("participants", "all", None, None, 24, None, None, "stated"),
            ("result", "all", "remission", 13, 24, None, None, "stated"),
            ("result", "all", "infection", 7, 24, None, None, "stated"),
        ],
    ),
    "of n": (
        """Methods: Twenty-four patients were enrolled.
Results: Of the 24 patients, 17 (71%) achieved a response and 3 (12.5%) died. Of 17 responders, 5 relapsed.""",
        [
            ("participants", "all", None, None, 24, None, None, "stated"),
            ("result", "all", "response", 17, 24, 71, None, "stated"),
            ("result", "all", "death", 3, 24, 12.5, None, "stated"),
            ("result", "all", "relapse", 5, 17, None, None, "stated"),
        ],
    ),
    "percent fraction": (
        """Methods: Thirty patients were enrolled.
Results: The response rate was 60% (18/30). 10.0% (3/30) of patients had serious adverse events. Infections occurred in 16.7% [5/30].""",
        [
            ("participants", "all", None, None, 30, None, None, "stated"),
            ("result", "all", "response", 18, 30, 60, None, "stated"),
            ("result", "all", "serious-adverse-event", 3, 30, 10, None, "stated"),
            ("result", "all", "infection", 5, 30, 16.7, None, "stated"),
        ],
    ),
    "four of the six": (
        """Methods: Six patients with myositis were enrolled.
Results: Four of the six patients responded. One of the six developed fever.""",
        [
            ("participants", "all", None, None, 6, None, None, "stated"),
            ("result", "all", "response", 4, 6, None, None, "stated"),
            ("result", "all", "fever", 1, 6, None, None, "stated"),
        ],
    ),
    "deaths occurred": (
        """Methods: Thirty-two patients were enrolled.
Results: Four deaths occurred. Six serious adverse events were reported in three patients.""",
        [
            ("participants", "all", None, None, 32, None, None, "stated"),
            ("result", "all", "death", 4, 32, None, None, "derived"),
            ("result", "all", "serious-adverse-event-count", 6, None, None, None, "stated"),
            ("result", "all", "serious-adverse-event", 3, 32, None, None, "derived"),
        ],
    ),
    "fraction percent": (
        """Methods: Eight patients were enrolled.
Results: Clinical response was observed in 5/8 (62.5%) and 4/8 patients (50%) at 3 months and 12 months, respectively. Relapse (2/8, 25%) and death (1/8, 12.5%) were rare.""",
        [
            ("participants", "all", None, None, 8, None, None, "stated"),
            ("result", "all", "response", 5, 8, 62.5, "3 months", "stated"),
            ("result", "all", "response", 4, 8, 50, "12 months", "stated"),
            ("result", "all", "relapse", 2, 8, 25, None, "stated"),
            ("result", "all", "death", 1, 8, 12.5, None, "stated"),
        ],
    ),
    "bracket fraction": (
        """Methods: Twenty-five patients were enrolled.
Results: Complete response (10/25, 40%), partial response (5/25, 20%) and no response (10/25, 40%) were recorded.""",
        [
            ("participants", "all", None, None, 25, None, None, "stated"),
            ("result", "all", "complete-response", 10, 25, 40, None, "stated"),
            ("result", "all", "partial-response", 5, 25, 20, None, "stated"),
            ("result", "all", "no-response", 10, 25, 40, None, "stated"),
        ],
    ),
    "complement": (
        """Methods: Nineteen patients were enrolled.
Results: Eight patients achieved complete remission, whereas the other 11 had no response.""",
        [
            ("participants", "all", None, None, 19, None, None, "stated"),
            ("result", "all", "complete-remission", 8, 19, None, None, "derived"),
            ("result", "all", "no-response", 11, 19, None, None, "derived"),
        ],
    ),
    "percent bracket patients": (
        """Methods: Twenty patients were enrolled.
Results: Complete response was achieved in 35% [7 patients]. Fever developed in 10% (n = 2) and rash in 5% (one patient).""",
        [
            ("participants", "all", None, None, 20, None, None, "stated"),
            ("result", "all", "complete-response", 7, 20, 35, None, "derived"),
            ("result", "all", "fever", 2, 20, 10, None, "derived"),
            ("result", "all", "rash", 1, 20, 5, None, "derived"),
        ],
    ),
    "percent word": (
        """Methods: A total of 24 patients with GVHD were treated.
Results: Overall response was seen in 17 (71 percent) of 24 patients. 17 patients (71%) of the 24 were alive.""",
        [
            ("participants", "all", None, None, 24, None, None, "stated"),
            ("result", "all", "response", 17, 24, 71, None, "stated"),
            ("result", "all", "survival", 17, 24, 71, None, "stated"),
        ],
    ),
    "triple split": (
        """Methods: Nineteen patients were enrolled.
Results: None/partial/complete responses were seen in 7/5/7 patients.""",
        [
            ("participants", "all", None, None, 19, None, None, "stated"),
            ("result", "all", "no-response", 7, 19, None, None, "derived"),
            ("result", "all", "partial-response", 5, 19, None, None, "derived"),
            ("result", "all", "complete-response", 7, 19, None, None, "derived"),
        ],
    ),
    "two arm": (
        """Methods: In this randomised, double-blind trial, 74 patients were assigned to UC-MSCs or placebo.
Results: The response rate was 24/37 (64.9%) in the UC-MSC group and 15/37 (40.5%) in the placebo group (p = 0.04; 95% CI 1.02-3.1). Serious adverse events occurred in 3 patients (8%) in the UC-MSC group and in 4 patients (11%) in the placebo group.""",
        [
            ("participants", "all", None, None, 74, None, None, "stated"),
            ("result", "UC-MSC group", "response", 24, 37, 64.9, None, "stated"),
            ("participants", "UC-MSC group", None, None, 37, None, None, "derived"),
            ("result", "placebo group", "response", 15, 37, 40.5, None, "stated"),
            ("participants", "placebo group", None, None, 37, None, None, "derived"),
            ("result", "UC-MSC group", "serious-adverse-event", 3, 37, 8, None, "derived"),
            ("result", "placebo group", "serious-adverse-event", 4, 37, 11, None, "derived"),
        ],
    ),
    "criteria": (
        """Methods: Eligible patients were aged 18-65 years with chronic ITP lasting at least 12 months and a platelet count below 30 x 109/L. Patients were recruited from March 2015 to July 2018 (ChiCTR1800016107).
Results: Twenty-five patients (15 women; median age 42 years, range 19-63) were enrolled. The median platelet count was 12 × 109/L.""",
        [
            ("participants", "all", None, None, 25, None, None, "stated"),
        ],
    ),
    "traps": (
        """Methods: A 3+3 design was used. Patients aged 18 years received 2 doses of 1 million cells/kg at weeks 0 and 4. Power of 80% was assumed for a response rate of 50%.
Results: A 50% reduction in EASI was reached. CD4+ cells fell by 12%. At 12 months the median EDSS was 3.5 (range 1-6). One or more infusions were given. Two centers and 3 countries took part. HR was 0.45 (95% CI 0.2-0.9; p=0.02). Previous studies reported a response in 40% of patients.""",
        [
        ],
    ),
    "related": (
        """Methods: Twenty-eight patients were enrolled.
Results: Five patients experienced adverse events related to treatment. No MSC-related serious adverse events were reported. Three patients (10.7%) had treatment-related adverse events, none of which was serious.""",
        [
            ("participants", "all", None, None, 28, None, None, "stated"),
            ("result", "all", "related-adverse-event", 5, 28, None, None, "derived"),
            ("result", "all", "related-adverse-event", 3, 28, 10.7, None, "derived"),
        ],
    ),
    "rates by year": (
        """Methods: Fifty patients with lupus were enrolled.
Results: The complete remission rate was 30% at 1 year (12/40) and 40% at 2 years (8/20). Rates of relapse were 10% (4/40) at 1 year and 25% (5/20) at 2 years. Three patients died.""",
        [
            ("participants", "all", None, None, 50, None, None, "stated"),
            ("result", "all", "complete-remission", 12, 40, 30, "1 year", "stated"),
            ("result", "all", "complete-remission", 8, 20, 40, "2 years", "stated"),
            ("result", "all", "relapse", 4, 40, 10, "1 year", "stated"),
            ("result", "all", "relapse", 5, 20, 25, "2 years", "stated"),
            ("result", "all", "death", 3, 50, None, None, "derived"),
        ],
    ),
    "subgroups": (
        """Methods: Thirty patients with refractory aGVHD were treated with MSCs.
Results: Overall, CR was documented in 12 patients. Overall survival was 70% and 30% in CR patients and other patients, respectively. Eight patients developed chronic GVHD; three of them died.""",
        [
            ("participants", "all", None, None, 30, None, None, "stated"),
            ("result", "all", "complete-response", 12, 30, None, None, "derived"),
            ("result", "all", "chronic-gvhd", 8, 30, None, None, "derived"),
        ],
    ),
    "some received": (
        """Methods: Forty patients were enrolled.
Results: Twelve patients received two infusions. In the second cohort, 9 patients received one infusion. MSCs were safe without adverse events in 40 patients.""",
        [
            ("participants", "all", None, None, 40, None, None, "stated"),
            ("result", "all", "any-adverse-event", 0, 40, None, None, "derived"),
        ],
    ),
    "parts words": (
        """Methods: Twenty patients were enrolled.
Results: Serious adverse events occurred in five patients, including pneumonia (n = 3) and thrombosis (n = 2).""",
        [
            ("participants", "all", None, None, 20, None, None, "stated"),
            ("result", "all", "serious-adverse-event", 5, 20, None, None, "derived"),
            ("part", "all", "pneumonia", 3, None, None, None, "stated"),
            ("part", "all", "thrombosis", 2, None, None, None, "stated"),
        ],
    ),
    "all arms": (
        """Methods: Patients were allocated to group A (n = 12) or group B (n = 13).
Results: Fever was observed in 3/12 patients in group A and 1/13 in group B. None of the patients in group B died. All patients in group A achieved a response.""",
        [
            ("participants", "group A", None, None, 12, None, None, "stated"),
            ("participants", "group B", None, None, 13, None, None, "stated"),
            ("result", "group A", "fever", 3, 12, None, None, "stated"),
            ("result", "group B", "fever", 1, 13, None, None, "stated"),
            ("result", "group B", "death", 0, 13, None, None, "derived"),
            ("result", "group A", "response", 12, 12, None, None, "derived"),
        ],
    ),
    "dose cohorts": (
        """Methods: Cells were given at 1×106 cells/kg (low dose group) or 3 x 10(6) cells/kg every 2 weeks for a total of three infusions. Ages 18 to 70 years were eligible.
Results: Nine patients were enrolled. Responses were seen in 1/3, 2/3 and 3/3 patients at 1×106, 2×106 and 3×106 cells/kg dose levels, respectively.""",
        [
            ("participants", "all", None, None, 9, None, None, "stated"),
            ("result", "1×10^6 cells/kg", "response", 1, 3, None, None, "stated"),
            ("participants", "1×10^6 cells/kg", None, None, 3, None, None, "derived"),
            ("result", "2×10^6 cells/kg", "response", 2, 3, None, None, "stated"),
            ("participants", "2×10^6 cells/kg", None, None, 3, None, None, "derived"),
            ("result", "3×10^6 cells/kg", "response", 3, 3, None, None, "stated"),
            ("participants", "3×10^6 cells/kg", None, None, 3, None, None, "derived"),
        ],
    ),
    "complete words": (
        """Methods: One hundred and seventy-six women were randomly assigned to MSCs (n=88) or placebo (n=88).
Results: Eighty-six patients completed the study in the MSC group. Thirty-one percent of patients had adverse events.""",
        [
            ("participants", "all", None, None, 176, None, None, "stated"),
            ("participants", "MSCs", None, None, 88, None, None, "stated"),
            ("participants", "placebo", None, None, 88, None, None, "stated"),
            ("result", "MSCs", "completed", 86, 88, None, None, "derived"),
            ("result", None, "any-adverse-event", None, None, 31, None, "ambiguous"),
        ],
    ),
    "other hyphens": (
        """Methods: Thirty‐four patients with aplastic anaemia received BM‐MSCs at 1–2 × 106 cells/kg per week.
Results: The overall response rate was 29.4% (95% CI, 15%–47%). Six patients developed mild headache and fever, but no other adverse events were observed. No serious adverse events thought to be related to the cells were seen.""",
        [
            ("participants", "all", None, None, 34, None, None, "stated"),
            ("result", "all", "response", 10, 34, 29.4, None, "derived"),
            ("result", "all", "related-serious-adverse-event", 0, 34, None, None, "derived"),
        ],
    ),
    "share that does not fit": (
        """Methods: Forty-three patients were treated with MSCs.
Results: Fistula healing was observed in 27/33 patients (82%) by 8 weeks. Of 27 patients with fistula healing, 26 patients completed the study and 23 patients (88%) had complete closure.""",
        [
            ("participants", "all", None, None, 43, None, None, "stated"),
            ("result", "all", "fistula-closure", 27, 33, 82, "8 weeks", "stated"),
            ("result", None, "completed", 26, 27, None, None, "ambiguous"),
            ("result", None, "fistula-closure", 23, None, 88, None, "ambiguous"),
        ],
    ),
    "disagreeing sizes": (
        """Methods: Cells were given to cohort 1 (n = 5), cohort 2 (n = 5) and cohort 3 (n = 5).
Results: In cohort 2 (n = 4), fever occurred in two patients. No deaths occurred.""",
        [
            ("participants", "cohort 1", None, None, 5, None, None, "stated"),
            ("participants", "cohort 2", None, None, 5, None, None, "stated"),
            ("participants", "cohort 3", None, None, 5, None, None, "stated"),
            ("participants", "cohort 2", None, None, 4, None, None, "stated"),
            ("result", "cohort 2", "fever", 2, None, None, None, "stated"),
            ("result", "all", "death", 0, None, None, None, "derived"),
        ],
    ),
    "parts of those who had": (
        """Methods: Fifteen patients were enrolled.
Results: Two patients (2/15, 13.3%) had SAEs, including pneumonia (1/2) and epistaxis (1/2).""",
        [
            ("participants", "all", None, None, 15, None, None, "stated"),
            ("result", "all", "serious-adverse-event", 2, 15, 13.3, None, "stated"),
            ("part", "all", "pneumonia", 1, 2, None, None, "stated"),
            ("part", "all", None, 1, 2, None, None, "stated"),
        ],
    ),
}  # fmt: skip
