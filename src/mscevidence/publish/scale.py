"""Scales: how the numbers of a measure read, what no difference is, and which side of it favours whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mscevidence import vocabulary
from mscevidence.effects.exposure import COUNTED, exposure_text
from mscevidence.errors import UnknownTermError
from mscevidence.model import Estimate, Measure, Pooled, Question
from mscevidence.publish import wording

MINUS = "\N{MINUS SIGN}"
SIGNS = frozenset({MINUS, "<", ">"})


@dataclass(frozen=True)
class Scale:
    """How effects of one measure are written.

    Attributes:
        id: the name of the column that holds them in flat rows.
        name: in a sentence, such as ``odds ratio``.
        heading: above a column.
        unit: behind a number in a sentence.
        number: one effect as text; a dash where there is none.
        null: the effect that means no difference; None for rates, which have none.
        logarithmic: whether equal distances are equal ratios.
        coefficient: what the coefficients of a meta-regression are called.
        brackets: before, between and after the limits of an interval.
        per: of how many patients, or units of time at risk, a rate is given.
        exposure: what time at risk is counted in, such as ``person-years``; empty where patients are counted.
    """

    id: str
    name: str
    heading: str
    unit: str
    number: Callable[[float | None], str]
    null: float | None = None
    logarithmic: bool = False
    coefficient: str = "Odds ratio"
    brackets: tuple[str, str, str] = ("[", ", ", "]")
    per: int = 100
    exposure: str = ""

    @property
    def comparative(self) -> bool:
        """Return whether two arms are compared."""
        return self.null is not None

    def time(self, time: float) -> str:
        """Return time at risk with one decimal, infusions without."""
        return f"{time:,.0f}" if self.exposure in COUNTED.values() else f"{time:,.1f}"

    def interval(self, lower: float | None, upper: float | None) -> str:
        """Return an interval such as ``[21.5, 69.2]``, or a dash."""
        if not (wording.exists(lower) or wording.exists(upper)):
            return wording.DASH
        before, between, after = self.brackets
        low, high = self.number(lower), self.number(upper)
        if between == "-" and SIGNS & {*low, *high}:
            # A hyphen beside a sign would be taken for one.
            between = " to "
        return f"{before}{low}{between}{high}{after}"

    def effect(self, effect: float | None, lower: float | None, upper: float | None) -> str:
        """Return an effect with its interval: ``44.4 [21.5, 69.2]``, ``0.53 [0.21, 1.34]``."""
        if not wording.exists(effect):
            return wording.DASH
        there = wording.exists(lower) or wording.exists(upper)
        return f"{self.number(effect)} {self.interval(lower, upper)}" if there else self.number(effect)

    def estimate(self, one: Estimate) -> str:
        """Return the effect of an estimate with its interval and unit."""
        return f"{self.effect(one.effect, one.lower, one.upper)}{self.unit}"


def ratio_text(value: float | None) -> str:
    """Return a ratio with two decimals, fewer from 10 on: ``0.53``, ``12.3``, ``1,234``, ``<0.01``."""
    if value is None or not wording.exists(value):
        return wording.DASH
    if value < 0.01:
        return "0" if value == 0 else "<0.01"
    if value >= 1e5:
        return ">99,999"
    return f"{value:.2f}" if value < 9.995 else f"{value:.1f}" if value < 99.95 else f"{value:,.0f}"


def points_text(value: float | None) -> str:
    """Return a difference of proportions in percentage points with one decimal: ``−5.3``."""
    if value is None or not wording.exists(value):
        return wording.DASH
    text = f"{100 * value:.1f}"
    return "0.0" if text == "-0.0" else text.replace("-", MINUS)


RATE = Scale("rate", "rate", "Rate %", " %", wording.percent)
SCALES: dict[Measure, Scale] = {
    "OR": Scale("odds_ratio", "odds ratio", "Odds ratio", "", ratio_text, 1.0, True, "Ratio of odds ratios"),
    "RR": Scale("risk_ratio", "risk ratio", "Risk ratio", "", ratio_text, 1.0, True, "Ratio of risk ratios"),
    "RD": Scale(
        "risk_difference", "risk difference", "Risk difference, points", " points", points_text, 0.0, False,
        "Change of the risk difference",
    ),
}  # fmt: skip


PER = (100, 1_000, 10_000, 100_000)
"""Of how many patients, or units of time at risk, a rate may be given."""


def rates_per(per: int) -> Scale:
    """Return the scale of rates given per so many patients: ``444 [215, 692]`` per 1,000.

    Raises:
        UnknownTermError: not one of `PER`.
    """
    _refuse_other_numbers(per)
    if per == RATE.per:
        return RATE

    def number(rate: float | None) -> str:
        if rate is None or not wording.exists(rate):
            return wording.DASH
        amount = per * rate
        if 0 < amount < 0.05:
            return "<0.1"
        # What rounds to everybody without being it says so.
        return (
            f">{per - 1:,}"
            if rate < 1 and round(amount) == per
            else f"{amount:.1f}"
            if amount < 10
            else f"{amount:,.0f}"
        )

    return Scale("rate", "rate", f"Per {per:,}", f" per {per:,}", number, per=per)


def _refuse_other_numbers(per: int) -> None:
    if per not in PER:
        raise UnknownTermError(str(per), kind="number of patients for a rate", choices=[str(one) for one in PER])


def incidence_per(per: int, question: Question) -> Scale:
    """Return the scale of events per so many units of time at risk: ``26.8 [12.3, 58.4]`` per 100 person-years.

    Raises:
        UnknownTermError: not one of `PER`.
    """
    _refuse_other_numbers(per)

    def number(rate: float | None) -> str:
        if rate is None or not wording.exists(rate):
            return wording.DASH
        amount = per * rate
        if 0 < amount < 0.05:
            return "<0.1"
        return ">999,999" if amount >= 1e6 else f"{amount:.1f}" if amount < 99.95 else f"{amount:,.0f}"

    exposure = exposure_text(question.time_unit)
    name = f"per {per:,} {exposure}"
    return Scale(
        "incidence_rate", "incidence rate", f"P{name[1:]}", f" {name}", number, coefficient="Rate ratio", per=per,
        exposure=exposure,
    )  # fmt: skip


def scale_of(pooled: Pooled, *, per: int = RATE.per) -> Scale:
    """Return the scale of an analysis, rates per so many patients or units of time at risk.

    Raises:
        UnknownTermError: `per` is not one of `PER`.
    """
    if pooled.question.incidence:
        return incidence_per(per, pooled.question)
    return SCALES.get(pooled.question.measure) or rates_per(per)


@dataclass(frozen=True)
class Directions:
    """What an effect below, and one above, the line of no difference says."""

    below: str
    above: str


def directions(pooled: Pooled) -> Directions | None:
    """Return the labels of both sides of a comparison: which favours whom depends on the outcome; None for rates."""
    if not scale_of(pooled).comparative:
        return None
    good = vocabulary.load("outcome")[pooled.outcome].direction
    if good == "neutral":
        return Directions("less often with MSC", "more often with MSC")
    sides = ("favours control", "favours MSC")
    return Directions(*sides) if good == "beneficial" else Directions(*reversed(sides))


def beside(sides: Directions) -> tuple[str, str]:
    """Return the labels as they stand left and right of the line of no difference: ``← Favours control``."""
    left, right = (f"{words[:1].upper()}{words[1:]}" for words in (sides.below, sides.above))
    return f"← {left}", f"{right} →"
