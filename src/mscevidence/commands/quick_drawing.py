"""Begin to draw quickly: matplotlib imported without what only readers of its documentation need.

While it is imported, matplotlib writes a table of all properties into the documentation of each of its classes, which
takes as long as drawing a forest plot. A command ends before anybody could read it; a notebook, which imports
`mscevidence.publish` itself, gets it whole.
"""

from __future__ import annotations


def import_matplotlib() -> None:
    """Import matplotlib, its classes without the tables in their documentation."""
    from matplotlib import artist

    written = artist.kwdoc
    artist.kwdoc = _no_table  # type: ignore[assignment]  # put back below
    try:
        import matplotlib.figure  # noqa: F401 -- imported for what comes with it
    finally:
        artist.kwdoc = written


def _no_table(_: object) -> str:
    return ""
