"""House styles of forest plots: our own, and what readers of Cochrane reviews, JAMA and the BMJ are used to.

A style settles lettering and colours, how an interval and a test are written, and on which side the numbers stand. It
changes no number. The styles follow what those publishers' figures look like; they are not theirs.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal

from mscevidence.errors import UnknownTermError
from mscevidence.model import BetweenGroups, Estimate
from mscevidence.publish import wording
from mscevidence.publish.scale import MINUS

if TYPE_CHECKING:
    from mscevidence.synthesis.effect_test import EffectTest

Role = Literal["subgroup", "overall", "alternative"]
PLAIN_DIGITS = 3
_SMALLEST_P, _SMALL_P = 0.001, 0.0095

BLUE, SKY, VERMILLION, INK = "#0072B2", "#56B4E9", "#D55E00", "#1a1a1a"


@dataclasses.dataclass(frozen=True)
class Style:
    """How a forest plot looks.

    Attributes:
        name: as the user gives it.
        first: heads the column of studies.
        square, square_edge: of studies.
        subgroup, overall: fill of the diamonds.
        prediction: colour of the prediction interval.
        brackets: before, between and after the limits of an interval.
        numbers_left: whether effect and weight stand left of the plot, as all numbers in RevMan.
        told: which of tau2, i2 and q, in this order.
        heading: begins the line of heterogeneity.
        leading_zero: whether P values have one.
        names: of tau2, of the test of heterogeneity and of P.
        p_in_brackets: whether P stands in brackets behind its test.
        p_digits: decimals of P from 0.01 on; what rounds to less in three decimals has three.
        weight_first: whether weights stand before effects.
        effect_test: begins the line of the test of a comparison against no difference; empty: it is not told.
        between_groups: begins the line of the test between subgroups; empty: it is not told.
        sides: where the words stand on which side favours whom.
        spaces: whether some room parts subgroups from one another.
        none: what stands for the effect of a study that has none.
        totals: what the pooled rows are called, of all studies and of a subgroup.
    """

    name: str
    first: str = "Study"
    square: str = BLUE
    square_edge: str = "none"
    subgroup: str = SKY
    overall: str = VERMILLION
    prediction: str = VERMILLION
    brackets: tuple[str, str, str] = ("[", ", ", "]")
    numbers_left: bool = False
    told: tuple[str, ...] = ("tau2", "i2", "q")
    heading: str = "Heterogeneity"
    leading_zero: bool = True
    names: tuple[str, str, str] = ("τ²", "Q", "p")
    p_in_brackets: bool = False
    p_digits: int = 3
    weight_first: bool = False
    effect_test: str = ""
    between_groups: str = "Test between subgroups"
    sides: Literal["below", "below, bold", "above, bold"] = "below"
    totals: tuple[str, str] = ("Overall", "Subtotal")
    spaces: bool = True
    none: str = wording.DASH

    def diamond(self, role: Role) -> str:
        """Return the fill of a diamond."""
        return {"subgroup": self.subgroup, "overall": self.overall}.get(role, "#ffffff")

    def heterogeneity(self, estimate: Estimate) -> str:
        """Return the heterogeneity of an estimate in one line."""
        parts = {
            "tau2": f"{self.names[0]}{wording.EQUALS}{wording.number_text(estimate.tau2, 3)}"
            if _there(estimate.tau2)
            else "",
            "i2": f"I²{wording.EQUALS}{wording.number_text(estimate.i2, 1)}%" if _there(estimate.i2) else "",
            "q": self.test(self._named(estimate.q_name), estimate.q, estimate.q_df, estimate.q_p)
            if _there(estimate.q)
            else "",
        }
        said = [parts[name] for name in self.told if parts[name]]
        return f"{self.heading}: {'; '.join(said) or wording.DASH}"

    def _named(self, name: str | None) -> str:
        return self.names[1] if name in {None, "Q"} else name or ""

    def between(self, test: BetweenGroups) -> str:
        """Return the test between subgroups in one line; empty where the style does not tell it."""
        if not self.between_groups:
            return ""
        return f"{self.between_groups}: {self.test(self.names[1], test.q, test.df, test.p)}"

    def against_no_difference(self, test: EffectTest | None) -> str:
        """Return the test of a comparison against no difference in one line; empty where there is none to tell."""
        if test is None or not self.effect_test:
            return ""
        name = test.name.upper() if self.p_in_brackets and test.df is None else test.name
        df = "" if test.df is None else f", df{wording.EQUALS}{test.df}"
        said = f"{name}{wording.EQUALS}{wording.number_text(test.statistic).replace('-', MINUS)}{df}"
        return f"{self.effect_test}: {said}{self._joined(test.p)}"

    def test(self, name: str, statistic: float | None, df: int | None, p: float | None) -> str:
        """Return a test with its P value as the style writes it: ``p = 0.003``, ``P = .003``, ``(P = 0.003)``."""
        text, said = wording.test(name, statistic, df, p), f", {wording.p_value(p)}"
        return text.removesuffix(said) + self._joined(p) if text.endswith(said) else text

    def _joined(self, p: float | None) -> str:
        """Return a P value as it stands behind its test."""
        return f" ({self.p_value(p)})" if self.p_in_brackets else f", {self.p_value(p)}"

    def p_value(self, p: float | None) -> str:
        """Return a P value: ``p = 0.12``, ``P = .12``, ``P < 0.001``."""
        if p is None or not wording.exists(p) or p < _SMALLEST_P or self.p_digits == PLAIN_DIGITS:
            said = wording.p_value(p)
        else:
            said = f"p{wording.EQUALS}{p:.{self.p_digits if p >= _SMALL_P else 3}f}"
        named = self.names[2] + said[1:]
        return named if self.leading_zero else named.replace("0.", ".", 1)


def _there(value: float | None) -> bool:
    return wording.exists(value)


PLAIN = Style("plain")
STYLES: dict[str, Style] = {
    "plain": PLAIN,
    "revman": Style(
        "revman",
        first="Study or subgroup",
        square="#0072B2",
        subgroup="#000000",
        overall="#000000",
        prediction="#4d4d4d",
        numbers_left=True,
        told=("tau2", "q", "i2"),
        names=("Tau²", "Chi²", "P"),
        p_in_brackets=True,
        weight_first=True,
        effect_test="Test for overall effect",
        between_groups="Test for subgroup differences",
        totals=("Total", "Subtotal"),
        none="Not estimable",
    ),
    "jama": Style(
        "jama",
        first="Source",
        square="#00477f",
        subgroup="#9cc9e8",
        overall="#9cc9e8",
        prediction="#00477f",
        brackets=("(", "-", ")"),
        told=("i2", "q"),
        leading_zero=False,
        names=("τ²", "Q", "P"),
        p_digits=2,
        effect_test="Test for overall effect",
        between_groups="",
        sides="above, bold",
        spaces=False,
    ),
    "bmj": Style(
        "bmj",
        square="#6b58a6",
        square_edge="#ffffff",
        subgroup="#6b58a6",
        overall="#6b58a6",
        prediction="#6b58a6",
        brackets=("(", " to ", ")"),
        told=("tau2", "q", "i2"),
        heading="Test for heterogeneity",
        names=("τ²", "χ²", "P"),
        p_digits=2,
        effect_test="Test for overall effect",
        between_groups="Test for subgroup differences",
        sides="below, bold",
    ),
}


def style_of(name: str) -> Style:
    """Return the style with a name.

    Raises:
        UnknownTermError: no such style.
    """
    if name not in STYLES:
        raise UnknownTermError(name, kind="style", choices=STYLES)
    return STYLES[name]
