"""The checks: each fails where it should, stays silent where it should, and says which."""

# ruff: noqa: E501 - tables with one case per row

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mscevidence.check import CHECKS, check_candidates, check_provenance, check_study
from mscevidence.check.arithmetic import Percent, counts_for, cut_to, rounds_to
from mscevidence.check.provenance import can_be_read
from mscevidence.model import Candidate, Document, Finding, Study, Value
from study_factory import DECISION, arm, report, result, study

ALL = arm(treated=18)


def said(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(f.check, f.severity) for f in findings if f.check != "number-in-quote"]


@pytest.mark.parametrize(
    ("events", "n", "percent", "decimals", "rounded", "cut"),
    [
        (8, 18, 44.4, 1, True, True),
        (2, 3, 66.7, 1, True, False),
        (2, 3, 66.6, 1, False, True),
        (2, 3, 67, 0, True, False),
        (1, 8, 12.5, 1, True, True),
        (1, 8, 13, 0, True, False),
        (1, 8, 12, 0, True, True),
        (8, 27, 29, 0, False, True),
        (19, 52, 36.6, 1, False, False),
        (0, 3, 0.0, 1, True, True),
        (3, 3, 100, 0, True, True),
    ],
)
def test_printed_percents(events: int, n: int, percent: float, decimals: int, rounded: bool, cut: bool) -> None:
    assert rounds_to(events, n, Percent(percent, decimals)) is rounded
    assert cut_to(events, n, Percent(percent, decimals)) is cut


@given(st.integers(1, 500), st.integers(0, 500), st.integers(0, 2))
def test_a_rounded_percent_leads_back_to_its_events(n: int, events: int, decimals: int) -> None:
    events = min(events, n)
    percent = Percent(round(100 * events / n, decimals), decimals)
    assert events in counts_for(percent, n)


STUDIES = [
    ("8 of 18", [result("response", 8, 18, quote="44.4% (8/18)")], {}, []),
    ("cut", [result("response", 8, 27, quote="8/27 (29%)")], {"arms": [arm(treated=27)]}, [("fraction-against-percent", "warning")]),
    ("wrong", [result("response", 19, 52, quote="36.6% (19/52)")], {"arms": [arm(treated=52)]}, [("fraction-against-percent", "error")]),
    ("field", [result("response", 9, 18, quote="9/18", percent=44.4)], {}, [("fraction-against-percent", "error")]),
    ("more", [result("response", 19, 18)], {}, [("events-within-n", "error")]),
    ("counted events", [result("adverse-event-count", 30, 18)], {}, []),
    ("impossible", [result("response", None, 18, percent=47, quote="47%")], {}, [("percent-possible-for-n", "warning")]),
    ("possible", [result("response", None, 18, percent=44, quote="44%")], {}, []),
    ("alone", [result("response", None, None, percent=44, quote="44%")], {}, [("percent-without-count", "note")]),
    ("too many", [result("response", 8, 19)], {}, [("n-within-arm", "warning")]),
    ("no arm", [result("response", 8, 18, arm="other")], {}, [("arm-exists", "error")]),
    ("no report", [result("response", 8, 18, report="r9")], {}, [("report-exists", "error")]),
    ("combines nothing", [], {"arms": [arm(combines=["ghost"])]}, [("arm-exists", "error")]),
    ("circle", [], {"arms": [arm("a", combines=["b"]), arm("b", combines=["a"])]}, [("arms-acyclic", "error"), ("arms-acyclic", "error")]),
    ("no control", [], {"design": "randomised-controlled", "arms": [arm("a"), arm("b")]}, [("comparison-has-control", "warning")]),
    ("control", [], {"design": "randomised-controlled", "arms": [arm("a"), arm("b", role="placebo")]}, []),
    ("doses compared", [], {"design": "randomised-dose", "arms": [arm("a"), arm("b")]}, []),
    ("twins", [], {"arms": [arm(), arm()]}, [("ids-unique", "error")]),
    ("twin reports", [], {"reports": [report(), report()]}, [("ids-unique", "error")]),
    ("zero", [result("death", 1, 18, narrative_zero={"scope": "no deaths"})], {}, [("narrative-zero-is-zero", "error")]),
    ("steps", [result("death", 1, 18, derived={"method": "sum", "steps": "added up"})], {}, [("derivation-has-steps", "warning")]),
    ("steps shown", [result("death", 1, 18, derived={"method": "sum", "steps": "0 + 1"})], {}, []),
    ("no unit", [result("response", 8, 18, time_point={"value": 12})], {}, [("time-point-unit", "warning")]),
    ("person-time", [result("infection-count", 3, None, person_time=12.5)], {}, [("person-time-unit", "warning")]),
    ("disagree", [result("response", 8, 18), result("response", 9, 18)], {}, [("results-agree", "warning")]),
    ("other report", [result("response", 8, 18), result("response", 9, 18, report="r2")], {"reports": [report(), report("r2")]}, [("results-agree", "note")]),
    ("other time", [result("response", 8, 18), result("response", 9, 18, time_point={"value": 3, "unit": "month"})], {}, []),
    ("survivors", [result("survival", 15, 18), result("death", 2, 18)], {}, [("complement-sums", "warning")]),
    ("survivors well", [result("survival", 16, 18), result("death", 2, 18)], {}, []),
    ("complete", [result("response", 8, 18), result("complete-response", 3, 18), result("partial-response", 4, 18)], {}, [("complement-sums", "warning")]),
    ("complete well", [result("response", 8, 18), result("complete-response", 3, 18), result("partial-response", 5, 18)], {}, []),
]  # fmt: skip


