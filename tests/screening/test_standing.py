"""Where a record stands, from the judgements of one or two reviewers."""

from __future__ import annotations

from typing import Any

import pytest
from screening_samples import document, record, said

from mscevidence.model import Eligibility, ExclusionRule
from mscevidence.screening import excluded_by_rule, standings

TWO = Eligibility(reviewers=2)
ONE = Eligibility(reviewers=1)


@pytest.mark.parametrize(
    ("verdicts", "stage", "state"),
    [
        ([], "record", "open"),
        ([("fe", "include")], "record", "half"),
        ([("fe", "exclude"), ("ab", "exclude")], "record", "exclude"),
        ([("fe", "include"), ("ab", "exclude")], "record", "conflict"),
        ([("fe", "maybe"), ("ab", "exclude")], "record", "conflict"),
        ([("fe", "include"), ("ab", "include")], "report", "open"),
        ([("fe", "maybe"), ("ab", "include")], "report", "open"),
    ],
)
def test_two_reviewers(verdicts: list[tuple[str, str]], stage: str, state: str) -> None:
    (found,) = standings([record("a")], TWO, [said("a", by, verdict) for by, verdict in verdicts])
    assert (found.stage, found.state) == (stage, state)


@pytest.mark.parametrize(
    ("verdict", "stage", "state"),
    [("include", "report", "open"), ("maybe", "report", "open"), ("exclude", "record", "exclude")],
)
def test_one_reviewer_is_enough_where_the_protocol_says_so(verdict: str, stage: str, state: str) -> None:
    (found,) = standings([record("a")], ONE, [said("a", "fe", verdict)])
    assert (found.stage, found.state) == (stage, state)


@pytest.mark.parametrize("state", ["include", "exclude", "not-retrieved"])
def test_the_full_text_decides(state: str) -> None:
    judgements = [said("a", "fe", "include"), said("a", "fe", state, stage="report", reason="wrong-outcome")]
    (found,) = standings([record("a")], ONE, judgements)
    assert (found.stage, found.state, found.included) == ("report", state, state == "include")
    assert found.reason == "wrong-outcome"


def test_the_last_word_of_a_reviewer_counts_whatever_the_order_of_the_lines() -> None:
    later = said("a", "fe", "exclude", at="2026-11-02T10:00:00")
    earlier = said("a", "fe", "include", at="2026-11-01T10:00:00")
    for order in ([earlier, later], [later, earlier]):
        (found,) = standings([record("a")], ONE, order)
        assert found.state == "exclude"


def test_a_judgement_of_any_record_of_a_report_speaks_for_it() -> None:
    (found,) = standings([record("a", "b")], TWO, [said("a", "fe", "exclude"), said("b", "ab", "exclude")])
    assert found.state == "exclude"


def test_a_settled_conflict_stays_settled_until_a_reviewer_speaks_again() -> None:
    conflict = [said("a", "fe", "include"), said("a", "ab", "exclude")]
    settled = said("a", "cd", "exclude", settles=True, note="mice", reason="animals", at="2026-11-03T10:00:00")
    (found,) = standings([record("a")], TWO, [*conflict, settled])
    assert (found.state, found.reason) == ("exclude", "animals")
    again = said("a", "ab", "maybe", at="2026-11-04T10:00:00")
    (reopened,) = standings([record("a")], TWO, [*conflict, settled, again])
    assert (reopened.stage, reopened.state) == ("report", "open")


RULE = ExclusionRule(
    id="animals", reason="animals", field="title", pattern=r"\b(mice|rats?)\b", unless=r"\bpatients?\b"
)


@pytest.mark.parametrize(
    ("title", "applies"),
    [("MSC in Mice", True), ("MSC in a rat", True), ("From mice to patients", False), ("MSC in strategy", False)],
)
def test_a_rule_excludes_by_its_words_only(title: str, applies: bool) -> None:
    assert (excluded_by_rule(document(title), [RULE]) is RULE) is applies


@pytest.mark.parametrize(
    ("field", "pattern", "fields", "applies"),
    [
        ("year", "^19", {"date": "1999-05"}, True),
        ("year", "^19", {"date": "2019-05"}, False),
        ("year", "^19", {}, False),
        ("language", "^chi$", {"languages": ("eng", "chi")}, True),
        ("publication-type", "^review$", {"publication_types": ("Journal Article", "Review")}, True),
        ("publication-type", "^review$", {"publication_types": ("Systematic Review",)}, False),
        ("kind", "^editorial$", {"kind": "editorial"}, True),
        ("journal", "preprints", {"journal": "Preprints.org"}, True),
        ("text", "zebrafish", {"text": "T\n\nIn zebrafish"}, True),
    ],
)
def test_every_field_of_a_rule(field: Any, pattern: str, fields: dict[str, Any], applies: bool) -> None:
    rule = ExclusionRule(id="r", reason="x", field=field, pattern=pattern)
    assert (excluded_by_rule(document("T", **fields), [rule]) is rule) is applies


def test_a_reviewer_overrides_a_rule() -> None:
    eligibility = Eligibility(reviewers=1, rules=(RULE,))
    mouse = record("MSC in mice")
    assert standings([mouse], eligibility, [])[0].state == "excluded-by-rule"
    (found,) = standings([mouse], eligibility, [said("MSC in mice", "fe", "include")])
    assert (found.stage, found.state) == ("report", "open")
