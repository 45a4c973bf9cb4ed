"""Times of outcomes, and the counts of tables that follow from their neighbours."""

from __future__ import annotations

import pytest
from small_articles import Rows, article, numbers, table

from mscevidence.extract.lookup import Answer, answer
from mscevidence.extract.lookup.asked_times import times_told, without_times
from mscevidence.extract.tables.cells import reading_of
from mscevidence.model import Document

Four = tuple[float, float, float, float]


def ask(document: Document, outcome: str) -> Answer | None:
    return answer(document, outcome=outcome, intervention="MSC", comparator="placebo")


@pytest.mark.parametrize(
    ("phrase", "times"),
    [
        ("relapse at 1 year", {(12.0, "month")}),
        ("12 months", {(12.0, "month")}),
        ("within 24 h", {(1.0, "day")}),
        ("2 h after surgery", {(2.0, "hour")}),
        ("week 4", {(28.0, "day")}),
        ("six months and 12 weeks", {(6.0, "month"), (84.0, "day")}),
        ("30 min", {(30.0, "minute")}),
        ("5 mg", set()),
    ],
)
def test_times_told(phrase: str, times: set[tuple[float, str]]) -> None:
    assert times_told(phrase) == times


@pytest.mark.parametrize(
    ("phrase", "rest"),
    [
        ("relapse at 12 months", "relapse"),
        ("mortality during 6 months of follow-up", "mortality"),
        ("5-year failure rate", "failure rate"),
        ("at 12 months", "at 12 months"),
        ("relapse", "relapse"),
    ],
)
def test_phrases_without_times(phrase: str, rest: str) -> None:
    assert without_times(phrase) == rest


HEAD: Rows = [["Time", "Outcome", "MSC (n = 20)", "placebo (n = 20)"]]
BODY: Rows = [
    ["Before", "Relapse", "1 (5)", "2 (10)"],
    ["6 months", "Relapse", "3 (15)", "5 (25)"],
    ["1 year", "Relapse", "4 (20)", "9 (45)"],
]


@pytest.mark.parametrize(
    ("outcome", "wanted"),
    [
        ("relapse at 6 months", (3, 20, 5, 20)),
        ("relapse at 12 months", (4, 20, 9, 20)),
        ("relapse at 3 months", None),
        ("relapse", None),
    ],
)
def test_rows_of_several_times(outcome: str, wanted: Four | None) -> None:
    document = article(table("Number (%) of patients", HEAD, BODY))
    assert numbers(ask(document, outcome)) == wanted


def test_a_row_of_another_time_is_no_answer() -> None:
    document = article(table("Number (%) of patients", HEAD, BODY[1:2]))
    assert numbers(ask(document, "relapse at 12 months")) is None
    assert numbers(ask(document, "relapse at 6 months")) == (3, 20, 5, 20)


def test_sentences_of_another_time_are_no_answer() -> None:
    document = article(
        "Relapse at 6 months occurred in 3 (15%) patients with MSC and 5 (25%) with placebo.",
        methods="Patients were randomised to MSC (n = 20) or placebo (n = 20).",
    )
    assert numbers(ask(document, "relapse at 12 months")) is None
    assert numbers(ask(document, "relapse at 6 months")) == (3, 20, 5, 20)


def test_n_beside_percent_counts_events_when_both_make_one_n() -> None:
    head: Rows = [["", "MSC@2", "placebo@2"], ["", "N", "%", "N", "%"]]
    body: Rows = [
        ["Improved", "20", "66.7", "1", "3.3"],
        ["Same", "9", "30.0", "25", "83.3"],
        ["Worse", "1", "3.3", "4", "13.3"],
    ]
    assert numbers(ask(article(table("Ascites", head, body)), "improved ascites")) == (20, 30, 1, 30)


def test_n_beside_percent_is_the_size_when_they_do_not() -> None:
    head: Rows = [["", "MSC@2", "placebo@2"], ["", "N", "Percent", "N", "Percent"]]
    body: Rows = [
        ["Improved", "40", "65.0", "60", "30.0"],
        ["Same", "40", "20.0", "59", "50.8"],
        ["Worse", "38", "15.8", "60", "20.0"],
    ]
    assert numbers(ask(article(table("Ascites", head, body)), "improved ascites")) == (26, 40, 18, 60)


def test_categories_that_make_a_hundred_make_their_n() -> None:
    head: Rows = [["", "MSC", "placebo"]]
    body: Rows = [["Recording, n (%)", "", ""], ["Negative", "1 (12.5)", "9 (100)"], ["Positive", "7 (87.5)", "0 (0)"]]
    methods = "Patients were randomised to MSC (n = 9) or placebo (n = 9)."
    document = article(table("Outcome", head, body), methods=methods)
    assert numbers(ask(document, "positive recording")) == (7, 8, 0, 9)


