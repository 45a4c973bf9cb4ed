"""Pool rates or comparisons of two arms and draw the forest plot."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mscevidence.commands.evidence import asks_a_question, studies_and_families
from mscevidence.commands.output_form import output_form
from mscevidence.commands.quick_start import import_matplotlib

if TYPE_CHECKING:
    from mscevidence.model import Pooled


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command("pool")(asks_a_question(pool))
    app.command("forest")(asks_a_question(forest))


def pool(
    pooled: Pooled,
    compare_methods: Annotated[
        bool, typer.Option("--compare-methods", help="Run every sensible method: does the conclusion depend on it?")
    ] = False,
    leave_one_out: Annotated[bool, typer.Option("--leave-one-out", help="Leave each study out in turn.")] = False,
    cumulative: Annotated[bool, typer.Option("--cumulative", help="Add study by study, by year.")] = False,
    bayes: Annotated[
        bool, typer.Option("--bayes", help="Exact-likelihood Bayesian models, and each study's shrunken rate.")
    ] = False,
    borrow: Annotated[
        bool, typer.Option("--borrow", help="What each disease looks like with and without borrowing from the others.")
    ] = False,
    moderator: Annotated[
        list[str] | None,
        typer.Option(help="Meta-regression on year, patients, dose, condition, product, design or phase."),
    ] = None,
    bias: Annotated[bool, typer.Option("--bias", help="Test whether small trials report other results.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Say for each number where it is from and why.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="One row per study, as CSV.")] = False,
) -> None:
    """Pool an outcome, as a rate or (--measure OR, RR, RD) against a control arm, and say what was left out."""
    from mscevidence import synthesis
    from mscevidence.publish import summary, table

    output_form(as_csv=as_csv, as_json=as_json)
    wanted = {
        "every-method": compare_methods,
        "leave-one-out": leave_one_out,
        "cumulative": cumulative,
        "bayes": bayes,
    }
    pooled = synthesis.with_series(pooled, [name for name, asked in wanted.items() if asked])
    if borrow:
        borrowed = synthesis.borrow(*studies_and_families(), pooled.question)
        pooled = pooled.model_copy(update={"borrowed": borrowed})
    pooled = synthesis.with_moderators(pooled, moderator or [])
    pooled = synthesis.with_small_study_tests(pooled) if bias else pooled
    if as_json:
        typer.echo(pooled.model_dump_json(indent=2, by_alias=True))
    elif as_csv:
        typer.echo(table.render(summary.study_rows(pooled), form="csv"))
    else:
        typer.echo(summary.page(pooled))
        if explain:
            typer.echo("\nWhy these numbers")
            typer.echo("\n".join(f"  {line}" for line in synthesis.explain(pooled)))


def forest(
    pooled: Pooled,
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write; .svg, .png or .pdf.")],
    columns: Annotated[
        str,
        typer.Option(
            help="Extra columns: dose, product, design, phase, time-point, follow-up, condition, completeness, or rob "
            "(discs of the appraisal), such as 'product,dose'."
        ),
    ] = "",
    title: Annotated[str | None, typer.Option(help="Title of the figure.")] = None,
    all_methods: Annotated[bool, typer.Option("--all-methods", help="Draw the alternatives below the first.")] = False,
    style: Annotated[str, typer.Option(help="plain, revman, jama or bmj: as readers of these expect it.")] = "plain",
    per: Annotated[int, typer.Option(help="Rates per 100 patients (per cent), 1000, 10000 or 100000.")] = 100,
) -> None:
    """Draw the forest plot of an outcome; asks the same question as pool."""
    import_matplotlib()
    from mscevidence.publish.forest import Estimates, save_forest
    from mscevidence.publish.wording import count

    chosen = tuple(name.strip() for name in columns.split(",") if name.strip())
    studies = studies_and_families()[0] if chosen else ()
    estimates: Estimates = "all" if all_methods else "primary"
    save_forest(pooled, output, columns=chosen, title=title, estimates=estimates, style=style, studies=studies, per=per)
    typer.echo(f"wrote {output} ({count(len(pooled.overall.rows), 'study', 'studies')})", err=True)
