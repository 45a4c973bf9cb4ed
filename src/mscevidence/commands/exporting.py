"""Take the evidence elsewhere: exports for other tools, and drafts of summary of findings tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mscevidence.errors import SelectionError, WriteError

if TYPE_CHECKING:
    from mscevidence.protocol import Protocol
    from mscevidence.publish.contents import Evidence
    from mscevidence.publish.export import Exported, Files
    from mscevidence.screening import Flow

NOT_FOLDERS = frozenset({".csv", ".json", ".ris", ".txt", ".xml", ".r", ".xlsx", ".db"})
"""Endings that nobody gives a folder."""
WITH_EVERYTHING = frozenset({"tables", "all"})
"""Kinds that hold proposed values and findings too, which take long to gather."""


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(export)
    app.command()(sof)


def export(
    kind: Annotated[str | None, typer.Argument(help="What to export, such as metafor; all for one of each.")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder to write into, or a file ending in .zip.")
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the kinds.")] = False,
) -> None:
    """Write the evidence in the formats of other tools: metafor, RevMan, RIS, CSL, PRISMA, SRDR+, FHIR, tables."""
    from mscevidence import protocol
    from mscevidence.publish import export as exports
    from mscevidence.publish.table import render
    from mscevidence.publish.wording import count

    if list_:
        kinds = {**exports.KINDS, exports.ALL: "everything above that is not empty"}
        typer.echo(render([{"kind": name, "what it is": words} for name, words in kinds.items()]))
        return
    if kind is None or output is None:
        raise typer.BadParameter("give a kind and where to write: export metafor -o folder (--list shows the kinds)")
    exports.refuse_unknown(kind)
    _refuse_place(output)
    gathered = _gathered(protocol.find(), kind)
    files, empty = exports.export_all(gathered) if kind == exports.ALL else (exports.export(kind, gathered), {})
    for name, why in empty.items():
        typer.echo(f"left out {name}: {why}", err=True)
    _write(files, output)
    typer.echo(f"wrote {count(len(files), 'file')} to {output}", err=True)


def _refuse_place(output: Path) -> None:
    if output.suffix.lower() in NOT_FOLDERS:
        raise SelectionError(
            f"{output} is neither a folder nor a zip file", hint="name a folder to write into, or a file ending in .zip"
        )
    if output.suffix.lower() != ".zip" and output.is_file():
        raise WriteError(f"{output} is a file, not a folder", hint="name a folder, or a file ending in .zip")


def _write(files: Files, output: Path) -> None:
    from mscevidence.publish.export import zipped
    from mscevidence.records import write_atomically

    if output.suffix.lower() == ".zip":
        files, output = {output.name: zipped(files)}, output.parent
    for name, content in files.items():
        write_atomically(output / name, content)


def _gathered(review: Protocol, kind: str) -> Exported:
    from mscevidence.commands.edition import gather
    from mscevidence.publish.analysed import analysed
    from mscevidence.publish.export import Exported

    evidence = gather(review) if kind in WITH_EVERYTHING else evidence_of(review)
    if not evidence.studies:
        raise SelectionError(
            f"there is nothing to export: no study file in {review.extracted}",
            hint="`mscevidence template` starts one, `mscevidence review` fills it",
        )
    return Exported(review.title, evidence, analysed(review.analyses, evidence), _flow(review))


def evidence_of(review: Protocol, *, documents: bool = True) -> Evidence:
    """Return the records of a review, their families and the captured documents, without what is only proposed."""
    from mscevidence import identify, records
    from mscevidence.documents import DocumentLibrary
    from mscevidence.effects import named_apart
    from mscevidence.publish.contents import Evidence

    studies = named_apart(records.load_all(review.extracted).studies) if review.extracted.is_dir() else ()
    linkage = identify.link(studies, decisions=records.load_decisions(review.extracted)) if studies else None
    return Evidence(
        studies=tuple(studies),
        families=linkage.families if linkage else (),
        links=linkage.links if linkage else (),
        documents=tuple(DocumentLibrary(review.captured)) if documents else (),
    )


def _flow(review: Protocol) -> Flow | None:
    from mscevidence.commands.flow_counts import review_flow

    return review_flow(None) if review.search_log.is_file() else None


def sof(
    analyses: Annotated[
        list[str] | None, typer.Argument(metavar="[ANALYSIS]...", help="Ids of the protocol; all unless told.")
    ] = None,
    question: Annotated[
        str,
        typer.Option(help="effect: do the cells work? event-rate: which rate is to be expected? Decides on the start."),
    ] = "effect",
    groups: Annotated[bool, typer.Option("--groups", help="A row for each subgroup before the whole.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, with thresholds and sources, as JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="One row per outcome, as CSV.")] = False,
    as_html: Annotated[bool, typer.Option("--html", help="A section of HTML.")] = False,
) -> None:
    """Draft a GRADE summary of findings: every rating tied to its number, none of them final."""
    from mscevidence import protocol
    from mscevidence.publish.analysed import analysed
    from mscevidence.publish.sof import page as sof_page
    from mscevidence.publish.sof import summary_of_findings

    if as_json + as_csv + as_html > 1:
        raise typer.BadParameter("--json, --csv and --html exclude each other")
    review = protocol.find()
    wanted = [review.analysis(name) for name in analyses] if analyses else review.analyses
    if not wanted:
        raise SelectionError("the protocol has no [[analysis]]", hint="add one to mscevidence.toml")
    evidence = evidence_of(review, documents=False)
    found = summary_of_findings(
        review.title, analysed(wanted, evidence), evidence.studies, asked=question, groups=groups
    )
    show = (
        sof_page.as_json if as_json else sof_page.as_csv if as_csv else sof_page.as_html if as_html else sof_page.page
    )
    typer.echo(show(found))
