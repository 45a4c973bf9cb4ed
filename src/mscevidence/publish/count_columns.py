"""The columns of counts beside a figure: events of patients, of two arms, or over time at risk."""

from __future__ import annotations

ONE_ARM = {"events": ("Events",), "total": ("Total",)}
TWO_ARMS = {
    "events": ("MSC", "events"),
    "total": ("MSC", "total"),
    "control-events": ("Control", "events"),
    "control-total": ("Control", "total"),
}
"""The columns of counts and what heads them."""


def over_time(exposure: str) -> dict[str, tuple[str, ...]]:
    """Return the columns of events over time at risk: ``Person-years``, ``Infusions``, in two lines where long."""
    head = exposure[:1].upper() + exposure[1:]
    first, dash, second = head.partition("-")
    return {"events": ("Events",), "time": (first + dash, second) if dash else (head,)}
