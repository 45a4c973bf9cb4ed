"""Events and n that the expression itself does not print, where the document leaves only one possibility."""

from __future__ import annotations

import math

from mscevidence import vocabulary
from mscevidence.extract.arms import ALL
from mscevidence.extract.patients.context import Context
from mscevidence.model import Value

OF_ALL = frozenset({"death", "discontinuation", "loss-to-follow-up"})
"""Outcomes that are looked for in everybody, however few are left."""


def completed(
    values: list[Value],
    context: Context,
    arm: str | None,
    *,
    outcome: str | None,
    place: int,
    everybody: bool = False,
) -> list[Value]:
    """Return values with the n of the arm, and the events that a percent of it can only mean, marked as derived.

    Nothing is added when the size of the arm is not told or told in two ways, or when the printed percent does not fit.

    Args:
        values: what is printed.
        context: the sizes that the document tells.
        arm: whose the values are.
        outcome: what they are of.
        place: where they stand.
        everybody: they are of all patients of the arm.
    """
    roles = {value.role: value for value in values}
    if "n" not in roles:
        found = _told_elsewhere(roles, context, arm, outcome=outcome, place=place, everybody=everybody)
        values = [*values, *found]
        roles |= {value.role: value for value in found}
    n = roles.get("n")
    if n is None or n.number is None or "events" in roles:
        return values
    if everybody:
        return [n.model_copy(update={"role": "events", "derived": True}), *values]
    percent = roles.get("percent")
    events = _only_events(percent, n.number) if percent is not None else None
    if events is None or percent is None:
        return values
    steps = f"{percent.text}% of {n.text}"
    return [Value(role="events", text=steps, span=None, number=events, derived=True), *values]


def _told_elsewhere(
    roles: dict[str, Value], context: Context, arm: str | None, *, outcome: str | None, place: int, everybody: bool
) -> list[Value]:
    """Return the n that other sentences tell, or nothing where they leave more than one possibility."""
    of_all = outcome in OF_ALL  # looked for in everybody, however few are left
    size = context.size(arm) if everybody or of_all or "scope" in roles else context.derivable(arm)
    benefit = outcome is not None and vocabulary.load("outcome")[outcome].domain == "efficacy"
    fewer = context.left_at(place, benefit=benefit) if arm == ALL and not of_all else ()
    others = (context.entered,) if arm == ALL and of_all and context.entered is not None else fewer
    if size is not None and others:
        return _only_fitting(roles, (size, *others))
    if size is not None and _fits(roles, size):
        return [size.model_copy(update={"role": "n", "derived": True})]
    return _only_fitting(roles, context.people) if arm == ALL else []


def _only_fitting(roles: dict[str, Value], people: tuple[Value, ...]) -> list[Value]:
    """Return the one number of all patients with which printed events make the printed percent, if one only does."""
    events, percent = roles.get("events"), roles.get("percent")
    if events is None or percent is None or events.number is None:
        return []
    found = [n for n in people if n.number is not None and _agrees(events.number, n.number, percent)]
    return [found[0].model_copy(update={"role": "n", "derived": True})] if len(found) == 1 else []


def _fits(roles: dict[str, Value], size: Value) -> bool:
    """Return whether an arm of that size can have the events and the percent that are printed."""
    events, percent = roles.get("events"), roles.get("percent")
    if size.number is None:
        return False
    if events is not None and events.number is not None:
        if events.number > size.number:
            return False
        return percent is None or _agrees(events.number, size.number, percent)
    return percent is None or bool(possible_events(percent, size.number))


def _agrees(events: float, n: float, percent: Value) -> bool:
    return events in possible_events(percent, n)


def possible_events(percent: Value, n: float) -> tuple[int, ...]:
    """Return the numbers of events whose share of n rounds (or is cut) to the printed percent."""
    if percent.number is None or n <= 0:
        return ()
    unit = 10.0 ** -len(percent.text.replace(",", ".").partition(".")[2])
    lowest = math.floor((percent.number - unit) * n / 100)
    highest = math.ceil((percent.number + unit) * n / 100)
    shares = {events: 100 * events / n for events in range(max(0, lowest), min(int(n), highest) + 1)}
    return tuple(
        events
        for events, share in shares.items()
        if abs(share - percent.number) <= unit / 2 + 1e-9 or 0 <= share - percent.number < unit - 1e-9
    )


def _only_events(percent: Value, n: float) -> int | None:
    events = possible_events(percent, n)
    return events[0] if len(events) == 1 else None
