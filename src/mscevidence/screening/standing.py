"""Where each record stands: what the rules and the reviewers say of it, taken together."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from mscevidence.model import Document, Eligibility, ExclusionRule, Judgement, Stage
from mscevidence.screening.eligibility import excluded_by_rule

State = Literal["open", "half", "conflict", "maybe", "include", "exclude", "not-retrieved", "excluded-by-rule"]
"""``open``: nobody judged it; ``half``: the second reviewer is missing; ``conflict``: they disagree."""


@dataclasses.dataclass(frozen=True)
class Record:
    """One report as the searches found it: its best record, the hashes of all records of it, how often it was found."""

    document: Document
    members: frozenset[str]
    times: int = 1


@dataclasses.dataclass(frozen=True)
class Standing:
    """Where one record stands.

    Attributes:
        record: the record.
        stage: the stage it has reached.
        state: what is known at that stage.
        rule: the rule that excluded it.
        reason: the reason for which it was excluded.
        judgements: what counts at each stage, the last of each reviewer, and what settled a conflict.
    """

    record: Record
    stage: Stage
    state: State
    rule: ExclusionRule | None
    reason: str | None
    judgements: Mapping[Stage, tuple[Judgement, ...]]

    @property
    def included(self) -> bool:
        """Return whether the report is in the review."""
        return self.stage == "report" and self.state == "include"

    def of(self, reviewer: str, stage: Stage) -> Judgement | None:
        """Return what a reviewer last said at a stage, or None."""
        return next((one for one in self.judgements[stage] if one.by == reviewer and not one.settles), None)


def standings(
    records: Iterable[Record], eligibility: Eligibility, judgements: Sequence[Judgement]
) -> tuple[Standing, ...]:
    """Return where each record stands, in the order given."""
    by_record: dict[str, list[Judgement]] = {}
    for one in judgements:
        by_record.setdefault(one.record, []).append(one)
    return tuple(
        _standing(record, eligibility, [one for member in record.members for one in by_record.get(member, ())])
        for record in records
    )


def _standing(record: Record, eligibility: Eligibility, said: Sequence[Judgement]) -> Standing:
    counted = {stage: _last_words(said, stage) for stage in ("record", "report")}
    judged: Mapping[Stage, tuple[Judgement, ...]] = {"record": counted["record"], "report": counted["report"]}
    if not said:
        # A reviewer who judged a record overrides a rule that was added later.
        rule = excluded_by_rule(record.document, eligibility.rules)
        if rule is not None:
            return Standing(record, "record", "excluded-by-rule", rule, rule.reason, judged)
    stage: Stage = "record"
    state, reason = _state(judged["record"], eligibility.reviewers)
    if state in ("include", "maybe") or judged["report"]:
        stage = "report"
        state, reason = _state(judged["report"], eligibility.reviewers)
    return Standing(record, stage, state, None, reason, judged)


def _last_words(said: Sequence[Judgement], stage: str) -> tuple[Judgement, ...]:
    """Return the last judgement of each reviewer at a stage, and the last that settled a conflict after them."""
    last: dict[tuple[str, bool], Judgement] = {}
    for one in sorted((one for one in said if one.stage == stage), key=lambda one: one.at):
        last.pop((one.by, one.settles), None)
        last[one.by, one.settles] = one
    own = [one for one in last.values() if not one.settles]
    settled = [one for one in last.values() if one.settles and all(one.at >= each.at for each in own)]
    return (*own, *settled[-1:])


def _state(said: Sequence[Judgement], reviewers: int) -> tuple[State, str | None]:
    settled = next((one for one in said if one.settles), None)
    if settled is not None:
        return settled.verdict, settled.reason
    if not said:
        return "open", None
    verdicts = {one.verdict for one in said}
    if len(said) < reviewers:
        return "half", None
    if len(verdicts) == 1:
        return said[0].verdict, next((one.reason for one in said if one.reason), None)
    # Include and maybe agree that the full text is to be read; the careful word stands.
    return ("maybe", None) if verdicts == {"include", "maybe"} else ("conflict", None)
