"""Re-analyses of one question side by side: every method, leaving one study out, adding study by study."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from matplotlib.figure import Figure

from mscevidence.errors import SelectionError, UnknownTermError
from mscevidence.model import Estimate, Pooled, Series
from mscevidence.publish import wording
from mscevidence.publish.figure import house_style
from mscevidence.publish.forest.axis import axis_for
from mscevidence.publish.forest.drawing import ForestDrawing
from mscevidence.publish.forest.layout import Words, lay_out
from mscevidence.publish.forest.rows import Diamond, Row, Square
from mscevidence.publish.lettering import readable
from mscevidence.publish.scale import Scale, beside, directions, scale_of

HEADINGS: Mapping[str, str] = {
    "every-method": "Method",
    "bayes": "Model",
    "leave-one-out": "Left out",
    "cumulative": "Added",
    "shrunken": "Study",
}
WHOLE = "Main analysis"
"""What the analysis itself is called among its re-analyses; whether it was pre-specified is not known here."""
BAYESIAN = frozenset({"bayes", "shrunken"})
ABBREVIATIONS: Mapping[str, str] = {
    "GLMM": "generalised linear mixed model",
    "REML": "restricted maximum likelihood",
    "ML": "maximum likelihood",
    "PM": "Paule-Mandel",
    "DL": "DerSimonian-Laird",
    "SJ": "Sidik-Jonkman",
    "EE": "equal effects",
    "MH": "Mantel-Haenszel",
    "HK": "Hartung-Knapp interval",
    "t": "interval by Student's t",
    "z": "interval by the normal distribution",
}
"""In the names of methods, in the order in which they are told."""
COUNTS = {"studies": ("Studies",), "patients": ("Patients",)}
OVER_TIME = {"studies": ("Studies",), "patients": ("Events",)}


def draw_series(pooled: Pooled, series_id: str) -> Figure:
    """Return one series of re-analyses as a strip of estimates on the axis of the forest plot.

    Args:
        pooled: the analysis, with the series in it.
        series_id: such as ``every-method``, ``leave-one-out`` or ``cumulative``.

    Raises:
        UnknownTermError: the analysis has no such series.
        SelectionError: the series has no estimate, for want of studies.
    """
    series = next((one for one in pooled.series if one.id == series_id), None)
    if series is None:
        raise UnknownTermError(series_id, kind="series", choices=[one.id for one in pooled.series])
    if not any(one.effect is not None for _, one in series.rows):
        raise SelectionError(
            f"{pooled.title}: nothing to re-analyse with {wording.studies_and_patients(pooled.overall.estimates[0])}",
            hint="at least two studies are needed",
        )
    scale, sides = scale_of(pooled), directions(pooled)
    rows = (*_rows(series, pooled, scale), Row("space"), _whole(pooled, scale))
    words = Words(
        title=readable(f"{pooled.title}: {_title(series)}"),
        first=HEADINGS.get(series.id, "Analysis"),
        effect=f"{scale.heading} [{wording.level_text(pooled.level)} {'interval' if series.id in BAYESIAN else 'CI'}]",
        directions=beside(sides) if sides else (),
        axis=readable(_axis_label(pooled, scale)),
        notes=tuple(readable(note) for note in (*series.notes, *_explained(series))),
    )
    layout = lay_out(rows, words, columns=(), counts=OVER_TIME if scale.exposure else COUNTS)
    with house_style():
        return ForestDrawing(layout, axis_for(rows, scale, pooled), reference=_reference(pooled, scale)).drawn()


def _axis_label(pooled: Pooled, scale: Scale) -> str:
    outcome = f"{pooled.outcome_label[:1].upper()}{pooled.outcome_label[1:]}"
    if scale.exposure:
        return f"{outcome}, events{scale.unit}"
    return scale.heading if scale.comparative else f"{outcome} rate, %"


def _title(series: Series) -> str:
    return series.title if series.title.startswith("Bayesian") else series.title[:1].lower() + series.title[1:]


def _explained(series: Series) -> Iterator[str]:
    """Yield what the abbreviations in the names of methods stand for, and what kind of intervals models have."""
    if series.id in BAYESIAN:
        yield f"Intervals are credible intervals, that of the {WHOLE.lower()} is a confidence interval."
    names = " ".join([series.title, *(name for name, _ in series.rows)]) if series.id not in BAYESIAN else ""
    used = [f"{short} = {words}" for short, words in ABBREVIATIONS.items() if re.search(rf"\b{short}\b", names)]
    if used:
        yield f"{'; '.join(used)}."


def _rows(series: Series, pooled: Pooled, scale: Scale) -> Iterator[Row]:
    own = {f"+ {row.label}": row for row in pooled.overall.rows} if series.id == "cumulative" else {}
    for number, (name, one) in enumerate(series.rows, 1):
        key = f"{series.id}-{number}"
        if one.k == 1 and one.effect is None and name in own:
            # Nothing is pooled yet: the first study shows its own effect.
            row = own[name]
            one = one.model_copy(update={"effect": row.effect, "lower": row.lower, "upper": row.upper})  # noqa: PLW2901
            yield Row("study", readable(name), _cells(one, scale), _square(one), key=key)
            yield Row(
                "remark", f"One study: its own interval ({pooled.interval_method})", indent=1, key=f"{key}-status"
            )
            continue
        yield Row("study", readable(name), _cells(one, scale), _square(one), key=key)
        if one.effect is None:
            yield Row("remark", readable(wording.status_sentence(one)), indent=1, key=f"{key}-status")


def _cells(one: Estimate, scale: Scale) -> dict[str, str]:
    patients = one.all_patients if one.time is None else one.events
    shown = scale.effect(one.effect, one.lower, one.upper) if one.effect is not None else wording.DASH
    return {"studies": f"{one.k:,}", "patients": f"{patients:,}", "effect": shown}


def _square(one: Estimate) -> Square | None:
    return None if one.effect is None else Square(one.effect, one.lower, one.upper, None)


def _whole(pooled: Pooled, scale: Scale) -> Row:
    first = pooled.overall.estimates[0]
    drawn = first.effect is not None and first.lower is not None and first.upper is not None
    diamond = Diamond(first.effect, first.lower, first.upper, "overall") if drawn else None  # type: ignore[arg-type]
    return Row("summary", WHOLE, _cells(first, scale), diamond, key="overall")


def _reference(pooled: Pooled, scale: Scale) -> float | None:
    """Return the pooled rate of the main analysis, which is marked by a dotted line; ratios have their own line."""
    return None if scale.comparative else pooled.overall.estimates[0].effect
