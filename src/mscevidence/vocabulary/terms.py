"""What the vocabulary knows about a term: one frozen class per kind that needs more than the base."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True)
class Term:
    """One word of the field.

    Attributes:
        kind: the vocabulary it belongs to, such as ``condition``.
        id: the word that records use.
        label: the word that people read.
        definition: one or two sentences in our own words.
        source: who defines it so; never empty.
        synonyms: other names, found in running text in any case.
        abbreviations: found in running text only in exactly this case (``AS`` is not ``as``).
        spellings: accepted as input, but too loose or too odd to be looked for in running text (``I`` for phase 1).
        broader: the id of the wider term of the same kind, if there is one.
    """

    kind: str
    id: str
    label: str
    definition: str
    source: str
    synonyms: tuple[str, ...] = ()
    abbreviations: tuple[str, ...] = ()
    spellings: tuple[str, ...] = ()
    broader: str | None = None


@dataclass(frozen=True, kw_only=True)
class Condition(Term):
    """A disease.

    Attributes:
        mesh: identifier of the MeSH descriptor (``D016553``) or supplementary concept (``C536380``).
        mesh_source: where the identifier was read together with the name.
        mesh_note: why there is none, or what to know about the one there is.
    """

    mesh: str | None = None
    mesh_source: str = ""
    mesh_note: str = ""


@dataclass(frozen=True, kw_only=True)
class Definition:
    """What an outcome usually means in one condition."""

    condition: str
    text: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Outcome(Term):
    """Something that is counted in a trial.

    Attributes:
        domain: what it speaks about.
        direction: whether it is good or bad for the patient.
        counting_unit: what one count is.
        grade: the severity or seriousness that is counted.
        relatedness: whether only events attributed to the treatment are counted.
        definitions: what it usually means, condition by condition.
        shortened: names found in running text only where the text says `where`, such as "healing rate".
        where: the word that says what a shortened name speaks of, such as "fistula"; empty without shortened names.
    """

    domain: Literal["efficacy", "safety", "conduct"]
    direction: Literal["beneficial", "harmful", "neutral"]
    counting_unit: Literal["patients", "events"] = "patients"
    grade: Literal["any", "non-serious", "serious", "grade-3-or-higher", "dose-limiting", "fatal", "not-applicable"]
    relatedness: Literal["any", "related", "not-applicable"]
    definitions: tuple[Definition, ...] = ()
    shortened: tuple[str, ...] = ()
    where: str = ""

    def definition_for(self, condition: str) -> Definition | None:
        """Return the usual definition in a condition (its id), None when there is none."""
        return next((each for each in self.definitions if each.condition == condition), None)


@dataclass(frozen=True, kw_only=True)
class Design(Term):
    """How a study allots patients.

    Attributes:
        randomised: whether arms were allotted at random.
        comparative: whether one arm did not receive the cells.
        primary: whether it reports patients first hand, and not other people's reports.
    """

    randomised: bool
    comparative: bool
    primary: bool = True


@dataclass(frozen=True, kw_only=True)
class Population(Term):
    """Who is in the denominator; `whole` says whether that is the whole arm or a subset chosen after the start."""

    whole: bool


@dataclass(frozen=True, kw_only=True)
class TimeUnit(Term):
    """A unit of time; `days` is None where the unit is not a length of time."""

    days: float | None = None


@dataclass(frozen=True, kw_only=True)
class DoseUnit(Term):
    """A unit of cell dose.

    Attributes:
        base: the unit it is converted to, ``cells`` or ``cells/kg``; None where there is no conversion.
        factor: multiply by this to get `base`.
    """

    base: str | None = None
    factor: float | None = None


@dataclass(frozen=True, kw_only=True)
class ReportKind(Term):
    """A kind of publication; of two that give the same result the one with the lower `rank` is believed."""

    rank: int


@dataclass(frozen=True, kw_only=True)
class ReportStatus(Term):
    """What became of a report; `usable` says whether an analysis may take numbers from it without asking."""

    usable: bool


@dataclass(frozen=True, kw_only=True)
class ArmRole(Term):
    """What an arm is for; `receives_cells` says whether its patients get the cells under study."""

    receives_cells: bool


@dataclass(frozen=True, kw_only=True)
class Derivation(Term):
    """How a number came about that is not printed as such.

    Attributes:
        certain: whether the printed words leave only one possible count.
    """

    certain: bool


@dataclass(frozen=True, kw_only=True)
class Domain:
    """One domain or item of an appraisal tool, by name only."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class AppraisalTool(Term):
    """A tool for risk of bias or study quality: domain names and answer levels, never the question wording.

    Attributes:
        version: which edition.
        unit: what is judged.
        levels: the answers to a domain or item.
        overall: the overall judgements; empty when the tool has no official one.
        domains: in the order of the tool.
        suits: designs it was made for.
    """

    version: str
    unit: Literal["study", "result"]
    levels: tuple[str, ...]
    overall: tuple[str, ...] = ()
    domains: tuple[Domain, ...]
    suits: tuple[str, ...]


CLASSES: Mapping[str, type[Term]] = {
    "condition": Condition,
    "outcome": Outcome,
    "design": Design,
    "population": Population,
    "time-unit": TimeUnit,
    "dose-unit": DoseUnit,
    "report-kind": ReportKind,
    "report-status": ReportStatus,
    "arm-role": ArmRole,
    "derivation": Derivation,
    "appraisal-tool": AppraisalTool,
}
"""The class of a kind; every other kind is plain `Term`."""

_PARTS: Mapping[str, type[Definition | Domain]] = {"definitions": Definition, "domains": Domain}


def term_of(kind: str, identifier: str, table: Mapping[str, Any]) -> Term:
    """Return the term that one table of a TOML file describes.

    Raises:
        TypeError: the table has a key that this kind does not know, or lacks one that it needs.
    """
    values = {key: _value(key, value) for key, value in table.items()}
    return CLASSES.get(kind, Term)(kind=kind, id=identifier, **values)


def _value(key: str, value: Any) -> Any:
    if key in _PARTS:
        return tuple(_PARTS[key](**part) for part in value)
    return tuple(value) if isinstance(value, list) else value