def test_the_n_that_most_percents_make_is_believed() -> None:
    head: Rows = [["Events, n (%)", "MSC", "placebo"]]
    body: Rows = [["Nausea", "17 (13)", "23 (18)"], ["Cough", "47 (35)", "39 (30)"], ["Fever", "8 (6)", "12 (9)"]]
    first = table(
        "Baseline characteristics", [["", "MSC (n = 133)", "placebo (n = 131)"]], [["Male", "70 (53)", "65 (50)"]]
    )
    methods = "Patients were randomised to MSC (n = 133) or placebo (n = 133)."
    document = article(first, table("Side effects", head, body), methods=methods)
    assert numbers(ask(document, "cough")) == (47, 133, 39, 131)


def test_groups_as_rows_take_the_size_above_their_column() -> None:
    head: Rows = [["", "At 12 weeks (N = 29)@2"], ["", "Improved", "Worse"]]
    body: Rows = [["Speech", "", ""], ["placebo", "15 (51.7)", "14 (48.3)"], ["MSC", "20 (69.0)", "9 (31.0)"]]
    found = ask(article(table("Change, n (%)", head, body)), "improved speech at 12 weeks")
    assert numbers(found) == (20, 29, 15, 29)


@pytest.mark.parametrize(
    ("cell", "events", "n", "percent"),
    [
        ("12 (20.0)", 12, None, 20.0),
        ("12 (20,5)", 12, None, 20.5),
        ("1,234 (12.3%)", 1234, None, 12.3),
        ("12 of 60 (20)", 12, 60, 20.0),
        ("12/60 (20.0; 10.8 to 32.3)", 12, 60, 20.0),
        ("12 (20.0) [17]", 12, None, 20.0),
        ("12 (20.0%, 95% CI 10.8–32.3)", 12, None, 20.0),
        ("20.0 (12)", 12, None, 20.0),
        ("1 (&lt;1)", 1, None, None),
        ("0 (0)", 0, None, 0.0),
        ("12*", 12, None, None),
        ("12†", 12, None, None),
    ],
)
def test_cells(cell: str, events: float, n: float | None, percent: float | None) -> None:
    document = article(cell)
    shown = cell.replace("&lt;", "<")
    start = document.text.index(shown)
    reading = reading_of(document, (start, start + len(shown)))
    assert reading is not None
    assert reading.events is not None
    told = (reading.events.number, reading.n and reading.n.number, reading.percent and reading.percent.number)
    assert told == (events, n, percent)


@pytest.mark.parametrize("cell", ["41.2 ± 3.4", "12a", "–", "NS", "8/22 (m/f)"])
def test_cells_that_count_nobody(cell: str) -> None:
    document = article(cell)
    start = document.text.index(cell)
    assert reading_of(document, (start, start + len(cell))) is None


@pytest.mark.parametrize(
    ("intervention", "wanted"),
    [
        ("MSC 20 mg once weekly", (26, 50, 3, 49)),
        ("MSC 20 mg once monthly", (20, 49, 3, 49)),
        ("MSC 20 mg", None),
    ],
)
def test_groups_named_by_two_headers(intervention: str, wanted: Four | None) -> None:
    head: Rows = [["", "Once weekly@3", "Once monthly@2"], ["", "placebo", "10 mg", "20 mg", "10 mg", "20 mg"]]
    body: Rows = [
        ["n", "49", "49", "50", "50", "49"],
        ["Nausea", "3 (6.1)", "12 (24.5)", "26 (52.0)", "16 (32.0)", "20 (40.8)"],
    ]
    document = article(table("Adverse events, n (%)", head, body))
    found = answer(document, outcome="nausea", intervention=intervention, comparator="placebo")
    assert numbers(found) == wanted


@pytest.mark.parametrize(
    ("label", "wanted"),
    [
        ("Response rate, % (95% CI)", (10, 20, 5, 20)),
        ("Response, median days (range)", None),
        ("Response, median % reduction (range)", None),
    ],
)
def test_intervals_behind_percents_and_medians(label: str, wanted: Four | None) -> None:
    head: Rows = [["", "MSC (n = 20)", "placebo (n = 20)"]]
    document = article(table("Efficacy", head, [[label, "50.0 (27.2–72.8)", "25.0 (8.7–49.1)"]]))
    assert numbers(ask(document, "response")) == wanted
