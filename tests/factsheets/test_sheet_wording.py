"""The short wordings of facts sheets. Examples are those of the founding evidence unless marked as made up."""

from __future__ import annotations

import pytest

from mscevidence.factsheets import wording
from mscevidence.factsheets.linkage import slug
from mscevidence.model import Dose, TimePoint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, None),
        ("12 months", TimePoint(value=12, unit="month")),
        ("day 28", TimePoint(value=28, unit="day")),
        ("week 4", TimePoint(value=4, unit="week")),
        ("28 d", TimePoint(value=28, unit="day")),
        ("6 wk", TimePoint(value=6, unit="week")),
        ("17 mo", TimePoint(value=17, unit="month")),
        ("5 years", TimePoint(value=5, unit="year")),
        ("1 month", TimePoint(value=1, unit="month")),
        ("median 8.25 mo", TimePoint(value=8.25, unit="month", text="median 8.25 mo")),
        ("mean 21 months", TimePoint(value=21, unit="month", text="mean 21 months")),
        ("mean 7.4 y follow-up", TimePoint(value=7.4, unit="year", text="mean 7.4 y follow-up")),
        ("4-8 mo", TimePoint(text="4-8 mo")),
        ("12-13 months", TimePoint(text="12-13 months")),
        ("4-5 years", TimePoint(text="4-5 years")),
        ("4-year follow-up", TimePoint(unit="overall", text="4-year follow-up")),
        ("overall", TimePoint(unit="overall", text="overall")),
        ("during and post", TimePoint(unit="peri-infusion", text="during and post")),
        ("at the second visit", TimePoint(text="at the second visit")),  # made up
    ],
)
def test_time_point(text: str | None, expected: TimePoint | None) -> None:
    assert wording.time_point(text) == expected


@pytest.mark.parametrize(
    ("definition", "events", "n", "rest", "steps", "percent"),
    [
        ("ORR (28.4% of 74 = 21, derived)", 21, 74, "ORR", "28.4% of 74 = 21", 28.4),
        ("PR (7.1% of 14 = 1, derived)", 1, 14, "PR", "7.1% of 14 = 1", 7.1),
        ("EULAR good/moderate (50.0% of 30 = 15, derived)", 15, 30, "EULAR good/moderate", "50.0% of 30 = 15", 50),
        ("DAS28 <2.6 (3.3% of 30 = 1, derived)", 1, 30, "DAS28 <2.6", "3.3% of 30 = 1", 3.3),
    ],
)
def test_percent_of(definition: str, events: int, n: int, rest: str, steps: str, percent: float) -> None:
    found = wording.percent_of(definition, events=events, n=n)
    assert found is not None
    assert (found.definition, found.derivation.steps, found.percent) == (rest, steps, percent)
    assert found.derivation.method == "percent-times-n"


@pytest.mark.parametrize(
    ("definition", "events", "n"),
    [
        ("overall response", 7, 7),
        ("effective (3+5+8 = 16)", 16, 30),
        ("ORR (28.4% of 74 = 21, derived)", 22, 74),  # made up: the arithmetic does not give the events
        ("EDSS-Plus improvement, percent only (37% of 27 = 10)", None, None),
        ("", None, None),
    ],
)
def test_no_percent_of(definition: str, events: int | None, n: int | None) -> None:
    assert wording.percent_of(definition, events=events, n=n) is None


@pytest.mark.parametrize(
    ("value", "unit", "infusions", "expected"),
    [
        (None, None, None, None),
        (2e6, "cells/kg", 4, Dose(value=2e6, unit="cells/kg", infusions=4)),
        (1e7, "cells", "every 2 weeks", Dose(value=1e7, unit="cells", text="infusions: every 2 weeks")),
        ("1-2e6", "cells/kg", None, Dose(unit="cells/kg", text="1-2 × 10^6 cells/kg")),
        ("5e7-1e8", "cells", None, Dose(unit="cells", text="5 × 10^7-1 × 10^8 cells")),
        (
            "3.2e6-4.2e6 (mean printed 2.9e6)",
            "cells/kg",
            3,
            Dose(unit="cells/kg", infusions=3, text="3.2 × 10^6-4.2 × 10^6 (mean printed 2.9 × 10^6) cells/kg"),
        ),
        (1.55e6, "cells/kg (median)", None, Dose(value=1.55e6, unit="cells/kg", text="median")),
        (None, None, "median 4", Dose(text="infusions: median 4")),
        (None, None, 7, Dose(infusions=7)),
    ],
)
def test_dose(value: float | str | None, unit: str | None, infusions: int | str | None, expected: Dose | None) -> None:
    assert wording.dose(value, unit, infusions) == expected


@pytest.mark.parametrize(
    ("quote", "events", "n", "percent"),
    [
        ("44.4% (8/18)", 8, 18, 44.4),
        ("four patients (4/18, 22.2%)", 4, 18, 22.2),
        ("41.7% in the dose-escalation phase (5/12", 5, 12, 41.7),
        ("9 of 12 patients (75%)", 9, 12, 75),
        ("95 % (77/81)", 77, 81, 95),
        ("Eleven of 49 (22.4 %) patients experienced renal flare", 11, 49, 22.4),
        ("MCR (13 of 40, 32.5%)", 13, 40, 32.5),
        ("87.5% (21/24) and 83.3% (20/24)", 21, 24, 87.5),
        ("87.5% (21/24) and 83.3% (20/24)", 20, 24, 83.3),
        ("5 of the 24 patients (20.8%) were dead", 5, 24, 20.8),
        ("double: 8/27 (29%)", 8, 27, 29),
        ("28% at 1 year (23/83)", 23, 83, 28),
        ("Clinical 12/8 (42 d)", 12, 15, None),
        ("23.3 (42.3) 86.7 (34.0)", 7, 30, None),
        ("8 of 18 women and 10 of 20 men (50%)", 8, 18, None),  # made up: the percentage is that of the men
        ("18/18 and 44.4% of others", 8, 18, None),  # made up
    ],
)
def test_printed_percent(quote: str, events: int, n: int, percent: float | None) -> None:
    assert wording.printed_percent(quote, events=events, n=n) == percent


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DMARD + UC-MSC", "dmard-uc-msc"),
        ("MSC (AA+MF)", "msc-aa-mf"),
        ("0.5e6/kg", "0.5e6-kg"),
        ("UCMSC [36]", "ucmsc-36"),
    ],
)
def test_slug(text: str, expected: str) -> None:
    assert slug(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("CR", "complete response"), ("ASAS20", "ASAS20"), (None, None)])
def test_spelled_out(text: str | None, expected: str | None) -> None:
    assert wording.spelled_out(text) == expected
