"""One study per overlap family: patients who are in several studies are counted in one of them."""

from __future__ import annotations

from collections.abc import Sequence

from mscevidence.effects.names import study_label
from mscevidence.effects.usable import Usable
from mscevidence.errors import UnknownTermError
from mscevidence.model import Choice, Exclusion, Family, Question


def refuse_unknown_families(families: Sequence[Family], question: Question) -> None:
    """Raise when the override names a family that does not exist.

    Raises:
        UnknownTermError: with the nearest valid names.
    """
    known = [family.id for family in families]
    for name in question.allow_overlap:
        if name != "all" and name not in known:
            raise UnknownTermError(name, kind="overlap family", choices=[*known, "all"])


def one_per_family(
    taken: Sequence[Usable], families: Sequence[Family], question: Question
) -> tuple[list[Usable], list[Choice], list[Exclusion], list[str]]:
    """Return what is kept, the choices made, the exclusions, and the overrides as sentences."""
    kept = list(taken)
    choices: list[Choice] = []
    exclusions: list[Exclusion] = []
    overrides: list[str] = []
    for family in families:
        members = [one for one in kept if one.study.study in family.studies]
        if len(members) < 2:
            continue
        if family.id in question.allow_overlap or "all" in question.allow_overlap:
            overrides.append(_override(family, members))
            continue
        best = min(members, key=_family_preference)
        losers = [one for one in members if one is not best]
        kept = [one for one in kept if one not in losers]
        choices.append(_family_choice(family, best, losers))
        exclusions.extend(
            Exclusion(
                what=one.address,
                label=study_label(one.study),
                reason=f"patients overlap with {study_label(best.study)} (family {family.id})",
            )
            for one in losers
        )
    return kept, choices, exclusions, overrides


def _family_preference(one: Usable) -> tuple[object, ...]:
    most = (-(one.time or 0.0), -one.patients)
    return (*most, one.secondary, one.indirectness, -(one.report.year or 0), one.study.study)


def _family_choice(family: Family, best: Usable, losers: Sequence[Usable]) -> Choice:
    most = f"the most patients ({best.patients})" if best.time is None else "the most time at risk"
    return Choice(
        what=f"family {family.id}",
        taken=best.address,
        reason=f"{most} among {len(losers) + 1} studies that share patients",
        left_out=tuple(f"{one.address} ({one.counts})" for one in losers),
    )


def _override(family: Family, members: Sequence[Usable]) -> str:
    names = ", ".join(study_label(one.study) for one in members)
    return f"overlap allowed by request in family {family.id}: {names} may count the same patients more than once"
