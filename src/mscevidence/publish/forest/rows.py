"""The rows of a forest plot: from a pooled result to what stands on each line, before anything is measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from mscevidence.model import Estimate, Group, Pooled, StudyRow
from mscevidence.publish import wording
from mscevidence.publish.columns import rows_in_order
from mscevidence.publish.forest.bias_discs import Discs
from mscevidence.publish.forest.style import PLAIN, Style
from mscevidence.publish.lettering import readable
from mscevidence.publish.scale import Scale, scale_of

Kind = Literal["study", "heading", "summary", "prediction", "alternative", "remark", "space"]
Estimates = Literal["primary", "all"]


@dataclass(frozen=True)
class Square:
    """A study: its effect, its interval and its share of the weight (None when the method has no weights).

    A limit that is None lies beyond every axis.
    """

    at: float
    lower: float | None
    upper: float | None
    share: float | None
    hollow: bool = False


@dataclass(frozen=True)
class Diamond:
    """A pooled effect with its interval."""

    at: float
    lower: float
    upper: float
    role: Literal["subgroup", "overall", "alternative"]


@dataclass(frozen=True)
class Bar:
    """A prediction interval."""

    lower: float
    upper: float


@dataclass(frozen=True)
class Row:
    """One line of the plot: its label, its cells by column and what is drawn in the panel.

    `key` names the line in the SVG (``study-3``, ``overall``).
    """

    kind: Kind
    label: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)
    graphic: Square | Diamond | Bar | None = None
    indent: int = 0
    key: str = ""


class ForestRows:
    """Makes the rows of one pooled result.

    Args:
        pooled: the result.
        columns: requested study columns.
        estimates: ``all`` adds the alternatives and the sensitivity analyses.
        symbols: the footnote symbol of each mark.
        style: how numbers are written.
        scale: of the effects; that of the measure unless told.
        discs: how the studies were appraised, if that is to be seen.
    """

    def __init__(
        self,
        pooled: Pooled,
        *,
        columns: Sequence[str],
        estimates: Estimates,
        symbols: Mapping[str, str],
        style: Style = PLAIN,
        scale: Scale | None = None,
        discs: Discs | None = None,
    ) -> None:
        self._pooled = pooled
        self._style = style
        self._discs = discs
        self._scale = replace(scale or scale_of(pooled), brackets=style.brackets)
        self._columns = tuple(columns)
        self._every = estimates == "all"
        self._symbols = symbols
        self._shares = shares_of_weight(pooled)
        self._predicted = f"{wording.level_text(pooled.level)} prediction interval"
        self._numbers = {row.result: index + 1 for index, row in enumerate(rows_in_order(pooled))}

    def all(self) -> tuple[Row, ...]:
        """Return every row from top to bottom."""
        return (*self._body(), *self._overall())

    def _body(self) -> Iterator[Row]:
        pooled = self._pooled
        if not pooled.groups:
            yield from (self._study(row, 0) for row in pooled.overall.rows)
            return
        for number, group in enumerate(pooled.groups, start=1):
            yield from self._group(group, f"group-{number}")
        placed = {row.result for group in pooled.groups for row in group.rows}
        left = tuple(row for row in pooled.overall.rows if row.result not in placed)
        if left:
            yield Row("heading", "In no subgroup")
            yield from (self._study(row, 1) for row in left)
            yield from self._space()

    def _space(self) -> Iterator[Row]:
        if self._style.spaces:
            yield Row("space")

    def _group(self, group: Group, key: str) -> Iterator[Row]:
        yield Row("heading", readable(group.label), key=key)
        yield from (self._study(row, 1) for row in group.rows)
        yield from self._summary(group, self._style.totals[1], key, 1)
        yield from self._space()

    def _overall(self) -> Iterator[Row]:
        pooled = self._pooled
        if not pooled.groups:
            yield from self._space()
        yield from self._summary(pooled.overall, self._style.totals[0], "overall", 0)
        if self._every:
            for number, (name, estimate) in enumerate(pooled.sensitivity, start=1):
                yield from self._alternative(estimate, readable(f"Sensitivity: {name}"), f"sensitivity-{number}", 0)
        if pooled.between is not None and (said := self._style.between(pooled.between)):
            yield Row("remark", readable(said), key="between-groups")

    def _study(self, row: StudyRow, indent: int) -> Row:
        share = self._shares.get(row.result)
        marks = "".join(symbol for mark, symbol in self._symbols.items() if mark in row.marks)
        cells = {name: readable(row.columns.get(name, "")) for name in self._columns}
        cells |= self._own(row.events, row.n, row.time)
        cells |= _counts(row.control.events, row.control.n, "control-") if row.control else {}
        cells |= {
            "effect": self._scale.effect(row.effect, row.lower, row.upper)
            if wording.exists(row.effect)
            else self._style.none,
            "weight": "" if share is None else f"{100 * share:.1f}%",
        }
        cells |= self._discs.cells(row) if self._discs else {}
        square = _square(row, share)
        label = readable(row.label) + (f"\N{NO-BREAK SPACE}{marks}" if marks else "")
        return Row("study", label, cells, square, indent, f"study-{self._numbers[row.result]}")

    def _own(self, events: int, total: int, time: float | None) -> dict[str, str]:
        """Return the counts of one arm: events of patients, or over time at risk."""
        if time is None:
            return _counts(events, total)
        return {"events": f"{events:,}", "time": self._scale.time(time)}

    def _summary(self, group: Group, word: str, key: str, indent: int) -> Iterator[Row]:
        if not group.estimates:
            return
        first, *others = group.estimates
        sentence = wording.status_sentence(first)
        if first.status in {"single", "none"}:
            yield Row("remark", readable(_begun(sentence)), indent=indent, key=f"{key}-status")
            return
        yield self._pooled_row(first, group, word, key, indent)
        if sentence:
            yield Row("remark", readable(_begun(sentence)), indent=indent, key=f"{key}-status")
        yield from self._prediction(first, key, indent)
        yield Row("remark", readable(self._style.heterogeneity(first)), indent=indent, key=f"{key}-heterogeneity")
        if said := self._against_no_difference(group, first):
            yield Row("remark", readable(said), indent=indent, key=f"{key}-effect-test")
        if key == "overall":
            yield Row("remark", readable(f"Method: {first.label}"), key="method")
        for number, other in enumerate(others if self._every else (), start=1):
            yield from self._alternative(other, readable(other.label), f"{key}-alternative-{number}", indent)

    def _against_no_difference(self, group: Group, first: Estimate) -> str:
        if not self._style.effect_test:
            return ""
        # What tests is slow to import, and most figures need no test.
        from mscevidence.synthesis.effect_test import effect_test

        return self._style.against_no_difference(effect_test(group.rows, self._pooled.question, first))

    def _pooled_row(self, estimate: Estimate, group: Group, word: str, key: str, indent: int) -> Row:
        shares = [self._shares.get(row.result) for row in group.rows]
        present = [share for share in shares if share is not None]
        cells = self._own(estimate.events, estimate.patients, estimate.time)
        if estimate.control_events is not None and estimate.control_patients is not None:
            cells |= _counts(estimate.control_events, estimate.control_patients, "control-")
        cells |= {
            "effect": self._scale.effect(estimate.effect, estimate.lower, estimate.upper),
            "weight": f"{100 * sum(present):.1f}%" if present else "",
        }
        role: Literal["subgroup", "overall"] = "overall" if key == "overall" else "subgroup"
        label = f"{word} ({wording.studies_and_patients(estimate)})"
        return Row("summary", label, cells, _diamond(estimate, role), indent, key)

    def _prediction(self, estimate: Estimate, key: str, indent: int) -> Iterator[Row]:
        lower, upper = estimate.prediction_lower, estimate.prediction_upper
        if lower is not None and upper is not None and wording.exists(lower) and wording.exists(upper):
            cells = {"effect": self._scale.interval(lower, upper)}
            yield Row("prediction", self._predicted, cells, Bar(lower, upper), indent, f"{key}-prediction")
        elif key == "overall" and estimate.status == "estimated" and estimate.tau2 is not None:
            yield Row("prediction", self._predicted, {"effect": wording.DASH}, None, indent, f"{key}-prediction")

    def _alternative(self, estimate: Estimate, label: str, key: str, indent: int) -> Iterator[Row]:
        cells = {"effect": self._scale.effect(estimate.effect, estimate.lower, estimate.upper)}
        yield Row("alternative", label, cells, _diamond(estimate, "alternative"), indent, key)
        sentence = wording.status_sentence(estimate)
        if sentence:
            yield Row("remark", readable(_begun(sentence)), indent=indent + 1, key=f"{key}-status")


def _begun(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _counts(events: int, total: int, prefix: str = "") -> dict[str, str]:
    return {f"{prefix}events": f"{events:,}", f"{prefix}total": f"{total:,}"}


def _square(row: StudyRow, share: float | None) -> Square | None:
    """Return the mark of a study, None where it has no effect of its own."""
    if row.effect is None:
        return None
    return Square(row.effect, row.lower, row.upper, share, hollow="narrative-zero" in row.marks)


def _diamond(estimate: Estimate, role: Literal["subgroup", "overall", "alternative"]) -> Diamond | None:
    at, lower, upper = estimate.effect, estimate.lower, estimate.upper
    if estimate.status != "estimated" or at is None or lower is None or upper is None:
        return None
    drawable = all(wording.exists(value) for value in (at, lower, upper))
    return Diamond(at, lower, upper, role) if drawable else None


def shares_of_weight(pooled: Pooled) -> dict[str, float]:
    """Return each row's share of the weight: of the overall analysis, else of its subgroup."""
    shares: dict[str, float] = {}
    for group in (pooled.overall, *pooled.groups):
        weights = {row.result: row.weight for row in group.rows if row.weight is not None and row.result not in shares}
        total = sum(weights.values())
        if total > 0:
            shares.update({result: weight / total for result, weight in weights.items()})
    return shares
