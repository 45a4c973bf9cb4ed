"""The checklist: which items of PRISMA 2020 and its extension for living reviews this edition fills, and where.

Item numbers follow Page MJ et al., BMJ 2021;372:n71, and the extension Akl EA et al., BMJ 2024;387:e079183. What each
asks for is said in our own words.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib import resources
from typing import Any

from mscevidence.model import SearchRun
from mscevidence.publish import wording
from mscevidence.publish.site.changes import NO_LONGER_ASKED, NOT_ASKED, Changes
from mscevidence.publish.site.contents import Contents
from mscevidence.screening import source_name


@dataclasses.dataclass(frozen=True)
class Item:
    """One item: its number, its part, what it asks for, and the page that answers it (empty when people must)."""

    number: str
    part: str
    asks: str
    page: str = ""


@cache
def items() -> tuple[Item, ...]:
    """Return every item in order."""
    text = (resources.files("mscevidence.publish.site") / "checklist.toml").read_text(encoding="utf-8")
    return tuple(Item(**table) for table in tomllib.loads(text)["item"])


def checklist_page(contents: Contents) -> dict[str, Any]:
    """Return what the template of the checklist is filled with."""
    filled = dict(_filled(contents))
    known = {item.number for item in items()}
    assert known >= filled.keys(), sorted(filled.keys() - known)  # noqa: S101 - a number that no item has is a mistake
    return {
        "items": [{"item": item, "filled": filled.get(item.number, ""), "page": item.page} for item in items()],
        "flow": contents.evidence.flow,
        "filled": len(filled),
    }


def _filled(contents: Contents) -> Iterator[tuple[str, str]]:
    for fill in (_question, _searches, _extraction, _synthesis, _selection, _studies, _living):
        yield from fill(contents)


Fill = Callable[[Contents], Iterator[tuple[str, str]]]


def _question(contents: Contents) -> Iterator[tuple[str, str]]:
    protocol = contents.protocol
    if any(word in protocol.title.casefold() for word in ("review", "synthesis", "meta-analysis")):
        yield "1", protocol.title
    if protocol.question:
        yield "4", protocol.question
    if protocol.eligibility.criteria:
        yield "5", " · ".join(protocol.eligibility.criteria)


def _searches(contents: Contents) -> Iterator[tuple[str, str]]:
    protocol, flow = contents.protocol, contents.evidence.flow
    runs = [run for run in contents.evidence.runs if run.finished]
    if runs:
        yield "6", " · ".join(_source(source, runs) for source in dict.fromkeys(run.source for run in runs))
        yield "7", " · ".join(dict.fromkeys(_asked(run) for run in runs if run.query))
    elif protocol.searches:
        sources = sorted({source for search in protocol.searches for source in search.sources})
        yield "6", f"Planned, not yet run: {', '.join(map(source_name, sources))}"
        yield "7", " · ".join(f"{search.id}: {search.query}" for search in protocol.searches)
    if flow is not None:
        rules = f"; {len(protocol.eligibility.rules)} rules exclude by title" if protocol.eligibility.rules else ""
        yield "8", f"{wording.count(protocol.eligibility.reviewers, 'reviewer')} per record{rules}"


def _source(source: str, runs: Sequence[SearchRun]) -> str:
    """Return a source with how often it was searched, on which days, and how many records came."""
    own = [run for run in runs if run.source == source]
    days = sorted({run.started[:10] for run in own})
    when = f"on {days[0]}" if len(days) == 1 else f"from {days[0]} to {days[-1]}"
    times = wording.count(len(own), "search", "searches")
    return f"{source_name(source)}: {times} {when}, {wording.count(sum(run.records for run in own), 'record')}"


def _asked(run: SearchRun) -> str:
    return f"{source_name(run.source)}: {run.query}"


def _extraction(contents: Contents) -> Iterator[tuple[str, str]]:
    studies = contents.evidence.studies
    results = [result for study in studies for result in study.results]
    if results:
        proposed = sum(result.decision.origin.startswith("rule:") for result in results)
        yield (
            "9",
            (
                f"{wording.count(len(results), 'result')} accepted by {_reviewers(contents)}; {proposed} proposed by "
                f"rules, which keep the characters they read; {_settled(contents)}"
            ),
        )
        outcomes = len({result.outcome for result in results})
        yield "10a", f"{wording.count(outcomes, 'outcome')}; results of every arm and time point kept"
        yield "10b", "Design, phase, centre, dates, cells, dose, route; what is not reported is kept apart from unread"
    tools = sorted({one.tool for study in studies for one in study.appraisal})
    if tools:
        yield "11", f"Tools: {', '.join(tools)}"


def _reviewers(contents: Contents) -> str:
    """Return how many people accepted results, with the initials that stand in the records."""
    people = sorted({one.decision.by for study in contents.evidence.studies for one in study.results})
    return f"{wording.count(len(people), 'reviewer')} (in the records as {', '.join(people)})"


def _settled(contents: Contents) -> str:
    """Return of how many studies two people's extractions were compared and what differed was settled."""
    number = sum(bool(study.adjudications) for study in contents.evidence.studies)
    if not number:
        return "of no study were two extractions settled"
    return f"of {wording.count(number, 'study', 'studies')} the differences of two extractions were settled"


