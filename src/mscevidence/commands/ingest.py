"""Take documents in: files, folders, identifiers and addresses to captured documents to candidates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mscevidence.errors import UnknownTermError

if TYPE_CHECKING:
    from mscevidence.model import FoundBy

FOUND_BY: tuple[FoundBy, ...] = ("database", "register", "website", "organisation", "citation")


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(ingest)


def ingest(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE...", help="Files, folders, - for standard input, PMID, PMCID, DOI, NCT, https."),
    ],
    url: Annotated[str | None, typer.Option(help="Address the text was copied from; kept with the document.")] = None,
    form: Annotated[str | None, typer.Option("--format", help="Read as this format instead of finding out.")] = None,
    found_by: Annotated[
        str | None,
        typer.Option(help="How it was found, for PRISMA: database, register, website, organisation or citation."),
    ] = None,
    contact: Annotated[
        str, typer.Option(envvar="MSCEVIDENCE_CONTACT", help="Your e-mail address, for what is fetched.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Documents and candidates as JSON.")] = False,
) -> None:
    """Capture documents, read them, and propose candidate values, each with its exact place in the text.

    A file of many records (RIS, PubMed, EndNote, CSV ...) is captured whole and counted for the PRISMA flow; its
    records wait for `mscevidence screen`. What a list of identifiers names is fetched.
    """
    from mscevidence import protocol
    from mscevidence.commands.intake import Intake

    if found_by is not None and found_by not in FOUND_BY:
        raise UnknownTermError(found_by, kind="way of finding", choices=FOUND_BY)
    if form is not None:
        _refuse_unknown_format(form)
    intake = Intake(protocol.find(), url=url, form=form, found_by=found_by, contact=contact)
    for source in sources:
        intake.take(source)
    typer.echo(intake.as_json() if as_json else intake.as_text())
    intake.close()


def _refuse_unknown_format(form: str) -> None:
    """Raise when a format is none, also where its file was captured before and is not read again."""
    from mscevidence.read import FORMATS, RECORD_FORMATS

    if form not in FORMATS and form not in RECORD_FORMATS:
        raise UnknownTermError(form, kind="document format", choices=(*FORMATS, *RECORD_FORMATS))