@pytest.mark.parametrize(("results", "more", "expected"), [row[1:] for row in STUDIES], ids=[row[0] for row in STUDIES])
def test_studies(results: list[dict[str, Any]], more: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert said(check_study(study("made-up", *results, **{"arms": [ALL], **more}))) == expected


def test_the_hint_names_the_denominator_that_fits() -> None:
    found = check_study(study("made-up", result("response", 8, 27, quote="8/27 (29%)"), arms=[arm(treated=28)]))
    assert found[0].sentence.startswith("8/27 is 29.6%, not 29% (29% would be 8/28)")
    assert found[0].subject == "made-up/all/response"


def cohorts(low: int, middle: int, high: int, *, treated: int = 12) -> Study:
    arms = [arm("low", treated=3), arm("middle", treated=3), arm("high", treated=treated)]
    everybody = arm(combines=["low", "middle", "high"], treated=18)
    by_arm = [("low", low, 3), ("middle", middle, 3), ("high", high, 12), ("all", 8, 18)]
    return study("made-up", *[result("response", e, n, arm=a) for a, e, n in by_arm], arms=[*arms, everybody])


def test_arms_add_up() -> None:
    assert check_study(cohorts(0, 2, 6)) == ()
    assert [f.sentence for f in check_study(cohorts(0, 2, 5))] == ["events of response: 0 + 2 + 5 = 7, not 8"]
    assert [f.sentence for f in check_study(cohorts(0, 2, 6, treated=13))] == [
        "treated of all: 3 + 3 + 13 = 19, not 18"
    ]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [((2, 1, 1), []), ((2, 1), [("parts-against-whole", "note")]), ((2, 2, 1), [("parts-against-whole", "warning")]),
     ((5,), [("parts-against-whole", "error"), ("parts-against-whole", "warning")])],
)  # fmt: skip
def test_parts_split_the_whole(counts: tuple[int, ...], expected: list[tuple[str, str]]) -> None:
    source = {"report": "r1", "quote": "5 4 3 2 1"}
    parts = [{"term": f"t{i}", "events": e, "source": source, "decision": DECISION} for i, e in enumerate(counts)]
    assert (
        said(check_study(study("made-up", result("serious-adverse-event", 4, 18, parts=parts), arms=[ALL]))) == expected
    )


TEXT = "Results: Eight of the 18 patients (44.4%) responded. No deaths occurred. All patients were alive."
SHA = hashlib.sha256(TEXT.encode()).hexdigest()
DOCUMENTS = {SHA: Document(sha256=SHA, format="plain-text", reader="plain-text/1", text=TEXT)}
QUOTE = "Eight of the 18 patients (44.4%)"


