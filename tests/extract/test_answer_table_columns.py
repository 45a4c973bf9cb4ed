"""Headers above and below the names of groups, labels of two columns, and what somebody only tried."""

from __future__ import annotations

import pytest
from small_articles import article, numbers, table

from mscevidence.extract.lookup import answer

Four = tuple[float, float, float, float]
DOSES = (
    "<table-wrap><label>Table 2</label><caption><p>Response at week 28</p></caption><table><thead>"
    '<tr><th rowspan="2"></th><th rowspan="2">Placebo+MTX (N=55)</th><th colspan="2">Verolizumab+MTX</th>'
    '<th colspan="2">Guselkumab+MTX</th></tr>'
    "<tr><th>90 mg every 8 weeks (N=55)</th><th>90 mg every 12 weeks (N=50)</th>"
    "<th>90 mg every 8 weeks (N=52)</th><th>200 mg every 8 weeks (N=54)</th></tr></thead><tbody>"
    "<tr><td>ACR20, n (%)</td><td>22 (40.0)</td><td>29 (52.7)</td><td>30 (60.0)</td><td>21 (40.4)</td>"
    "<td>24 (44.4)</td></tr></tbody></table></table-wrap>"
)


@pytest.mark.parametrize(
    ("intervention", "comparator", "wanted"),
    [
        ("verolizumab 90 mg every 12 weeks", "placebo", (30, 50, 22, 55)),
        ("guselkumab 200 mg every 8 weeks", "placebo", (24, 54, 22, 55)),
        ("verolizumab 90 mg every 8 weeks", "placebo", (29, 55, 22, 55)),
        ("verolizumab 90 mg every 12 weeks", "guselkumab 200 mg every 8 weeks", (30, 50, 24, 54)),
    ],
)
def test_doses_below_their_drugs(intervention: str, comparator: str, wanted: Four) -> None:
    found = answer(article(DOSES), outcome="ACR20 response", intervention=intervention, comparator=comparator)
    assert numbers(found) == wanted


@pytest.mark.parametrize(
    ("outcome", "wanted"),
    [
        ("remission at 24 weeks", (11, 35, 12, 33)),
        ("remission at 48 weeks", (17, 35, 20, 33)),
        ("remission at 48 weeks (per protocol)", (17, 32, 19, 29)),
    ],
)
def test_time_points_in_a_column_of_their_own(outcome: str, wanted: Four) -> None:
    head = [
        ["Week", "Achieved", "Intention-to-treat@2", "Per protocol@2"],
        ["", "", "Initial combination scheme", "Standard scheme", "Initial combination scheme", "Standard scheme"],
    ]
    body = [
        ["24", "Remission", "11/35 (31.4%)", "12/33 (36.4%)", "11/33 (33.3%)", "11/30 (36.7%)"],
        ["48", "Remission", "17/35 (48.6%)", "20/33 (60.6%)", "17/32 (53.1%)", "19/29 (65.5%)"],
    ]
    document = article(table("Remission after 24 and 48 weeks", head, body))
    found = answer(document, outcome=outcome, intervention="initial combination", comparator="standard scheme")
    assert numbers(found) == wanted


def test_rates_may_have_an_interval() -> None:
    head = [["Outcome", "Control@2", "Intervention@2"], ["", "n", "Rate (95% CI)", "n", "Rate (95% CI)"]]
    body = [["Quitter", "40", "5% (1 to 17%)", "40", "28% (16 to 43%)"]]
    found = answer(article(table("Smoking", head, body)), outcome="quitter", intervention="aid", comparator="control")
    assert numbers(found) == (11, 40, 2, 40)


@pytest.mark.parametrize(("label", "wanted"), [("Attempt to quit smoking", None), ("Quit smoking", (16, 40, 8, 40))])
def test_what_was_tried_is_not_what_was_done(label: str, wanted: Four | None) -> None:
    head = [["", "Verolizumab (n = 40)", "Placebo (n = 40)"]]
    document = article(table("Smoking", head, [[label, "16 (40.0)", "8 (20.0)"], ["Cough", "2 (5.0)", "4 (10.0)"]]))
    found = answer(document, outcome="smoking cessation", intervention="verolizumab", comparator="placebo")
    assert numbers(found) == wanted
