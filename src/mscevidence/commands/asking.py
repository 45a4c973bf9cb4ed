"""A question at the terminal that is asked until its answer does something."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

from mscevidence.errors import MscevidenceError


def ask(prompt: Callable[[], str], settle: Callable[[str, str], bool]) -> bool:
    """Ask until an answer settles the matter or puts it off; return whether to go on to the next one.

    ``q`` and the end of input stop, ``s`` and an empty line put off. An error of ours is shown with its hint, and the
    question asked again.

    Args:
        prompt: the choices, as they are at the moment.
        settle: given the key and the rest of an answer; returns whether the matter is settled.
    """
    while True:
        typer.echo(f"{prompt()} > ", nl=False, err=True)
        line = sys.stdin.readline()
        if not line or line.strip() == "q":
            return False
        key, _, rest = line.strip().partition(" ")
        if key in ("s", ""):
            return True
        try:
            if settle(key, rest.strip()):
                return True
        except MscevidenceError as error:
            typer.echo(f"  {error.message}", err=True)
            if error.hint:
                typer.echo(f"  {error.hint}", err=True)


def no_choice(key: str, prompt: str) -> None:
    """Say that a key is none of the choices."""
    typer.echo(f"  {key!r} is not a choice: {prompt}", err=True)