def sourced(quote: str, events: int = 8, n: int = 18, *, span: tuple[int, int] | None = None, **more: Any) -> Study:
    made = result("response", events, n, quote=quote, **more)
    made["source"] |= {"document": SHA, "span": span}
    return study("made-up", made, arms=[ALL])


PROVENANCE = [
    ("at its span", sourced(QUOTE, span=(9, 9 + len(QUOTE))), []),
    ("somewhere", sourced(QUOTE), []),
    ("one off", sourced(QUOTE, span=(10, 10 + len(QUOTE))), [("quote-in-document", "error")]),
    ("not there", sourced("Nine of 18", events=9), [("quote-in-document", "error")]),
    ("other number", sourced(QUOTE, events=7), [("number-in-quote", "error")]),
    ("other n", sourced(QUOTE, n=17), [("number-in-quote", "warning")]),
    ("n of the arm", sourced("Eight of the"), [("number-in-quote", "note")]),
    ("everybody", sourced("All patients were alive", events=18), [("number-in-quote", "note")]),
    ("derived", sourced("44.4%", derived={"method": "percent-times-n", "steps": "44.4% of 18"}), []),
    ("narrative", sourced("No deaths occurred", events=0, narrative_zero={"scope": "deaths"}), []),
    ("no such phrase", sourced(QUOTE, events=0, narrative_zero={"scope": "deaths"}), [("number-in-quote", "error")]),
]  # fmt: skip


@pytest.mark.parametrize(("made", "expected"), [row[1:] for row in PROVENANCE], ids=[row[0] for row in PROVENANCE])
def test_numbers_walk_back(made: Study, expected: list[tuple[str, str]]) -> None:
    assert [(f.check, f.severity) for f in check_provenance(made, DOCUMENTS)] == expected


def judged(**changes: Any) -> Study:
    one = {"tool": "rob-2-2019", "by": "ab", "answers": {"randomisation": "low"}, "result": "s/all/response", **changes}
    return study("s", result("response", 8, 18), arms=[ALL], appraisal=[one])


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (judged(), []),
        (judged(answers={"beauty": "low"}), ["appraisal-words"]),
        (judged(answers={"randomisation": "splendid"}), ["appraisal-words"]),
        (judged(overall="splendid"), ["appraisal-words"]),
        (judged(tool="minors-2003", answers={}, overall="low", result=None), ["appraisal-words"]),
        (judged(support={"beauty": {"report": "r1", "quote": "x"}}), ["appraisal-words"]),
        (judged(result="s/all/relapse"), ["appraised-result-exists"]),
        (judged(support={"randomisation": {"report": "r9", "quote": "x"}}), ["report-exists"]),
    ],
)
def test_appraisals_use_the_words_of_their_tool(made: Study, expected: list[str]) -> None:
    assert [(one.check, one.severity) for one in check_study(made)] == [(name, "error") for name in expected]


@pytest.mark.parametrize(("quote", "wrong"), [("No deaths", False), ("Two deaths", True)])
def test_the_quote_of_a_judgement_walks_back_too(quote: str, wrong: bool) -> None:
    start = TEXT.index("No deaths")
    source = {"report": "r1", "quote": quote, "document": SHA, "span": (start, start + len("No deaths"))}
    found = check_provenance(judged(support={"randomisation": source}), DOCUMENTS)
    subjects = [one.subject for one in found if one.check == "quote-in-document"]
    assert subjects == (["s/appraisal/rob-2-2019/randomisation"] if wrong else [])


def test_quotes_without_their_document_are_counted() -> None:
    made = study("made-up", result("response", 8, 18), result("death", 0, 18), arms=[ALL])
    found = check_provenance(made, {})
    assert [f.sentence for f in found] == ["2 quotes of report r1 cannot be placed: its document is not captured here"]
    assert found[0].severity == "note"


