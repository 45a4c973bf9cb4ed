"""What stands under a forest plot: footnotes, how it was made, warnings, overrides, what is not in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mscevidence.model import Estimate, Pooled
from mscevidence.publish import wording
from mscevidence.publish.columns import rows_in_order
from mscevidence.publish.forest.rows import shares_of_weight
from mscevidence.publish.lettering import readable

_SYMBOLS = "†‡§‖¶#"
_MOST_EXCLUSIONS = 6


def footnote_symbols(pooled: Pooled) -> dict[str, str]:
    """Return the symbol of each mark that a row carries, in order of first appearance: † ‡ § ‖ ¶ # †† ‡‡ ..."""
    marks = dict.fromkeys(mark for row in rows_in_order(pooled) for mark in row.marks)
    return {mark: _SYMBOLS[number % len(_SYMBOLS)] * (1 + number // len(_SYMBOLS)) for number, mark in enumerate(marks)}


def notes(pooled: Pooled, *, every_estimate: bool = False) -> tuple[str, ...]:
    """Return the notes in order, each a paragraph."""
    found = (
        *_footnotes(pooled),
        *_intervals(pooled),
        *_rounding(pooled),
        *_between(pooled),
        *_estimate_notes(pooled, every_estimate=every_estimate),
        *(f"Warning: {text.removesuffix('.')}." for text in pooled.warnings),
        *(f"Override: {text.removesuffix('.')}." for text in pooled.overrides),
        *_exclusions(pooled),
    )
    return tuple(_tidy(readable(text)) for text in found)


def _tidy(text: str) -> str:
    """Return a note in the lettering of the figure: τ² for tau2, and no space before a per cent sign."""
    return re.sub(r"(?<=\d)\s+%", "%", re.sub(r"\btau(?:2|²)", "τ²", text))


def _footnotes(pooled: Pooled) -> Iterator[str]:
    for mark, symbol in footnote_symbols(pooled).items():
        text = pooled.footnotes.get(mark, mark.replace("-", " "))
        drawn = " (open square)" if mark == "narrative-zero" else ""
        yield f"{symbol} {text[:1].upper()}{text[1:].removesuffix('.')}{drawn}."


def _intervals(pooled: Pooled) -> Iterator[str]:
    weights = [row.weight for row in rows_in_order(pooled)]
    sized = "area of squares by weight" if any(weights) else "squares of equal size: the method gives no weights"
    if any(weights) and pooled.weighting:
        sized += f" ({pooled.weighting})"
    if weights:
        yield f"Study intervals: {pooled.interval_method}, {wording.level_text(pooled.level)}; {sized}."


def _rounding(pooled: Pooled) -> Iterator[str]:
    """Say that printed weights do not add up to a printed total, where they do not; they are true one by one."""
    shares = shares_of_weight(pooled)
    for group in (pooled.overall, *pooled.groups):
        present = [share for row in group.rows if (share := shares.get(row.result)) is not None]
        if sum(round(1000 * share) for share in present) != round(1000 * sum(present)):
            yield "Weights are rounded, each for itself: as printed they need not add up to their total."
            return


def _between(pooled: Pooled) -> Iterator[str]:
    if pooled.between is not None:
        labels = {estimate.method: estimate.label for estimate in pooled.overall.estimates}
        method = labels.get(pooled.between.method, pooled.between.method)
        extra = f"; {pooled.between.note}" if pooled.between.note else ""
        yield f"Test between subgroups: {method}{extra}."


def _estimate_notes(pooled: Pooled, *, every_estimate: bool) -> Iterator[str]:
    """Yield each note once, with the subgroups or methods it is about unless it is about the whole.

    What the first method of a subgroup was told is not said again of its other methods.
    """
    said: dict[str, list[str]] = {}
    for group, method, estimate in _shown_estimates(pooled, every_estimate=every_estimate):
        told = wording.status_sentence(estimate)
        for note in estimate.notes:
            places = said.setdefault(note, [])
            if note.casefold().removesuffix(".") != told and group not in places:
                places.append(f"{group} by {method}" if group and method else group or method)
    for note, places in said.items():
        if places:
            yield f"{', '.join(dict.fromkeys(places))}: {note}" if "" not in places else note


def _shown_estimates(pooled: Pooled, *, every_estimate: bool) -> Iterator[tuple[str, str, Estimate]]:
    """Yield subgroup (empty: the whole), method in short (empty: the first), and estimate."""
    for group in (pooled.overall, *pooled.groups):
        name = "" if group is pooled.overall else group.label
        for index, estimate in enumerate(group.estimates if every_estimate else group.estimates[:1]):
            yield name, re.split(r" \(|,", estimate.label)[0] if index else "", estimate
    if every_estimate:
        yield from ((f"Sensitivity, {name}", "", estimate) for name, estimate in pooled.sensitivity)


def _exclusions(pooled: Pooled) -> Iterator[str]:
    number = len(pooled.exclusions)
    if 0 < number <= _MOST_EXCLUSIONS:
        names = {row.study: row.label for row in rows_in_order(pooled)}
        listed = "; ".join(f"{names.get(item.label, item.label)}: {item.reason}" for item in pooled.exclusions)
        yield f"Not in this analysis ({number}). {listed}."
    elif number:
        yield f"Not in this analysis: {wording.count(number, 'result')}, listed with reasons beside the analysis."
