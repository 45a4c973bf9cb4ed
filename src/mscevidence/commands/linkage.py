"""The command that shows which reports are one, which studies share patients, and why, and takes decisions about it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from mscevidence.errors import UnknownTermError

if TYPE_CHECKING:
    from mscevidence.commands.link_desk import LinkDesk, Question
    from mscevidence.identify import Linkage
    from mscevidence.model import Link

PROPOSALS = {
    "same-report": "Proposals: may be one report, not decided",
    "same-study": "Proposals: may be reports of one study, not decided",
    "shared-patients": "Proposals: may share patients, not decided",
}

Keys = Annotated[list[str] | None, typer.Option(metavar="ID", help="Decide the pair with this id so.")]


def register(app: typer.Typer) -> None:
    """Add the command of this group."""
    app.command("link")(link)


def link(
    what: Annotated[
        str | None, typer.Argument(metavar="[STUDY|FAMILY|REPORT|ID]", help="Show what concerns one of them.")
    ] = None,
    accept: Keys = None,
    reject: Keys = None,
    by: Annotated[
        str | None, typer.Option(help="Your initials, kept with every decision.", envvar="MSCEVIDENCE_REVIEWER")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why; the reasons of the pair itself unless told.")] = "",
    everything: Annotated[
        bool, typer.Option("--all", help="Also the pairs that were joined, kept apart or decided.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Everything as JSON.")] = False,
) -> None:
    """Show which records are one report, which reports are one study, which studies may share patients, and why.

    Records of one report are taken together, of the studies of a family an analysis takes at most one. Proposals change
    nothing until somebody accepts or rejects them; decisions are added to extracted/links.toml, and the last one holds.
    """
    from mscevidence import protocol
    from mscevidence.commands.link_desk import LinkDesk

    desk = LinkDesk.open(protocol.find())
    if accept or reject:
        for one in desk.decide(accept=accept or (), reject=reject or (), by=by, reason=reason):
            typer.echo(f"{one.kind}: {one.left} and {one.right} ({one.by}, {one.on}): {one.reason}")
        return
    studies, questions = _asked(what, desk)
    typer.echo(_as_json(desk, studies, questions) if as_json else _as_text(desk, studies, questions, what, everything))
    for finding in desk.linkage.findings:
        typer.echo(f"{finding.severity}: {finding.sentence}", err=True)


def _asked(what: str | None, desk: LinkDesk) -> tuple[frozenset[str], list[Question]]:
    """Return the studies and the pairs to show: all, or those that concern a study, a family, a report or an id."""
    questions = desk.questions()
    family = next((family for family in desk.linkage.families if family.id == what), None)
    if what is None:
        return frozenset(desk.reports_of), list(questions)
    if family is not None or what in desk.reports_of:
        studies = frozenset(family.studies if family else {what})
        return studies, [one for one in questions if studies & {one.left, one.right}]
    wanted = what.casefold()
    # Identifiers may be given as they stand in a paper, without saying which they are.
    forms = (wanted, f"doi:{wanted}", f"pmid:{wanted}", f"pmcid:{what.upper()}")
    names = next((found for form in forms if len(found := desk.names_of_report(form)) > 1), frozenset({wanted}))
    known = len(names) > 1
    concerned = [one for one in questions if names & {one.left, one.right} or (not known and one.id.startswith(wanted))]
    if not concerned and not known:
        names_known = [*desk.reports_of, *(one.id for one in desk.linkage.families), *desk.report_links.names]
        raise UnknownTermError(what, kind="study, family or report", choices=names_known)
    return frozenset(), concerned


def _as_text(
    desk: LinkDesk, studies: frozenset[str], questions: list[Question], what: str | None, everything: bool
) -> str:
    parts = [_counts(desk, questions)] if what is None and desk.duplicates.citations else []
    parts += _study_sections(desk, studies)
    for says, heading in PROPOSALS.items():
        waiting = [_lines(one) for one in questions if one.standing == "proposed" and one.says == says]
        parts += [_section(heading, waiting)] if waiting else []
    parts += _look_alikes(desk.linkage, studies)
    if everything or (what is not None and not studies):
        for standing in ("joined", "apart", "decided"):
            settled = [_lines(one) for one in questions if one.standing == standing]
            parts += [_section(f"Pairs {standing}", settled)] if settled else []
    return "\n\n".join(parts) or f"{what or 'nothing captured'}: one report, no family, no look-alike"


def _counts(desk: LinkDesk, questions: list[Question]) -> str:
    found = desk.duplicates
    waiting = sum(one.standing == "proposed" for one in questions)
    return (
        f"{len(found.citations)} records are {len(found.groups)} reports of {len(desk.report_links.studies)} studies: "
        f"{found.removed} duplicates taken together, {waiting} pairs undecided, "
        f"{len(found.apart)} look-alikes kept apart"
    )


def _study_sections(desk: LinkDesk, studies: frozenset[str]) -> list[str]:
    parts = []
    several = [study for study in sorted(studies) if len(desk.reports_of[study]) > 1]
    if several:
        blocks = [_study_lines(study, desk) for study in several]
        parts.append(_section("Reports of one study", blocks))
    families = [family for family in desk.linkage.families if studies & set(family.studies)]
    if families:
        lines = ["\n".join([family.id, *(f"  {reason}" for reason in family.reasons)]) for family in families]
        parts.append(_section("Families: an analysis takes at most one study of each", lines))
    return parts


def _look_alikes(linkage: Linkage, studies: frozenset[str]) -> list[str]:
    links = [one for one in linkage.links if one.kind == "look-alike" and _concerns(one, studies, linkage)]
    blocks = [f"{one.left} and {one.right}\n  {one.reason}" for one in links]
    return [_section("Look-alikes kept apart", blocks)] if blocks else []


def _lines(one: Question) -> str:
    return "\n".join(
        [f"[{one.id}] {one.left} and {one.right}", f"  {', '.join(one.reasons)}", *(f"  {s}" for s in one.shown)]
    )


def _concerns(one: Link, studies: frozenset[str], linkage: Linkage) -> bool:
    return bool({linkage.reports.get(end, end) for end in (one.left, one.right)} & studies)


def _section(heading: str, blocks: list[str]) -> str:
    return "\n".join([heading, "-" * len(heading), *blocks])


def _study_lines(study: str, desk: LinkDesk) -> str:
    first, *others = desk.reports_of[study]
    why = {one.right: one.reason for one in desk.linkage.links if one.kind == "same-study" and one.left == first}
    return "\n".join([study, f"  {first}", *(f"  {report}: {why.get(report, '')}" for report in others)])


def _as_json(desk: LinkDesk, studies: frozenset[str], questions: list[Question]) -> str:
    import dataclasses

    linkage, names = desk.linkage, desk.report_links.names
    data = {
        "studies": {study: list(desk.reports_of[study]) for study in sorted(studies)},
        "families": [one.model_dump(mode="json") for one in linkage.families if studies & set(one.studies)],
        "links": [one.model_dump(mode="json") for one in linkage.links if _concerns(one, studies, linkage)],
        "findings": [one.model_dump(mode="json") for one in linkage.findings if one.subject in studies],
        "records": {"read": len(desk.duplicates.citations), "duplicates": desk.duplicates.removed},
        "reports": [
            {
                "name": name,
                "study": desk.report_links.known.get(name),
                "represented-by": group.representative.sha256,
                "duplicates": [one.sha256 for one in group.duplicates],
                "sources": group.sources,
                "identifiers": {kind: list(values) for kind, values in group.identifiers.items()},
            }
            for name, group in zip(names, desk.duplicates.groups, strict=True)
        ],
        "reports-of-one-study": [list(group) for group in desk.report_links.studies if len(group) > 1],
        "pairs": [dataclasses.asdict(one) for one in questions],
    }
    return json.dumps(data, ensure_ascii=False, indent=2)
