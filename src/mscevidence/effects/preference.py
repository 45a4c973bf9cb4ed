"""Which of several results of a study is preferred.

In this order: a report that is not a secondary table or review; the whole arm before those who could be judged; more
patients (of incidence rates: more time at risk, first); counted before derived before narrative zero; a report that was
not cancelled; the report kind that is nearer to the patients; the nearer time point when one was asked for, else the
earlier; fewer parts; the later report.
"""

from __future__ import annotations

from mscevidence import vocabulary
from mscevidence.effects.timing import days_of
from mscevidence.effects.usable import Usable
from mscevidence.model import Question


def preference(option: Usable, question: Question) -> tuple[object, ...]:
    """Return what sorts the options of a study, the best first."""
    time = days_of(option.result.time_point) if option.result.time_point else None
    wanted = days_of(question.at) if question.at else None
    distance = abs(time - wanted) if time is not None and wanted is not None else (time if time is not None else 0.0)
    return (
        option.secondary,
        not option.whole,
        -(option.time or 0.0),
        -option.patients,
        option.indirectness,
        option.report.status == "cancelled",
        vocabulary.load("report-kind")[option.report.kind].rank,
        distance,
        sum(len(side.keys) for side in option.sides),
        -(option.report.year or 0),
    )
