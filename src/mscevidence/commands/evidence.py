"""What several commands begin with: the options of a question, and its answer from the records of the review."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from mscevidence.commands.quick_start import import_numpy
from mscevidence.errors import SelectionError

if TYPE_CHECKING:
    from mscevidence.model import Candidate, Document, Family, Pooled, Study

Command = Callable[..., None]


def question(
    outcome: Annotated[str, typer.Argument(help="Outcome of the vocabulary, such as response, sae or infection.")],
    condition: Annotated[str | None, typer.Option(help="Only this condition and those below it.")] = None,
    by: Annotated[
        str | None,
        typer.Option("--by", "--subgroup", help="Subgroups: condition, cell-source, donor, design or phase."),
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(
            help="glmm (default; of RR and RD reml), reml, ml, dl, pm, pmm, eb, sj, he, hs, hsk or ee; to compare arms "
            "also mh, peto, cm.el (the glmm of OR), cm.al, um.fs or um.rs. Others stand beside it."
        ),
    ] = None,
    measure: Annotated[
        str | None,
        typer.Option(
            help="Shares of patients: PLO (logit, default), PLN (log), PAS (arcsine), PFT (Freeman-Tukey), PR (raw). "
            "Events over time at risk: IRLN (incidence-rate), IR (raw), IRS (square root). Against a control arm: "
            "OR (odds-ratio), RR (risk-ratio), RD (risk-difference), peto."
        ),
    ] = None,
    time_unit: Annotated[
        str | None,
        typer.Option(help="With IRLN, IR or IRS: year (default), month, week or day at risk, infusion or cycle."),
    ] = None,
    test: Annotated[str | None, typer.Option(help="z, t, knha (Hartung-Knapp) or adhoc.")] = None,
    at: Annotated[str | None, typer.Option(help="Only results judged at about this time, such as '12 months'.")] = None,
    cell_source: Annotated[str | None, typer.Option(help="Only arms that got cells of this source.")] = None,
    design: Annotated[str | None, typer.Option(help="Only studies of this design.")] = None,
    control: Annotated[
        str | None, typer.Option(help="With OR, RR or RD: only control arms of this kind, such as placebo.")
    ] = None,
    derived: Annotated[
        str | None, typer.Option(help="include (default) or exclude counts obtained by arithmetic.")
    ] = None,
    narrative_zeros: Annotated[
        str | None, typer.Option(help="include or exclude (default) zeros that are stated in words only.")
    ] = None,
    allow_overlap: Annotated[
        list[str] | None,
        typer.Option(metavar="FAMILY", help="Count every study of this overlap family, against the rule; printed."),
    ] = None,
    level: Annotated[float | None, typer.Option(help="Confidence level, 0.95 unless told.")] = None,
) -> None:
    """Hold the options that ``pool`` and ``forest`` share; their meaning is that of `model.Question`."""


def asks_a_question(command: Command) -> Command:
    """Return a command whose first parameter, the `Pooled`, is replaced by the options of a question."""
    asked = inspect.signature(question, eval_str=True)
    own = list(inspect.signature(command).parameters.values())[1:]
    hints = get_type_hints(command, include_extras=True, localns={"Pooled": object})

    @functools.wraps(command)
    def run(**options: Any) -> None:
        values = {name: options.pop(name) for name in asked.parameters}
        command(pooled_for(**values), **options)

    parameters = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in asked.parameters.values()]
    parameters += [
        parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[parameter.name]) for parameter in own
    ]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    del run.__wrapped__
    return run


def pooled_for(**options: object) -> Pooled:
    """Return the synthesis that the options of a question ask of the review in the current folder."""
    import_numpy()
    from mscevidence import protocol, synthesis

    asked = protocol.question_from(options, place="options")
    return synthesis.pool(*studies_and_families(), asked)


def studies_and_families() -> tuple[tuple[Study, ...], tuple[Family, ...]]:
    """Return the studies of the review in the current folder and the families that share patients.

    Raises:
        SelectionError: the review has no study yet.
    """
    from mscevidence import identify, protocol, records
    from mscevidence.effects import named_apart

    folder = protocol.find().extracted
    studies = named_apart(records.load_all(folder).studies)
    if not studies:
        raise SelectionError(
            f"there is no study yet: no study file in {folder}",
            hint="`mscevidence ingest` proposes values from reports, `mscevidence review` makes them records",
        )
    return studies, identify.families_of(studies, decisions=records.load_decisions(folder))


def candidates_of(document: Document) -> tuple[Candidate, ...]:
    """Return the checked candidates of a document, proposed anew by the extractor."""
    from mscevidence import check, extract

    return check.check_candidates(extract.extract(document), document)
