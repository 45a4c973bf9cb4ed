"""Checks of candidates: each against its own numbers, and against the others of the document."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from mscevidence import vocabulary
from mscevidence.check.arithmetic import events_within_n, fraction_against_percent, percent_of, percent_possible
from mscevidence.check.complements import complement_findings
from mscevidence.check.registry import finding
from mscevidence.model import Candidate, Document, Finding

_ALL = "all"


def check_candidates(candidates: Sequence[Candidate], document: Document) -> tuple[Candidate, ...]:
    """Return the candidates with the findings of every check that concerns them attached; none is dropped."""
    found: dict[str, list[Finding]] = defaultdict(list)
    for candidate in candidates:
        found[candidate.id] += [f for f in (*_place(candidate, document), *_own_numbers(candidate)) if f is not None]
    for identifier, each in (*_parts(candidates), *_arms(candidates), *_sizes(candidates), *_others(candidates)):
        found[identifier].append(each)
    return tuple(c.model_copy(update={"findings": _once((*c.findings, *found[c.id]))}) for c in candidates)


def _once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(dict.fromkeys(findings))


def _place(candidate: Candidate, document: Document) -> Iterator[Finding]:
    if document.text[slice(*candidate.span)] != candidate.quote:
        yield finding("quote-in-document", "the quote is not the text at its span", candidate.id)
    for value in candidate.values:
        if value.span is not None and document.text[slice(*value.span)] != value.text:
            yield finding("quote-in-document", f"the {value.role} is not the text at its span", candidate.id)


def _own_numbers(candidate: Candidate) -> Iterator[Finding | None]:
    if candidate.kind not in {"result", "part"}:
        return
    counts, percent = _counts(candidate), candidate.value("percent")
    if counts is not None and _counts_patients(candidate.outcome):
        yield events_within_n(*counts, subject=candidate.id)
    if percent is None:
        return
    if percent.number is not None and percent.number > 100 and _counts_patients(candidate.outcome):
        yield finding("percent-within-100", f"{percent_of(percent)}% of patients is more than all", candidate.id)
    events = candidate.value("events")
    if counts is not None and events is not None and not events.derived:
        yield fraction_against_percent(*counts, percent_of(percent), candidate.id)
    elif (n := candidate.number("n")) is not None:
        yield percent_possible(percent_of(percent), int(n), candidate.id)
    else:
        yield finding("percent-without-count", f"{percent_of(percent)}% without the number of patients", candidate.id)


def _counts(candidate: Candidate) -> tuple[int, int] | None:
    events, n = candidate.number("events"), candidate.number("n")
    return (int(events), int(n)) if events is not None and n is not None else None


def _counts_patients(outcome: str | None) -> bool:
    term = vocabulary.load("outcome").get(outcome or "")
    return term is None or term.counting_unit == "patients"


def _parts(candidates: Sequence[Candidate]) -> Iterator[tuple[str, Finding]]:
    wholes = {c.id: c for c in candidates}
    shares: dict[str, list[Candidate]] = defaultdict(list)
    for part in candidates:
        if part.part_of is not None:
            shares[part.part_of].append(part)
    for whole_id, parts in shares.items():
        whole = wholes.get(whole_id)
        events = whole.number("events") if whole else None
        if events is None:
            continue
        for part in parts:
            if part.number("n") not in {None, events}:
                yield (
                    part.id,
                    finding(
                        "parts-against-whole", f"the part is of {part.number('n'):g}, the whole is {events:g}", part.id
                    ),
                )
        total = sum(part.number("events") or 0 for part in parts)
        if total != events:
            severity = "warning" if total > events else "note"
            said = f"the parts add up to {total:g}, the whole is {events:g}"
            yield (
                whole_id,
                finding("parts-against-whole", said, whole_id, severity="warning" if severity == "warning" else "note"),
            )


def _partition(arm: str) -> str:
    """Return which split of the patients an arm belongs to: a trial may be told by dose and by phase."""
    if re.search(r"\b(?:phase|part|stage)$", arm):
        return "phases"
    return "doses" if "10^" in arm else "arms"


def _arms(candidates: Sequence[Candidate]) -> Iterator[tuple[str, Finding]]:
    """Yield where patients, or events of an outcome, of the arms do not add up to those of all patients."""
    groups: dict[tuple[str, str | None], list[Candidate]] = defaultdict(list)
    for c in candidates:
        added = c.value("qualifier") is not None
        if c.kind in {"participants", "result"} and c.arm is not None and c.certainty != "ambiguous" and not added:
            groups[f"{c.kind}:{c.outcome or ''}", c.time_point].append(c)
    for (kind, _), members in groups.items():
        role = "n" if kind.startswith("participants") else "events"
        totals = [c for c in members if c.arm == _ALL and c.number(role) is not None]
        if len({c.number(role) for c in totals}) == 1:
            yield from _sums(members, totals[0], role)


def _sums(members: list[Candidate], total: Candidate, role: str) -> Iterator[tuple[str, Finding]]:
    splits: dict[str, dict[str, float]] = defaultdict(dict)
    for c in members:
        number = c.number(role)
        if c.arm is not None and c.arm != _ALL and number is not None:
            splits[_partition(c.arm)].setdefault(c.arm, number)
    whole = total.number(role) or 0
    for split, numbers in splits.items():
        added = sum(numbers.values())
        if len(numbers) < 2 or added == whole:
            continue
        shown = " + ".join(f"{number:g}" for number in numbers.values())
        said = f"{role} of the {split} add up to {shown} = {added:g}, all patients have {whole:g}"
        yield total.id, finding("arms-add-up-to-total", said, total.id, severity="warning" if added > whole else "note")


def _sizes(candidates: Sequence[Candidate]) -> Iterator[tuple[str, Finding]]:
    sizes: dict[str, float] = {}
    for c in candidates:
        n = c.number("n")
        if (
            c.kind == "participants"
            and c.arm
            and n is not None
            and c.rule != "denominator-of-arm"
            and not c.value("qualifier")
        ):
            sizes[c.arm] = max(sizes.get(c.arm, 0), n)
    for c in candidates:
        n = c.number("n")
        if c.kind == "result" and c.arm in sizes and n is not None and n > sizes[c.arm or ""]:
            yield (
                c.id,
                finding("n-within-arm", f"n is {n:g}, the arm ({c.arm}) has {sizes[c.arm or '']:g} patients", c.id),
            )


def _others(candidates: Sequence[Candidate]) -> Iterator[tuple[str, Finding]]:
    """Yield results that contradict each other, and outcomes that do not complete each other."""
    by_place: dict[tuple[str | None, str | None], dict[str, list[Candidate]]] = defaultdict(lambda: defaultdict(list))
    for c in candidates:
        if c.kind == "result" and c.outcome and c.arm and c.number("events") is not None and c.certainty != "ambiguous":
            by_place[c.arm, c.time_point][c.outcome].append(c)
    for outcomes in by_place.values():
        for outcome, results in outcomes.items():
            yield from ((results[-1].id, each) for each in _disagreement(outcome, results))
        counts = {name: pair for name, results in outcomes.items() if (pair := _counts(results[0])) is not None}
        last = next(iter(reversed(outcomes.values())))[-1]
        yield from ((last.id, each) for each in complement_findings(counts, last.id))


def _disagreement(outcome: str, results: list[Candidate]) -> Iterator[Finding]:
    told = sorted({(c.number("events"), c.number("n")) for c in results}, key=str)
    if len({events for events, _ in told}) > 1:
        shown = " and ".join(f"{events:g}/{n:g}" if n is not None else f"{events:g}" for events, n in told)
        yield finding("results-agree", f"{outcome} is told as {shown} for the same arm and time", results[-1].id)
