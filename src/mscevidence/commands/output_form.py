"""The form that a command prints its rows in: a table for people, CSV or JSON for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from mscevidence.publish.table import Form


def output_form(*, as_csv: bool, as_json: bool) -> Form:
    """Return the form that was asked for.

    Raises:
        BadParameter: both were.
    """
    if as_json and as_csv:
        raise typer.BadParameter("--json and --csv exclude each other")
    return "csv" if as_csv else "json" if as_json else "table"
