"""House styles of forest plots: our own, and what readers of Cochrane reviews, JAMA and the BMJ are used to.

A style settles lettering and colours, how an interval and a test are written, and on which side the numbers stand. It
changes no number. The styles follow what those publishers' figures look like; they are not theirs.
"""

from __future__ import annotations

import dataclasses
from typing import Literal

from mscevidence.errors import UnknownTermError
from mscevidence.model import Estimate
from mscevidence.publish import wording

Role = Literal["subgroup", "overall", "alternative"]

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
        tau2, i2, q: which of them are told, in this order.
        heading: begins the line of heterogeneity.
        leading_zero: whether P values have one.
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

    def diamond(self, role: Role) -> str:
        """Return the fill of a diamond."""
        return {"subgroup": self.subgroup, "overall": self.overall}.get(role, "#ffffff")

    def heterogeneity(self, estimate: Estimate) -> str:
        """Return the heterogeneity of an estimate in one line."""
        parts = {
            "tau2": f"τ²{wording.EQUALS}{wording.number_text(estimate.tau2, 3)}" if _there(estimate.tau2) else "",
            "i2": f"I²{wording.EQUALS}{wording.number_text(estimate.i2, 1)}%" if _there(estimate.i2) else "",
            "q": self.test(estimate.q_name or "Q", estimate.q, estimate.q_df, estimate.q_p)
            if _there(estimate.q)
            else "",
        }
        said = [parts[name] for name in self.told if parts[name]]
        return f"{self.heading}: {'; '.join(said) or wording.DASH}"

    def test(self, name: str, statistic: float | None, df: int | None, p: float | None) -> str:
        """Return a test with its P value as the style writes it: ``p = 0.003``, or ``P = .003`` without the zero."""
        text = wording.test(name, statistic, df, p)
        said = wording.p_value(p)
        if self.leading_zero or not text.endswith(said):
            return text
        return text.removesuffix(said) + "P" + said[1:].replace("0.", ".", 1)


def _there(value: float | None) -> bool:
    return wording.exists(value)


PLAIN = Style("plain")
STYLES: dict[str, Style] = {
    "plain": PLAIN,
    "revman": Style(
        "revman",
        square="#0072B2",
        subgroup="#000000",
        overall="#000000",
        prediction="#4d4d4d",
        numbers_left=True,
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
