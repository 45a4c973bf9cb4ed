"""Events and sizes as metafor and meta name them, our estimates, and an R script that holds the two together.

Columns: single arms ``xi`` events, ``ni`` patients, ``mi`` the others, ``ti`` time at risk; two arms
``ai bi ci di n1i n2i`` (metafor's
``escalc``); ``event``, ``n``, ``studlab`` and ``subgroup`` are those of meta's ``metaprop``.
"""

from __future__ import annotations

from importlib import resources

from mscevidence.errors import SelectionError
from mscevidence.model import Estimate, Group, Pooled, StudyRow
from mscevidence.publish.contents import Done
from mscevidence.publish.export import Exported, Files
from mscevidence.publish.export.cells import csv_bytes
from mscevidence.synthesis.recipes import Recipe, recipe_of, recipes_beside

STUDY_COLUMNS = (
    "analysis", "subgroup", "study", "studlab", "slab", "event", "n", "xi", "mi", "ni", "ti",
    "ai", "bi", "ci", "di", "n1i", "n2i", "result", "report", "quote",
    "control_result", "control_report", "control_quote",
)  # fmt: skip
ESTIMATE_COLUMNS = (
    "analysis", "group", "measure", "method", "test", "level", "k", "status", "mu", "se", "tau2",
    "effect", "lower", "upper", "prediction_lower", "prediction_upper",
)  # fmt: skip


def files(exported: Exported) -> Files:
    """Return studies.csv, estimates.csv, check.R and a README.

    Raises:
        SelectionError: no analysis has a study.
    """
    done = [one for one in exported.analyses if one.pooled is not None]
    if not done:
        raise nothing_pooled(exported)
    studies = [_study(one, row) for one in done if one.pooled for row in one.pooled.overall.rows]
    estimates = [row for one in done if one.pooled for row in _estimates(one.analysis.id, one.pooled)]
    template = resources.files("mscevidence.publish") / "templates"
    return {
        "metafor/studies.csv": csv_bytes(studies, STUDY_COLUMNS),
        "metafor/estimates.csv": csv_bytes(estimates, ESTIMATE_COLUMNS),
        "metafor/check.R": (template / "check.R").read_bytes(),
        "metafor/README.txt": (template / "metafor-readme.txt").read_bytes(),
    }


def nothing_pooled(exported: Exported) -> SelectionError:
    """Return the error that says why no analysis can be exported."""
    why = "; ".join(f"{one.analysis.id}: {one.why_not}" for one in exported.analyses[:3])
    more = f" (and {len(exported.analyses) - 3} more)" if len(exported.analyses) > 3 else ""
    return SelectionError(
        f"no analysis has a study to export: {why}{more}" if why else "the protocol has no [[analysis]] to export",
        hint="`mscevidence pool OUTCOME` shows what an analysis takes in",
    )


def _study(done: Done, row: StudyRow) -> dict[str, object]:
    common: dict[str, object] = {
        "analysis": done.analysis.id,
        "subgroup": row.group,
        "study": row.study,
        "studlab": row.label,
        "slab": row.label,
        "event": row.events,
        "n": row.n or None,
        "result": row.result,
        "report": row.report,
        "quote": row.quote,
    }
    if row.time is not None:
        return {**common, "xi": row.events, "ti": row.time}
    if row.control is None:
        return {**common, "xi": row.events, "mi": row.n - row.events, "ni": row.n}
    other = row.control
    table = {"ai": row.events, "bi": row.n - row.events, "ci": other.events, "di": other.n - other.events}
    read = {"control_result": other.result, "control_report": other.report, "control_quote": other.quote}
    return {**common, **table, "n1i": row.n, "n2i": other.n, **read}


def _estimates(analysis: str, pooled: Pooled) -> list[dict[str, object]]:
    recipes = recipes_beside(recipe_of(pooled.question))
    groups: tuple[Group, ...] = (*pooled.groups, pooled.overall)
    return [
        _estimate(analysis, group.name, recipe, one, pooled.level)
        for group in groups
        for recipe, one in zip(recipes, group.estimates, strict=False)
    ]


def _estimate(analysis: str, group: str, recipe: Recipe, one: Estimate, level: float) -> dict[str, object]:
    numbers = ("k", "status", "mu", "se", "tau2", "effect", "lower", "upper", "prediction_lower", "prediction_upper")
    return {
        "analysis": analysis,
        "group": group,
        "measure": recipe.measure,
        "method": recipe.method,
        "test": recipe.test,
        "level": level,
        **{name: getattr(one, name) for name in numbers},
    }
