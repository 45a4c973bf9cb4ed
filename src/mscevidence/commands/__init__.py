"""The command line: one file per group of commands; a command parses, calls, prints.

Data goes to stdout, talk to stderr. Exit codes: 0 done, 1 an error the user can mend (message and hint), 2 wrong usage.
"""

from __future__ import annotations

import errno
import gc
import io
import os
import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

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


HOMES = {
    "init": "workspace",
    "terms": "workspace",
    "search": "searching",
    "update": "updating",
    "ingest": "ingest",
    "screen": "screening",
    "flow": "screening",
    "lookup": "lookup",
    "describe": "lookup",
    "review": "review",
    "differences": "review",
    "check": "records",
    "template": "records",
    "schema": "records",
    "import": "importing",
    "link": "linkage",
    "build": "database",
    "query": "database",
    "find": "database",
    "serve": "database",
    "pool": "pooling",
    "forest": "pooling",
    "figure": "drawing",
    "map": "mapping",
    "reproduce": "edition",
    "export": "exporting",
    "sof": "exporting",
    "publish": "publishing",
    "diff": "publishing",
}
"""The module of each command, in the order of the work."""


class Commands(TranslatingGroup):
    """All commands, each read and made when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands."""
        del ctx
        return list(HOMES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command; None, and all others are made for the suggestion of what was meant, if there is none."""
        del ctx
        for name in (cmd_name,) if cmd_name in HOMES else HOMES:
            if name not in self.commands:
                group = _plain_app()
                import_module(f"{__name__}.{HOMES[name]}").register(group)
                self.commands.update(get_group(group).commands)
        return self.commands.get(cmd_name)


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
    app = _plain_app(cls=Commands, add_completion=True)
    app.callback()(_callback)
    return app


def _plain_app(**settings: Any) -> typer.Typer:
    return typer.Typer(
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
        **settings,
    )


def main() -> None:
    """Run the command line; characters that a terminal cannot show become question marks, they stop nothing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    _start_quickly()
    try:
        build_app()()
    finally:
        gc.freeze()  # the process ends: its memory needs no last search for garbage


def _start_quickly() -> None:
    """Spare a short command work that brings it nothing; what the user has set in the environment is kept.

    What a command makes in its first second are modules and classes, which stay: the collector of garbage would walk
    through them a hundred times. Plugins of pydantic, which watch what is validated, are not ours. The matrices of a
    synthesis are small: threads that wait for parts of them cost a tenth of a second and help none.
    """
    gc.set_threshold(200_000, 10, 10)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
