"""Discs beside a forest plot: how each study was judged in each domain of an appraisal tool.

A disc tells a level by its letter as well as by its colour; the colours stay apart for colour-blind readers (Okabe and
Ito).
"""

from __future__ import annotations

import dataclasses
import string
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from mscevidence import vocabulary
from mscevidence.errors import SelectionError
from mscevidence.model import Appraisal, Pooled, Study, StudyRow

COLUMN = "rob"
"""The name by which a user asks for the discs."""
COLOURS = {"+": "#009E73", "~": "#F0E442", "\N{MINUS SIGN}": "#D55E00", "\N{MULTIPLICATION SIGN}": "#CC79A7"}
"""Of the symbols; all others stand on white."""
SYMBOLS = {
    **dict.fromkeys(("yes", "low", "good", "2", "reported"), "+"),
    **dict.fromkeys(("some-concerns", "moderate", "fair", "1", "partly-reported"), "~"),
    **dict.fromkeys(("no", "high", "serious", "poor", "0"), "\N{MINUS SIGN}"),
    "critical": "\N{MULTIPLICATION SIGN}",
    **dict.fromkeys(("unclear", "cannot-determine", "not-reported", "no-information"), "?"),
    "not-applicable": "/",
}
"""Level to symbol."""
DIFFERENT = "\N{NOT EQUAL TO}"
"""Two raters judged differently, and nobody has settled it."""
OVERALL = "overall"
OTHER = "\N{BULLET}"
"""A level that has no symbol of its own."""


@dataclasses.dataclass(frozen=True)
class Discs:
    """The judgements with one tool.

    Attributes:
        tool: its name.
        domains: ids, in the order of the tool; letters stand for them.
        names: of the domains.
        levels: result of a row to domain to the levels that its raters gave, each once.
    """

    tool: str
    domains: tuple[str, ...]
    names: tuple[str, ...]
    levels: Mapping[str, Mapping[str, tuple[str, ...]]]

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the keys of the columns."""
        return tuple(f"disc-{letter}" for letter in string.ascii_uppercase[: len(self.domains)])

    def cells(self, row: StudyRow) -> dict[str, str]:
        """Return the symbol of each domain of a row by column; nothing for a study that nobody judged."""
        given = self.levels.get(row.result, {})
        return {
            key: symbol(given[domain]) for key, domain in zip(self.keys, self.domains, strict=True) if given.get(domain)
        }

    def notes(self) -> Iterator[str]:
        """Yield what the letters and the symbols mean."""
        named = "; ".join(f"{key[-1]} {name}" for key, name in zip(self.keys, self.names, strict=True))
        yield f"{self.tool}: {named}."
        given = [levels for domains in self.levels.values() for levels in domains.values()]
        order = list(SYMBOLS)
        used = sorted(
            {level for levels in given if len(levels) == 1 for level in levels},
            key=lambda level: (order.index(level) if level in order else len(order), level),
        )
        said = [f"{symbol((level,))} {level.replace('-', ' ')}" for level in used]
        said += [f"{DIFFERENT} raters differ"] if any(len(levels) > 1 for levels in given) else []
        yield f"Discs: {', '.join(said)}; none: not appraised with this tool."


def symbol(levels: Sequence[str]) -> str:
    """Return what stands on a disc."""
    return SYMBOLS.get(levels[0], OTHER) if len(set(levels)) == 1 else DIFFERENT


def discs(pooled: Pooled, studies: Sequence[Study]) -> Discs:
    """Return the discs of the tool with which most studies of an analysis were appraised.

    Raises:
        SelectionError: none of them is appraised.
    """
    by_id = {study.study: study for study in studies}
    rows = [row for row in pooled.overall.rows if row.study in by_id]
    judged = {row.result: _about(by_id[row.study], row) for row in rows}
    used = Counter(tool for appraisals in judged.values() for tool in {one.tool for one in appraisals})
    if not used:
        raise SelectionError(
            "no study of the analysis is appraised",
            hint="enter appraisals in the study files (appraisal: tool, answers)",
        )
    tools = vocabulary.load("appraisal-tool")
    chosen = tools[min(used, key=lambda name: (-used[name], list(tools).index(name)))]
    levels = {result: _levels(appraisals, chosen.id) for result, appraisals in judged.items()}
    domains = {domain.id: domain.name for domain in chosen.domains}
    if any(OVERALL in given for given in levels.values()):
        domains[OVERALL] = "Overall"
    return Discs(chosen.label, tuple(domains), tuple(domains.values()), levels)


def _about(study: Study, row: StudyRow) -> list[Appraisal]:
    """Return the appraisals of a study, without those of other results of it."""
    return [one for one in study.appraisal if one.result is None or one.result in row.result.split(" + ")]


def _levels(appraisals: Sequence[Appraisal], tool: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for one in appraisals:
        if one.tool == tool:
            answers = one.answers | ({OVERALL: one.overall} if one.overall else {})
            for domain, level in answers.items():
                found[domain] = tuple(dict.fromkeys((*found.get(domain, ()), level)))
    return found
