"""The command that shows which reports are one study, which studies may share patients, and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from mscevidence.errors import UnknownTermError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mscevidence.identify import Linkage
    from mscevidence.model import Link

HEADINGS = {
    "same-study": "Reports of one study",
    "proposal": "Proposals: may share patients, not decided",
    "look-alike": "Look-alikes kept apart",
}


def register(app: typer.Typer) -> None:
    """Add the command of this group."""
    app.command("link")(link)


def link(
    what: Annotated[
        str | None, typer.Argument(metavar="[STUDY|FAMILY]", help="Show what concerns one of them.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print families, links and findings as JSON.")] = False,
) -> None:
    """Show which reports are one study, which studies may share patients, and why.

    Of the studies of a family an analysis takes at most one. Proposals change nothing: declare them in the study files
    (overlaps), or settle in links.toml that the patients are different.
    """
    from mscevidence import identify, protocol, records

    folder = protocol.find().extracted
    known = records.load_all(folder)
    linkage = identify.link(known.studies, decisions=records.load_decisions(folder))
    reports = {study.study: tuple(report.id for report in study.reports) for study in known}
    chosen = _chosen(what, linkage, reports)
    typer.echo(_as_json(linkage, chosen, reports) if as_json else _as_text(linkage, chosen, reports))
    for finding in linkage.findings:
        typer.echo(f"{finding.severity}: {finding.sentence}", err=True)


def _chosen(what: str | None, linkage: Linkage, reports: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """Return the studies to show: all, one study, or the members of a family."""
    if what is None:
        return frozenset(reports)
    family = next((family for family in linkage.families if family.id == what), None)
    if family is not None:
        return frozenset(family.studies)
    if what in reports:
        return frozenset({what})
    raise UnknownTermError(what, kind="study or family", choices=[*reports, *(one.id for one in linkage.families)])


def _concerns(one: Link, chosen: frozenset[str], linkage: Linkage) -> bool:
    ends = {linkage.reports.get(end, end) for end in (one.left, one.right)}
    return bool(ends & chosen)


def _group(one: Link) -> str:
    return "proposal" if one.kind == "overlap" and not one.decided and one.basis == "comparison" else one.kind


def _as_text(linkage: Linkage, chosen: frozenset[str], reports: Mapping[str, Sequence[str]]) -> str:
    links = [one for one in linkage.links if _concerns(one, chosen, linkage)]
    parts = []
    several = [study for study in sorted(chosen) if len(reports[study]) > 1]
    if several:
        parts.append(
            _section(HEADINGS["same-study"], [_study_lines(study, reports[study], linkage) for study in several])
        )
    families = [family for family in linkage.families if chosen & set(family.studies)]
    if families:
        lines = ["\n".join([family.id, *(f"  {reason}" for reason in family.reasons)]) for family in families]
        parts.append(_section("Families: an analysis takes at most one study of each", lines))
    for group in ("proposal", "look-alike"):
        found = [f"{one.left} and {one.right}\n  {one.reason}" for one in links if _group(one) == group]
        if found:
            parts.append(_section(HEADINGS[group], found))
    return "\n\n".join(parts) or f"{', '.join(sorted(chosen))}: one report, no family, no look-alike"


def _section(heading: str, blocks: Sequence[str]) -> str:
    return "\n".join([heading, "-" * len(heading), *blocks])


def _study_lines(study: str, reports: Sequence[str], linkage: Linkage) -> str:
    why = {one.right: one.reason for one in linkage.links if one.kind == "same-study" and one.left == reports[0]}
    return "\n".join([study, f"  {reports[0]}", *(f"  {report}: {why.get(report, '')}" for report in reports[1:])])


def _as_json(linkage: Linkage, chosen: frozenset[str], reports: Mapping[str, Sequence[str]]) -> str:
    data = {
        "studies": {study: list(reports[study]) for study in sorted(chosen)},
        "families": [one.model_dump(mode="json") for one in linkage.families if chosen & set(one.studies)],
        "links": [one.model_dump(mode="json") for one in linkage.links if _concerns(one, chosen, linkage)],
        "findings": [one.model_dump(mode="json") for one in linkage.findings if one.subject in chosen],
    }
    return json.dumps(data, ensure_ascii=False, indent=2)
