"""Publish the living page, and say what changed between two days or two editions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mscevidence.errors import WriteError

if TYPE_CHECKING:
    from mscevidence.protocol import Protocol
    from mscevidence.publish.site import Changes, Snapshot


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(publish)
    app.command()(diff)


def publish(
    folder: Annotated[Path, typer.Argument(help="Folder of the site; made, or replaced whole.")] = Path("site"),
    since: Annotated[
        str | None,
        typer.Option(
            metavar="DATE|FOLDER",
            help="Say what changed since this date (git) or edition; since the one in the folder unless told.",
        ),
    ] = None,
    database: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Also write the database for everybody: records, quotes and analyses, no text of a document.",
        ),
    ] = None,
) -> None:
    """Write the living page: a site that opens from disk, in which every number is a link to its sentence."""
    from mscevidence import protocol, store
    from mscevidence.commands.edition import gather, show_progress
    from mscevidence.publish import edition as editions
    from mscevidence.store.files import refuse_target

    review = protocol.find()
    past = state_at(since, review) if since else None
    # Said before the work, not after it; a place inside the site is there only when the site is.
    if database is not None and folder.resolve() not in database.resolve().parents:
        refuse_target(database.resolve())
    if database is not None and database.resolve() == review.database:
        raise WriteError(
            f"{database} is the database of the review, with the texts of documents",
            hint="give the one for everybody another name, such as --database public.db",
        )
    before = (lambda _: past) if past else editions.edition_before(folder)
    evidence = gather(review)
    made = editions.write_edition(
        review,
        evidence,
        folder,
        database=False,
        formats=("svg",),
        before=before,
        progress=show_progress(len(review.analyses) - 1),
    )
    pages = sum(name.endswith(".html") for name in made.hashes)
    typer.echo(f"wrote {pages} pages, {len(made.hashes) + 1} files, to {made.folder}; open index.html", err=True)
    if database is not None:
        counts = store.build_contents(database, store.public_contents(editions.stored(evidence, made.analyses)))
        typer.echo(f"wrote {database}: {counts.summary()}", err=True)


def diff(
    before: Annotated[
        str, typer.Argument(metavar="DATE|FOLDER", help="Such as 2026-05, 2026-05-31, a commit, or site/.")
    ],
    after: Annotated[str, typer.Argument(metavar="DATE|FOLDER", help="The later one.")],
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
) -> None:
    """Say which trials came in, which values changed and why, and how each pooled number moved."""
    from mscevidence import protocol
    from mscevidence.publish.site import compare
    from mscevidence.publish.site.changes_text import changes_text

    folders = all(Path(one).is_dir() for one in (before, after))
    review = None if folders else protocol.find()
    (old, lost), (new, unread) = state_at(before, review), state_at(after, review)
    changes: Changes = compare(old, new, unreadable=(*lost, *unread))
    typer.echo(changes.model_dump_json(indent=2) if as_json else changes_text(changes))


def state_at(when: str, review: Protocol | None) -> tuple[Snapshot, tuple[str, ...]]:
    """Return what a published folder says, or what today's analyses say of the records of a date.

    Raises:
        SelectionError: neither a published folder nor a date with records in git.
    """
    from mscevidence.publish.answers import answers_only
    from mscevidence.publish.site import read_snapshot, take_snapshot
    from mscevidence.publish.site.history import records_of

    if Path(when).is_dir() or review is None:
        return read_snapshot(Path(when)), ()
    past = records_of(review, when)
    done = answers_only(review.analyses, past.studies, past.families)
    return take_snapshot(past.studies, done), past.unreadable
