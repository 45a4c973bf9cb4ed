"""The command line: one file per group of commands; a command parses, calls, prints.

Data goes to stdout, talk to stderr. Exit codes: 0 done, 1 an error the user can mend (message and hint), 2 wrong usage.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from mscevidence import __version__
from mscevidence.errors import MscevidenceError

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


class TranslatingGroup(TyperGroup):
    """The one place where the exception family becomes an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; print message and hint of our errors and leave with 1."""
        try:
            return super().invoke(ctx)
        except MscevidenceError as error:
            typer.echo(f"error: {error.message}", err=True)
            if error.hint:
                typer.echo(f"hint: {error.hint}", err=True)
            raise typer.Exit(1) from error
        except KeyboardInterrupt:
            # Every command writes whole files only, and long ones go on from what they have written.
            typer.echo("\nstopped; what was written is whole: run the same command to go on", err=True)
            raise typer.Exit(1) from None
        except BrokenPipeError:
            # The reader of a pipe (head, less) has left: nothing to say, and the interpreter must not say it either.
            sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
            raise typer.Exit(0) from None
        except OSError as error:
            if error.filename is not None or error.errno not in NO_ROOM:
                raise
            sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
            typer.echo(f"error: the answer could not be written out: {error.strerror}", err=True)
            typer.echo("hint: free some space, or send it elsewhere; it is not complete", err=True)
            raise typer.Exit(1) from None


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


def _callback(
    version: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="Print the version and leave."
    ),
) -> None:
    """Do mesenchymal stromal cells work, and what do they cost in harm? Every number walks back to its sentence."""


def build_app() -> typer.Typer:
    """Return the application with all commands, in the order of the work."""
    from mscevidence.commands import (
        database,
        drawing,
        edition,
        exporting,
        importing,
        ingest,
        linkage,
        lookup,
        mapping,
        pooling,
        publishing,
        records,
        review,
        screening,
        searching,
        workspace,
    )

    app = typer.Typer(
        cls=TranslatingGroup,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        add_completion=True,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_callback)
    taking_in = (workspace, searching, ingest, screening, lookup, review, records, importing, linkage)
    giving_out = (database, pooling, drawing, mapping, edition, exporting, publishing)
    for group in (*taking_in, *giving_out):
        group.register(app)
    return app


def main() -> None:
    """Run the command line; characters that a terminal cannot show become question marks, they stop nothing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    build_app()()
