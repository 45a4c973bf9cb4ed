"""What waits for a decision about links, what was joined without one, and how a decision is written down."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from mscevidence import identify, records
from mscevidence.errors import SelectionError, UnknownTermError
from mscevidence.identify.decisions import OPPOSITES, Decision, DecisionKind

if TYPE_CHECKING:
    from mscevidence.documents import DocumentLibrary
    from mscevidence.identify import Citation, Duplicates, Linkage, Pair, Patients, ReportLinks
    from mscevidence.model import Document, Link
    from mscevidence.protocol import Protocol

Standing = Literal["proposed", "joined", "apart", "decided"]


@dataclass(frozen=True)
class Question:
    """A pair that a person may decide about.

    Attributes:
        id: short and the same every time, from the names of both ends.
        says: what accepting it says: ``same-report``, ``same-study`` or ``shared-patients``.
        standing: proposed, or joined, kept apart or decided already; what is settled can be decided otherwise.
        left: name of one end.
        right: name of the other end.
        reasons: what it rests on.
        shown: both ends as a person knows them; empty for studies.
    """

    id: str
    says: DecisionKind
    standing: Standing
    left: str
    right: str
    reasons: tuple[str, ...]
    shown: tuple[str, ...] = ()


@dataclass(frozen=True)
class LinkDesk:
    """Everything about links in a review: studies, captured reports, decisions, and the questions that follow."""

    review: Protocol
    reports_of: Mapping[str, tuple[str, ...]]
    linkage: Linkage
    duplicates: Duplicates
    report_links: ReportLinks
    decisions: tuple[Decision, ...]

    @classmethod
    def open(cls, review: Protocol) -> LinkDesk:
        """Return the desk of a review.

        Raises:
            RecordError: a study file or the file of decisions is wrong.
        """
        from mscevidence.documents import DocumentLibrary

        decisions = records.load_decisions(review.extracted)
        known = records.load_all(review.extracted)
        patients: dict[str, Patients] = {}
        documents = _with_patients(DocumentLibrary(review.captured), patients)
        duplicates = identify.find_duplicates(documents, decisions=decisions)
        return cls(
            review=review,
            reports_of={study.study: tuple(report.id for report in study.reports) for study in known},
            linkage=identify.link(known.studies, decisions=decisions),
            duplicates=duplicates,
            report_links=identify.link_reports(duplicates, known.studies, decisions=decisions, patients=patients),
            decisions=decisions,
        )

    def questions(self) -> tuple[Question, ...]:
        """Return all pairs that may be decided about: proposals first, the surest first, each pair once."""
        found = [
            *self._of_pairs(self.duplicates.proposals, "proposed"),
            *self._of_links(self.report_links.proposals, "same-study", "proposed"),
            *self._of_links(filter(_open_overlap, self.linkage.links), "shared-patients", "proposed"),
            *self._decided(),
            *self._of_pairs([pair for group in self.duplicates.groups for pair in group.pairs], "joined"),
            *self._of_links((one for one in self.report_links.links if not one.decided), "same-study", "joined"),
            *self._of_pairs(self.duplicates.apart, "apart"),
        ]
        unique: dict[str, Question] = {}
        for one in found:
            unique.setdefault(one.id, one)
        return tuple(unique.values())

    def names_of_report(self, name: str) -> frozenset[str]:
        """Return all names of the report that has a name, or the name alone."""
        known = (group.names() for group in self.duplicates.groups)
        return next((names for names in known if name in names), frozenset({name}))

    def decide(self, *, accept: Sequence[str], reject: Sequence[str], by: str | None, reason: str) -> list[Decision]:
        """Write decisions about questions and return them; all of them or none.

        Args:
            accept: ids of questions, or beginnings of them.
            reject: likewise.
            by: initials of who decides.
            reason: why; where empty, the reasons of the question itself are kept.

        Raises:
            SelectionError: no initials, an id given twice, or the beginning of several.
            UnknownTermError: no such question.
            WriteError: the file of decisions cannot be written.
        """
        if not by:
            raise SelectionError("whose decision is it?", hint="give your initials: --by fe")
        questions = self.questions()
        chosen = [(_chosen(questions, one), True) for one in accept]
        chosen += [(_chosen(questions, one), False) for one in reject]
        if len({question.id for question, _ in chosen}) < len(chosen):
            raise SelectionError("one pair is named twice", hint="accept it or reject it")
        today = datetime.now(UTC).date().isoformat()
        decisions = [
            Decision(
                kind=question.says if accepted else OPPOSITES[question.says],
                left=question.left,
                right=question.right,
                reason=reason or ("accepted: " if accepted else "rejected: ") + "; ".join(question.reasons),
                by=by,
                on=today,
            )
            for question, accepted in chosen
        ]
        records.add_decisions(self.review.extracted, decisions)
        return decisions

    def _of_pairs(self, pairs: Sequence[Pair], standing: Standing) -> Iterator[Question]:
        for pair in pairs:
            left, right = self.duplicates.citations[pair.left], self.duplicates.citations[pair.right]
            if pair.certainty <= 1 and left.sha256 != right.sha256:
                ends = _ends(left, right)
                shown = tuple(f"{end}  {one.shown}" for end, one in zip(ends, (left, right), strict=True))
                yield _question("same-report", standing, ends, pair.reasons, shown)

    def _of_links(
        self, links: Iterator[Link] | Sequence[Link], says: DecisionKind, standing: Standing
    ) -> Iterator[Question]:
        shown = dict(zip(self.report_links.names, self.duplicates.groups, strict=True))
        for one in links:
            ends = (one.left, one.right)
            told = tuple(f"{end}  {shown[end].representative.shown}" for end in ends if end in shown)
            yield _question(says, standing, ends, (one.reason,), told)

    def _decided(self) -> Iterator[Question]:
        studies = set(self.reports_of)
        for one in reversed(self.decisions):
            says: DecisionKind = one.kind if one.kind in OPPOSITES else "same-report"
            if one.kind == "different-patients":
                says = "shared-patients" if {one.left, one.right} <= studies else "same-study"
            reasons = (f"{one.kind}, decided by {one.by} on {one.on}: {one.reason}",)
            yield _question(says, "decided", (one.left, one.right), reasons, ())


def _question(
    says: DecisionKind, standing: Standing, ends: tuple[str, str], reasons: tuple[str, ...], shown: tuple[str, ...]
) -> Question:
    about = "report" if says == "same-report" else "patients"
    key = hashlib.sha256("\n".join((about, *sorted(ends))).encode()).hexdigest()[:8]
    return Question(key, says, standing, *ends, reasons, shown)


def _ends(left: Citation, right: Citation) -> tuple[str, str]:
    """Return the names of two citations; the hashes where a name does not tell them apart."""
    common = left.identifier_names() & right.identifier_names()
    return tuple(one.sha256[:16] if one.name in common else one.name for one in (left, right))  # type: ignore[return-value]


def _open_overlap(one: Link) -> bool:
    return one.kind == "overlap" and not one.decided and one.basis == "comparison"


def _chosen(questions: Sequence[Question], key: str) -> Question:
    found = [one for one in questions if key and one.id.startswith(key.casefold())]
    if not found:
        waiting = [one.id for one in questions if one.standing == "proposed"]
        raise UnknownTermError(key, kind="proposal", choices=waiting or [one.id for one in questions])
    if len(found) > 1:
        raise SelectionError(f"{key} is the beginning of {', '.join(one.id for one in found)}", hint="give more of it")
    return found[0]


_ENROLMENT = re.compile(r"\b(?:enrol|recruit|between|from)", re.IGNORECASE)


def _with_patients(library: DocumentLibrary, patients: dict[str, Patients]) -> Iterator[Document]:
    """Yield the documents of a library, and keep of each what it says of its patients."""
    from mscevidence.extract.description import describe

    for document in library:
        if _ENROLMENT.search(document.text) and document.kind not in {"review", "editorial"}:
            said = describe(document)
            begin, end = said.enrolment_from, said.enrolment_to
            if begin and end and begin.normal and end.normal:
                n = int(said.enrolled.number) if said.enrolled and said.enrolled.number else None
                patients[document.sha256] = identify.Patients((begin.normal, end.normal), n, _centres(document))
        yield document


def _centres(document: Document) -> frozenset[str]:
    """Return the institutions of the authors: parts of the addresses that name a hospital or university."""
    parts = (part.strip() for address in document.affiliations.values() for part in address.split(","))
    return frozenset(part.casefold() for part in parts if _INSTITUTION.search(part))


_INSTITUTION = re.compile(r"hospital|universit|institut|clinic|centre|center", re.IGNORECASE)
