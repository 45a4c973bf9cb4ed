"""Forest plot: studies, subgroups and pooled effects, rates of one arm or comparisons of two.

Rates stand on an axis from 0 to 100 per cent without a null line: a single-arm rate has none. Ratios stand on a
logarithmic axis and differences on a straight one, with the line of no difference and a word on which side favours
whom. Squares have an area in proportion to the weight, study intervals are those of the analysis, diamonds span the
interval of a pooled effect, a bar shows where the effect of a new study is expected, and an arrow says that an interval
goes on beyond the axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict, Unpack, get_args

from matplotlib.figure import Figure

from mscevidence.errors import SelectionError, UnknownTermError
from mscevidence.model import Estimate, Pooled, Study, StudyRow
from mscevidence.publish import wording
from mscevidence.publish.columns import available_columns, chosen_columns, rows_in_order
from mscevidence.publish.count_columns import ONE_ARM, TWO_ARMS, over_time
from mscevidence.publish.figure import figure_bytes, figure_format, house_style
from mscevidence.publish.forest import bias_discs
from mscevidence.publish.forest.axis import Axis, axis_for
from mscevidence.publish.forest.bias_discs import discs
from mscevidence.publish.forest.drawing import ForestDrawing
from mscevidence.publish.forest.layout import Words, lay_out
from mscevidence.publish.forest.notes import footnote_symbols, notes
from mscevidence.publish.forest.rows import Estimates, ForestRows
from mscevidence.publish.forest.style import style_of
from mscevidence.publish.lettering import readable
from mscevidence.publish.scale import RATE, Scale, beside, directions, scale_of
from mscevidence.publish.study_columns import column_notes, with_study_columns
from mscevidence.records import write_atomically

__all__ = ["Estimates", "available_columns", "draw_forest", "save_forest"]


def draw_forest(
    pooled: Pooled,
    *,
    columns: Sequence[str] = (),
    title: str | None = None,
    estimates: Estimates = "primary",
    style: str = "plain",
    studies: Sequence[Study] = (),
    per: int = 100,
) -> Figure:
    """Return the forest plot of a pooled result, as large as its content needs.

    Args:
        pooled: what is drawn.
        columns: names of study columns to show; see `available_columns`.
        title: heading; the title of the analysis when None, none when empty.
        estimates: ``all`` also draws the alternative methods and the sensitivity analyses, as thin diamonds.
        style: plain, revman, jama or bmj; see `forest_style`.
        studies: the records, for the columns that need them: follow-up, completeness, and rob (discs of the appraisal).
        per: of how many patients rates are given; see `scale.PER`.

    Raises:
        UnknownTermError: a column that no study has, an unknown style, another word for `estimates`, an unusual `per`.
        SelectionError: discs of studies that nobody appraised, or `per` for a comparison of two arms.
    """
    if estimates not in get_args(Estimates):
        raise UnknownTermError(estimates, kind="choice of estimates", choices=get_args(Estimates))
    pooled = with_study_columns(pooled, studies)
    judged = discs(pooled, studies) if bias_discs.COLUMN in columns and studies else None
    names = chosen_columns(pooled, [name for name in columns if judged is None or name != bias_discs.COLUMN])
    scale, look = _scale(pooled, per), style_of(style)
    sides, symbols = directions(pooled), footnote_symbols(pooled)
    rows = ForestRows(
        pooled, columns=names, estimates=estimates, symbols=symbols, style=look, scale=scale, discs=judged
    ).all()
    axis = axis_for(rows, scale, pooled)
    words = Words(
        title=readable(pooled.title if title is None else title),
        first=look.first,
        effect=f"{scale.heading} {look.brackets[0]}{wording.level_text(pooled.level)} CI{look.brackets[2]}",
        directions=beside(sides) if sides else (),
        axis=readable(_axis_label(pooled, scale, axis)),
        notes=(
            *(judged.notes() if judged else ()),
            *column_notes(names),
            *notes(pooled, every_estimate=estimates == "all"),
        ),
        numbers_left=look.numbers_left,
        weight_first=look.weight_first,
        sides=look.sides,
    )
    counts = TWO_ARMS if scale.comparative else over_time(scale.exposure) if scale.exposure else ONE_ARM
    layout = lay_out(rows, words, columns=names, counts=counts, discs=judged.keys if judged else ())
    with house_style():
        return ForestDrawing(layout, axis, reference=_reference(pooled), style=look).drawn()


class Options(TypedDict, total=False):
    """What `draw_forest` may be told."""

    columns: Sequence[str]
    title: str | None
    estimates: Estimates
    style: str
    studies: Sequence[Study]
    per: int


def save_forest(
    pooled: Pooled,
    *paths: Path,
    format: str | None = None,  # noqa: A002 - the name users know from savefig
    dpi: float = 200,
    **options: Unpack[Options],
) -> None:
    """Write the forest plot of a pooled result as svg, png or pdf; the same result gives the same bytes.

    Args:
        pooled: what is drawn.
        paths: the files, each in the format that its suffix names; the plot is drawn once.
        format: ``svg``, ``png`` or ``pdf`` when the suffix does not say it.
        dpi: pixels per inch of a png.
        options: those of `draw_forest`.

    Raises:
        UnknownTermError: an unknown format or column.
        WriteError: the file cannot be written, or a png would be too large; what was there before is untouched.
    """
    forms = [figure_format(path, format) for path in paths]
    figure = draw_forest(pooled, **options)
    name = readable(options.get("title") or pooled.title) or "Forest plot"
    described = describe(pooled, per=options.get("per", RATE.per))
    for path, form in zip(paths, forms, strict=True):
        write_atomically(path, figure_bytes(figure, form, title=name, description=described, dpi=dpi))


def describe(pooled: Pooled, *, per: int = 100) -> str:
    """Return the forest plot in words, for a person who cannot see it; rates per so many patients."""
    scale = _scale(pooled, per)
    sentences = [f"Forest plot of {pooled.outcome_label}: {wording.count(len(rows_in_order(pooled)), 'study row')}."]
    sentences += [
        f"{row.label}: {_counts_in_words(row, scale)}, {scale.effect(row.effect, row.lower, row.upper)}{_unit(scale)}."
        for row in rows_in_order(pooled)
    ]
    for group in (*pooled.groups, pooled.overall):
        name = "Overall" if group is pooled.overall else group.label
        sentences += [f"{name}: {_in_words(estimate, scale)}." for estimate in group.estimates[:1]]
    return readable(" ".join(sentences))


def _scale(pooled: Pooled, per: int) -> Scale:
    scale = scale_of(pooled, per=RATE.per if pooled.question.comparative else per)
    if scale.comparative and per != RATE.per:
        raise SelectionError(
            f"a {scale.name} is not given per {per:,} patients", hint="leave out --per, or ask for a rate of one arm"
        )
    return scale


def _axis_label(pooled: Pooled, scale: Scale, axis: Axis) -> str:
    outcome = f"{pooled.outcome_label[:1].upper()}{pooled.outcome_label[1:]}"
    if scale.exposure:
        return f"{outcome} (events{scale.unit})"
    if not scale.comparative:
        short = "" if axis.high == RATE.per else f"; axis to {axis.ticks[-1][1]}"
        return f"{outcome} ({'% of patients' if scale.per == RATE.per else f'per {scale.per:,} patients'}{short})"
    return f"{outcome}: {scale.name} ({'log scale' if scale.logarithmic else 'percentage points'})"


def _counts_in_words(row: StudyRow, scale: Scale) -> str:
    if row.time is not None:
        return f"{wording.count(row.events, 'event')} in {scale.time(row.time)} {scale.exposure}"
    own = f"{row.events} of {row.n}"
    return f"{own} with cells, {row.control.events} of {row.control.n} controls" if row.control else own


def _unit(scale: Scale) -> str:
    return " per cent" if scale == RATE else scale.unit


def _in_words(estimate: Estimate, scale: Scale) -> str:
    sentence = wording.status_sentence(estimate)
    if sentence:
        return sentence
    effect = scale.effect(estimate.effect, estimate.lower, estimate.upper)
    return f"{effect}{_unit(scale)}, {wording.studies_and_patients(estimate)}"


def _reference(pooled: Pooled) -> float | None:
    """Return the pooled effect that the dotted line marks, or None."""
    first = pooled.overall.estimates[0] if pooled.overall.estimates else None
    if first is None or first.status != "estimated" or not wording.exists(first.effect):
        return None
    return first.effect
