"""Wording: how numbers, tests and the absence of an estimate read in figures and tables.

A number that does not exist reads as an en dash, never as NaN; a rate that rounds to 0 or 100 without being it says so.
"""

from __future__ import annotations

import math

from mscevidence.model import BetweenGroups, Estimate

DASH = "–"
EQUALS = "\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}"
"""An equals sign that keeps a symbol and its number on one line."""


def exists(number: float | None) -> bool:
    """Return whether a number is there to be shown."""
    return number is not None and math.isfinite(number)


def number_text(number: float | None, decimals: int = 2) -> str:
    """Return a number with fixed decimals, or a dash."""
    return f"{number:.{decimals}f}" if number is not None and math.isfinite(number) else DASH


def percent(proportion: float | None) -> str:
    """Return a proportion as per cent with one decimal: ``44.4``, ``0.0``, ``<0.1``, ``>99.9``."""
    if proportion is None or not math.isfinite(proportion):
        return DASH
    if 0 < proportion < 0.0005:
        return "<0.1"
    if 0.9995 <= proportion < 1:
        return ">99.9"
    return f"{100 * proportion:.1f}"


def interval(lower: float | None, upper: float | None) -> str:
    """Return an interval of proportions in per cent, such as ``[21.5, 69.2]``, or a dash."""
    if not (exists(lower) or exists(upper)):
        return DASH
    return f"[{percent(lower)}, {percent(upper)}]"


def rate(proportion: float | None, lower: float | None, upper: float | None) -> str:
    """Return a rate with its interval in per cent: ``44.4 [21.5, 69.2]``."""
    if not exists(proportion):
        return DASH
    return f"{percent(proportion)} {interval(lower, upper)}" if exists(lower) or exists(upper) else percent(proportion)


def level_text(level: float) -> str:
    """Return a confidence level such as ``95%``."""
    return f"{round(100 * level, 6):g}%"


def p_value(p: float | None) -> str:
    """Return ``p = 0.013``, ``p < 0.001`` or ``p = –``."""
    if p is None or not math.isfinite(p):
        return f"p{EQUALS}{DASH}"
    if p < 0.001:
        return "p\N{NO-BREAK SPACE}<\N{NO-BREAK SPACE}0.001"
    return f"p{EQUALS}{p:.3f}" if p < 0.1 else f"p{EQUALS}{p:.2f}"


def count(number: int, singular: str, plural: str | None = None) -> str:
    """Return a count with its noun: ``1 study``, ``4 studies``."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def studies_and_patients(estimate: Estimate) -> str:
    """Return ``4 studies, 31 patients`` (those of control arms too); of incidence rates ``4 studies, 17 events``."""
    if estimate.time is not None:
        return f"{count(estimate.k, 'study', 'studies')}, {count(estimate.events, 'event')}"
    return f"{count(estimate.k, 'study', 'studies')}, {count(estimate.all_patients, 'patient')}"


def heterogeneity(estimate: Estimate) -> str:
    """Return the heterogeneity of an estimate in one line, what its method gives; I² is in per cent."""
    parts = []
    if exists(estimate.tau2):
        parts.append(f"τ²{EQUALS}{number_text(estimate.tau2, 3)}")
    if exists(estimate.i2):
        parts.append(f"I²{EQUALS}{number_text(estimate.i2, 1)}%")
    if exists(estimate.q):
        parts.append(test(estimate.q_name or "Q", estimate.q, estimate.q_df, estimate.q_p))
    return f"Heterogeneity: {'; '.join(parts) or DASH}"


def test(name: str, statistic: float | None, df: int | None, p: float | None) -> str:
    """Return a test such as ``Q = 14.25, df = 3, p = 0.003``; a dash when it was not made."""
    if not exists(statistic):
        return f"{name}: {DASH}"
    joint = EQUALS if len(name) <= 4 else f": χ²{EQUALS}"
    return f"{name}{joint}{number_text(statistic)}, df{EQUALS}{DASH if df is None else df}, {p_value(p)}"


def between_groups(between: BetweenGroups) -> str:
    """Return the line of the test between subgroups; its method and note are for the notes of the figure."""
    return f"Test between subgroups: {test('Q', between.q, between.df, between.p)}"


def status_sentence(estimate: Estimate) -> str:
    """Return why there is no pooled estimate; empty when there is one."""
    if estimate.status == "estimated":
        return ""
    if estimate.status == "boundary":
        return _boundary_sentence(estimate)
    if estimate.status == "single" and estimate.k > 1:
        return "one study has information for this method: not pooled"
    return {
        "single": "one study: shown, not pooled",
        "none": "no study",
        "failed": "the model could not be fitted: no pooled estimate",
    }.get(estimate.status, f"no pooled estimate ({estimate.status})")


def _boundary_sentence(estimate: Estimate) -> str:
    if estimate.control_events is not None and estimate.control_patients is not None:
        return _boundary_of_two(
            estimate.events + estimate.control_events, estimate.patients + estimate.control_patients
        )
    if estimate.events == 0:
        return "no event in any study: no pooled estimate by this method"
    if estimate.events == estimate.patients:
        return "the event in every patient: no pooled estimate by this method"
    return "estimate on the boundary: no pooled estimate by this method"


def _boundary_of_two(events: int, patients: int) -> str:
    if events == 0:
        return "no event in either arm of any study: nothing to compare"
    if events == patients:
        return "the event in every patient of both arms: nothing to compare"
    return "one side has no event, or only events: infinite by this method, no pooled estimate"