def _synthesis(contents: Contents) -> Iterator[tuple[str, str]]:
    pooled = [one.pooled for one in contents.done if one.pooled]
    if not pooled:
        return
    measures = sorted({one.question.measure for one in pooled})
    yield "12", f"Measures: {', '.join(measures)}"
    yield (
        "13a",
        "One result per outcome and study, one study per family; every choice stands on the page of its analysis",
    )
    yield "13b", "Derived counts, zeros in words and sums of arms are marked; analyses say whether they count them"
    yield "13c", "Forest plot and table of every analysis; every number is a link to its sentence"
    yield "13d", "; ".join(dict.fromkeys(one.overall.estimates[0].label for one in pooled))
    if any(one.by for one in pooled):
        yield "13e", f"Subgroups by {', '.join(sorted({one.by for one in pooled if one.by}))}"
    if any(one.series or one.sensitivity for one in pooled):
        yield "13f", "Every sensible method, one study left out at a time, with and without derived counts"
    yield "19", f"{len(pooled)} analyses, each with counts, rate and interval of every study"
    yield "20a", "Number of studies, patients and the design of each study in its table"
    yield "20b", "; ".join(f"{one.title}: {one.answer}" for one in contents.snapshot.analyses[:3]) + " …"
    yield "20c", "τ², I² and the test of heterogeneity of every estimate; tests between subgroups"
    yield "20d", "Sensitivity analyses stand under every method"
    yield "14", "Funnel plots with regions of significance; with fewer than ten studies they are not read"
    if any(len(one.overall.rows) >= 10 for one in pooled):
        yield "21", "Funnel plots stand with the analyses of two or more studies, with a warning below ten"


def _selection(contents: Contents) -> Iterator[tuple[str, str]]:
    flow = contents.evidence.flow
    if flow is not None:
        screened, included = flow.counts.get("records_screened") or 0, flow.counts.get("total_studies") or 0
        yield "16a", f"{screened:,} records screened, {included:,} studies included: see the flow diagram"
        reasons = {reason: n for found in flow.excluded.values() for reason, n in found.items()}
        if reasons:
            yield "16b", " · ".join(f"{reason}: {n:,}" for reason, n in reasons.items())


def _studies(contents: Contents) -> Iterator[tuple[str, str]]:
    studies = contents.evidence.studies
    yield "17", f"{wording.count(len(studies), 'study', 'studies')}, a page each with its reports"
    judged = sum(bool(study.appraisal) for study in studies)
    if judged:
        yield "18", f"Judged in {judged} of {wording.count(len(studies), 'study', 'studies')}"
    analyses = [one.analysis.id for one in contents.done]
    if analyses:
        yield "24b", f"The protocol mscevidence.toml fixes {wording.count(len(analyses), 'analysis', 'analyses')}"
    yield "27", "Tables as CSV and JSON; manifest.json names versions, commit and the hash of every file"


def _methods(changes: Changes) -> str:
    """Return which analyses are asked now and were not, and the other way round."""
    new = [one.title for one in changes.shifts if one.before == NOT_ASKED]
    gone = [one.title for one in changes.shifts if one.after == NO_LONGER_ASKED]
    said = [f"asked for the first time: {', '.join(new)}"] if new else []
    said += [f"no longer asked: {', '.join(gone)}"] if gone else []
    since = f"Since {changes.since or 'then'}"
    return f"{since}: {'; '.join(said)}" if said else f"{since} the same analyses are asked"


def _living(contents: Contents) -> Iterator[tuple[str, str]]:
    if contents.protocol.searches:
        finished = [run.finished[:10] for run in contents.evidence.runs if run.finished]
        last = f"; last asked on {max(finished)}" if finished else "; not yet asked"
        yield "LSR-a", f"Saved searches, asked again by one command{last}; changed and retracted reports are told"
    if contents.changes is not None:
        yield "LSR-b", _methods(contents.changes)
        new = len(contents.changes.studies_in)
        values = len(contents.changes.values)
        yield (
            "LSR-c",
            (
                f"Since {contents.changes.since or 'then'}: {wording.count(new, 'new study', 'new studies')}, "
                f"{wording.count(values, 'value')} changed"
            ),
        )
    if any(study.results for study in contents.evidence.studies):
        yield "LSR-d", f"Values accepted by {_reviewers(contents)}"
