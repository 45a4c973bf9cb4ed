"""Score what `extract` proposes from abstracts of MSC trials: events and n with their outcome and arm.

    python benchmarks/extraction_msc.py [FOLDER] [--half open|unseen] [--errors]
    python benchmarks/extraction_msc.py TEXTS --reports SHEETS [--errors]

FOLDER (default tests/gold/abstracts) holds one file per abstract: two lines of origin, the text, a line ``----`` and
the gold, one row per result: ``outcome | arm | events/n | derived | at 12 months | in per-protocol``, the last three
where they hold; what follows ``in`` is a population of the vocabulary. A row that begins with ``?`` may be proposed but
need not be; ``*`` is any arm; ``55%/?`` tells a percent for which no n may be claimed. Files numbered above 86 are the
unseen ones: write rules from the others.

TEXTS holds real texts named after facts sheets (``itp_fang_2012.txt``), SHEETS the sheets. There the gold are the
visible numbers of the sheets that nobody derived, arms are told apart by their numbers only, and what a sheet does not
list is shown, not scored.

Precision is over proposals with events and n that are not marked ambiguous, recall over the rows of the gold.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mscevidence.extract import extract
from mscevidence.extract.arms import arm_key
from mscevidence.model import Candidate
from mscevidence.read import read

ABSTRACTS = Path(__file__).parents[1] / "tests" / "gold" / "abstracts"
HALVES = ("open", "unseen")
LAST_OPEN = 86


@dataclass(frozen=True)
class Row:
    """One result that an abstract tells; events or n are None where it does not tell them."""

    outcomes: frozenset[str]
    arm: str
    events: float | None
    n: float | None
    derived: bool | None = False
    optional: bool = False
    time: str | None = None
    population: str | None = None

    def __str__(self) -> str:
        numbers = "/".join("?" if number is None else f"{number:g}" for number in (self.events, self.n))
        return f"{'/'.join(sorted(self.outcomes))} | {self.arm} | {numbers}{' | derived' if self.derived else ''}"


@dataclass(frozen=True)
class Abstract:
    """A text with its gold."""

    name: str
    text: str
    rows: tuple[Row, ...]


@dataclass
class Score:
    """What was right, wrong and missed, with one line per error under its cause."""

    right: int = 0
    wrong: int = 0
    found: int = 0
    missed: int = 0
    derivation: int = 0
    timed: int = 0
    mistimed: int = 0
    populated: int = 0
    wrong_population: int = 0
    errors: dict[str, list[str]] = field(default_factory=dict)

    @property
    def precision(self) -> float:
        """The share of certain proposals that are right."""
        return self.right / max(self.right + self.wrong, 1)

    @property
    def recall(self) -> float:
        """The share of the gold that was proposed with certainty."""
        return self.found / max(self.found + self.missed, 1)

    def error(self, cause: str, name: str, what: object) -> None:
        """Note an error."""
        self.errors.setdefault(cause, []).append(f"{name}: {what}")


def abstracts_in(folder: Path, half: str | None = None) -> Iterator[Abstract]:
    """Yield the abstracts of a folder, of both halves or of one."""
    for path in sorted(folder.glob("*.txt")):
        late = int(path.name.split("-")[0]) > LAST_OPEN
        if half is None or late == (half == "unseen"):
            yield abstract_of(path.stem, path.read_text("utf-8"))


def abstract_of(name: str, content: str) -> Abstract:
    """Return the abstract that the content of a file describes."""
    text, _, gold = content.partition("\n----\n")
    _, _, body = text.partition("\n\n")
    return Abstract(name, body, tuple(_row(line) for line in gold.splitlines() if line.strip()))


def _row(line: str) -> Row:
    optional = line.startswith("?")
    outcomes, arm, numbers, *rest = (part.strip() for part in line.removeprefix("?").split("|"))
    events, n = (None if not part.isdigit() else float(part) for part in numbers.split("/"))
    time = next((part.removeprefix("at ") for part in rest if part.startswith("at ")), None)
    population = next((part.removeprefix("in ") for part in rest if part.startswith("in ")), None)
    return Row(frozenset(outcomes.split("/")), arm, events, n, "derived" in rest, optional, time, population)


def proposed(text: str) -> list[Candidate]:
    """Return the results that are proposed from a text."""
    return [c for c in extract(read(text.encode())) if c.kind == "result"]


def score(abstracts: Iterable[Abstract]) -> Score:
    """Return how well the proposals agree with the gold."""
    total = Score()
    for abstract in abstracts:
        candidates = proposed(abstract.text)
        certain = [c for c in candidates if c.certainty != "ambiguous" and None not in _numbers(c)]
        taken: set[Row] = set()
        for candidate in certain:
            row = _row_of(candidate, abstract.rows)
            total.right += row is not None
            total.wrong += row is None
            if row is None:
                total.error(_cause(candidate, abstract.rows), abstract.name, told(candidate))
            else:
                taken.add(row)
                _note_derivation(total, abstract.name, candidate, row)
                _note_time(total, abstract.name, candidate, row)
        _note_populations(total, abstract, candidates)
        for row in abstract.rows:
            if row.optional or row.n is None:
                continue
            total.found += row in taken
            total.missed += row not in taken
            if row not in taken:
                total.error(_why_missed(row, candidates), abstract.name, row)
    return total


def _row_of(candidate: Candidate, rows: tuple[Row, ...]) -> Row | None:
    """Return the row that a candidate tells, of several the one with its time point."""
    agreeing = [row for row in rows if _agrees(candidate, row)]
    return next((row for row in agreeing if row.time and _is_timed(candidate, row)), next(iter(agreeing), None))


def _is_timed(candidate: Candidate, row: Row) -> bool:
    return (candidate.time_point or "").casefold() == (row.time or "").casefold()


def _numbers(candidate: Candidate) -> tuple[float | None, float | None]:
    return candidate.number("events"), candidate.number("n")


def _agrees(candidate: Candidate, row: Row) -> bool:
    return _same_result(candidate, row) and (row.arm == "*" or arm_key(candidate.arm or "") == arm_key(row.arm))


def _same_result(candidate: Candidate, row: Row) -> bool:
    return candidate.outcome in row.outcomes and _numbers(candidate) == (row.events, row.n)


def _note_derivation(total: Score, name: str, candidate: Candidate, row: Row) -> None:
    derived = any(value.derived for value in candidate.values if value.role in {"events", "n"})
    if row.derived is not None and derived != row.derived:
        total.derivation += 1
        total.error("derived told wrongly", name, told(candidate))


def _note_time(total: Score, name: str, candidate: Candidate, row: Row) -> None:
    if row.time is None:
        return
    total.timed += 1
    if not _is_timed(candidate, row):
        total.mistimed += 1
        total.error("time told wrongly", name, f"{told(candidate)} at {candidate.time_point}, not {row.time}")


def _note_populations(total: Score, abstract: Abstract, candidates: list[Candidate]) -> None:
    """Score whom proposals, be they ambiguous, are said to be of: the population of the row with their numbers."""
    for candidate in candidates:
        row = next((row for row in abstract.rows if _same_result(candidate, row)), None)
        if row is None or candidate.population == row.population is None:
            continue
        total.populated += 1
        if candidate.population != row.population:
            total.wrong_population += 1
            told_as = f"{told(candidate)} in {candidate.population}, not {row.population}"
            total.error("population told wrongly", abstract.name, told_as)


def _cause(candidate: Candidate, rows: tuple[Row, ...]) -> str:
    numbers = [row for row in rows if _numbers(candidate) == (row.events, row.n)]
    if any(candidate.outcome in row.outcomes for row in numbers):
        return "wrong: arm"
    if numbers:
        return "wrong: outcome"
    same = [row for row in rows if candidate.outcome in row.outcomes]
    if any(candidate.number("events") == row.events for row in same):
        return "wrong: n"
    return "wrong: events" if same else "wrong: no such result"


def _why_missed(row: Row, candidates: list[Candidate]) -> str:
    same = [c for c in candidates if c.outcome in row.outcomes]
    if any(_numbers(c) == (row.events, row.n) for c in candidates if c.certainty == "ambiguous"):
        return "missed: proposed as ambiguous"
    if any(c.number("events") == row.events and c.number("n") is None for c in same):
        return "missed: n not found"
    if any(c.number("events") is None for c in same):
        return "missed: only the percent"
    return "missed: not proposed"


def told(candidate: Candidate) -> str:
    """Return a candidate in one line."""
    numbers = "/".join("?" if number is None else f"{number:g}" for number in _numbers(candidate))
    return f"{candidate.outcome} | {candidate.arm} | {numbers} | {candidate.certainty} | {candidate.quote!r}"


CONCEPTS = {
    "teae": {"treatment-emergent-adverse-event"},
    "sae": {"serious-adverse-event", "severe-adverse-event", "related-serious-adverse-event"},
    "any_ae": {"any-adverse-event", "related-adverse-event"},
    "any_ae_related": {"related-adverse-event", "any-adverse-event"},
    "remission": {"remission", "complete-remission", "renal-remission"},
    "complete_response": {"complete-response", "complete-remission", "complete-renal-remission"},
    "partial_response": {"partial-response", "partial-remission"},
    "response": {"response", "disability-improvement", "stabilisation", "asas20", "sustained-response"},
    "relapse": {"relapse"},
    "malignancy": {"malignancy"},
}
"""The outcomes that a concept of the facts sheets may be in the vocabulary; others have the same name."""


def sheet_abstracts(texts: Path, sheets: Path) -> Iterator[Abstract]:
    """Yield real texts with what the facts sheets of the same name say is visible in them."""
    import yaml

    for path in sorted(texts.glob("*.txt")):
        sheet = yaml.safe_load((sheets / f"{path.stem}.yaml").read_text("utf-8"))
        rows = tuple(_sheet_row(outcome) for outcome in sheet["outcomes"] if outcome["n"] is not None)
        yield Abstract(path.stem, path.read_text("utf-8"), rows)


def _sheet_row(outcome: dict[str, Any]) -> Row:
    concept = outcome["concept"]
    names = frozenset(CONCEPTS.get(concept, {concept.replace("_", "-")}))
    visible = outcome["events_visible"] in {True, "zero-wording"} and outcome["n_visible"] is True
    optional = bool(outcome["derived"]) or not visible
    return Row(names, "*", float(outcome["events"]), float(outcome["n"]), None, optional)


def report(name: str, total: Score, *, errors: bool) -> None:
    """Print a line of scores, and the errors by cause."""
    print(
        f"{name:10} precision {total.precision:.3f} ({total.right}/{total.right + total.wrong})"
        f"  recall {total.recall:.3f} ({total.found}/{total.found + total.missed})"
        f"  derived told wrongly {total.derivation}  times {total.timed - total.mistimed}/{total.timed}"
        f"  populations {total.populated - total.wrong_population}/{total.populated}"
    )
    for cause, count in Counter({cause: len(found) for cause, found in total.errors.items()}).most_common():
        print(f"  {count:4} {cause}")
        for line in total.errors[cause] if errors else ():
            print("      ", re.sub(r"\s+", " ", line))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=ABSTRACTS)
    parser.add_argument("--half", choices=HALVES)
    parser.add_argument("--reports", type=Path, help="facts sheets: the folder holds real texts named after them")
    parser.add_argument("--errors", action="store_true", help="show every error")
    arguments = parser.parse_args()
    if arguments.reports:
        report("real", score(sheet_abstracts(arguments.folder, arguments.reports)), errors=arguments.errors)
        return
    for half in [arguments.half] if arguments.half else HALVES:
        report(half, score(abstracts_in(arguments.folder, half)), errors=arguments.errors)


if __name__ == "__main__":
    main()
