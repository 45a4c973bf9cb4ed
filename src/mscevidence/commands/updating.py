"""``mscevidence update``: the saved searches again, and what they brought."""

from __future__ import annotations

from typing import Annotated

import typer

from mscevidence.commands.searching import ApiKey, Contact, tell_failures


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(update)


def update(
    contact: Contact = "",
    api_key: ApiKey = "",
    as_json: Annotated[bool, typer.Option("--json", help="What is new and what changed as JSON.")] = False,
) -> None:
    """Repeat the saved searches since their last run, and say what is new, what changed and what that touches.

    The reports and trials in the study files are asked for again, for retractions, corrections and posted results.
    """
    from mscevidence.commands.living import updated

    found, failures = updated(contact=contact, api_key=api_key)
    typer.echo(found.as_json() if as_json else found.as_text())
    tell_failures(failures)