@pytest.mark.parametrize(
    ("number", "quote", "readable"),
    [
        (8, "8/18", True),
        (8, "18", False),
        (8, "0.8", False),
        (1234, "1,234 patients", True),
        (21, "Twenty-one patients", True),
        (176, "One hundred and seventy-six women", True),
        (305, "three hundred five", True),
        (1200, "one thousand two hundred", True),
        (100, "a hundred patients", True),
        (200, "a hundred patients", False),
        (2000, "two thousand patients", True),
        (7, "seventy", False),
        (0, "none of them", True),
        (0, "notable", False),
    ],
)
def test_numbers_in_digits_and_words(number: int, quote: str, readable: bool) -> None:
    assert can_be_read(number, quote, everybody=False) is readable


def candidate(kind: str, role_numbers: dict[str, float | str], *, name: str = "c", **more: Any) -> Candidate:
    values = [
        Value(role=r, text=str(x), span=None, number=float(x) if r != "qualifier" else None)
        for r, x in role_numbers.items()
    ]
    fields = {
        "id": name,
        "document": SHA,
        "kind": kind,
        "rule": "made-up",
        "span": (0, 7),
        "quote": TEXT[:7],
        "values": values,
    }
    return Candidate.model_validate({**fields, "arm": "all", **more})


CANDIDATES = [
    ("fine", [candidate("result", {"events": 8, "n": 18, "percent": 44.4})], []),
    ("fraction", [candidate("result", {"events": 9, "n": 18, "percent": 44.4})], [("fraction-against-percent", "error")]),
    ("events", [candidate("result", {"events": 19, "n": 18})], [("events-within-n", "error")]),
    ("percent", [candidate("result", {"n": 18, "percent": 47})], [("percent-possible-for-n", "warning")]),
    ("quote", [candidate("result", {"events": 1, "n": 2}, quote="other")], [("quote-in-document", "error")]),
    ("part of", [candidate("result", {"events": 4, "n": 18}, name="w"), candidate("part", {"events": 4, "n": 18}, part_of="w")], [("parts-against-whole", "warning")]),
    ("part sum", [candidate("result", {"events": 4, "n": 18}, name="w"), candidate("part", {"events": 3, "n": 4}, part_of="w")], [("parts-against-whole", "note")]),
    ("sizes", [candidate("participants", {"n": 18}), candidate("result", {"events": 1, "n": 19}, name="r")], [("n-within-arm", "warning")]),
    ("sum", [candidate("participants", {"n": 18}), candidate("participants", {"n": 9}, arm="a", name="a"), candidate("participants", {"n": 10}, arm="b", name="b")], [("arms-add-up-to-total", "warning")]),
    ("added", [candidate("participants", {"n": 6}), candidate("participants", {"n": 3}, arm="a", name="a"), candidate("participants", {"n": 3}, arm="b", name="b"), candidate("participants", {"n": 3, "qualifier": "additional"}, arm="b", name="d")], []),
    ("two", [candidate("result", {"events": 8, "n": 18}, outcome="response"), candidate("result", {"events": 9, "n": 18}, outcome="response", name="d")], [("results-agree", "warning")]),
    ("zero", [candidate("result", {"events": 0, "n": 18}, outcome="death"), candidate("result", {"events": 1, "n": 18}, outcome="death", name="d")], [("results-agree", "warning")]),
    ("complement", [candidate("result", {"events": 17, "n": 18}, outcome="survival"), candidate("result", {"events": 2, "n": 18}, outcome="death", name="d")], [("complement-sums", "warning")]),
]  # fmt: skip


@pytest.mark.parametrize(("made", "expected"), [row[1:] for row in CANDIDATES], ids=[row[0] for row in CANDIDATES])
def test_candidates(made: list[Candidate], expected: list[tuple[str, str]]) -> None:
    checked = check_candidates(made, DOCUMENTS[SHA])
    assert [c.id for c in checked] == [c.id for c in made]
    assert said(tuple(f for c in checked for f in c.findings)) == expected


def test_checking_twice_says_it_once() -> None:
    once = check_candidates([candidate("result", {"events": 19, "n": 18})], DOCUMENTS[SHA])
    assert check_candidates(once, DOCUMENTS[SHA]) == once


def test_every_check_has_an_id_a_severity_and_a_sentence() -> None:
    assert all(name == check.id and check.sentence.endswith(".") for name, check in CHECKS.items())
    assert {check.severity for check in CHECKS.values()} == {"error", "warning", "note"}
