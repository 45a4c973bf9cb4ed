"""The desk of one who screens: which records wait, what is shown of each, and how an answer becomes a judgement."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import typer

from mscevidence import screening
from mscevidence.commands.asking import ask, no_choice
from mscevidence.errors import SelectionError, UnknownTermError
from mscevidence.harvest import Identified, review_records
from mscevidence.model import Document, Eligibility, Judgement, Stage
from mscevidence.protocol import Protocol, find
from mscevidence.publish.table import render
from mscevidence.screening import Standing

KEYS = {"i": "include", "e": "exclude", "m": "maybe", "n": "not-retrieved"}
STATES = ("open", "half", "conflict", "maybe", "include", "exclude", "not-retrieved", "excluded-by-rule")
WIDTH = 100


class ScreeningDesk:
    """Screening of one stage by one reviewer; use `open`."""

    def __init__(self, review: Protocol, stage: Stage, found: Identified, *, by: str | None, conflicts: bool) -> None:
        self.review = review
        self.stage: Stage = stage
        self.by = by
        self.conflicts = conflicts
        self.found = found
        self.judged = 0
        self._last: Standing | None = None

    @classmethod
    def open(cls, stage: str, *, by: str | None, conflicts: bool) -> ScreeningDesk:
        """Return the desk of the review in the current folder.

        Raises:
            SelectionError: no search has found a record yet.
        """
        review = find()
        found = review_records(review)
        if not found.records:
            hint = 'search first: `mscevidence search "..." --source pubmed`, or `mscevidence ingest EXPORT.ris`'
            raise SelectionError("no search has found a record yet", hint=hint)
        # Initials name a file, so that AB and ab are one reviewer, as they are where candidates are reviewed.
        who = by.casefold() if by else None
        return cls(review, "report" if stage == "report" else "record", found, by=who, conflicts=conflicts)

    @property
    def eligibility(self) -> Eligibility:
        """Return the eligibility criteria of the protocol."""
        return self.review.eligibility

    def standings(self) -> tuple[Standing, ...]:
        """Return where each record stands now."""
        said = screening.load_judgements(self.review.screening)
        return screening.standings(self.found.records, self.eligibility, said)

    def waiting(self) -> list[Standing]:
        """Return what waits for this reviewer: conflicts where he settles them, else what he has not judged."""
        here = [one for one in self.standings() if one.stage == self.stage]
        if self.conflicts:
            return [one for one in here if one.state == "conflict"]
        return [one for one in here if one.state in ("open", "half") and not self._mine(one)]

    def _mine(self, one: Standing) -> Judgement | None:
        return one.of(self.by, self.stage) if self.by else None

    def listing(self, state: str | None, *, as_json: bool) -> str:
        """Return every record with where it stands."""
        if state is not None and state not in STATES:
            raise UnknownTermError(state, kind="state", choices=STATES)
        rows: list[dict[str, Any]] = [
            {
                "record": key_of(one.record.document),
                "stage": one.stage,
                "state": one.state,
                "reason": one.reason or "",
                "year": screening.year(one.record.document),
                "records": one.record.times,
                "title": one.record.document.title,
            }
            for one in self.standings()
            if state in (None, one.state)
        ]
        if as_json:
            return json.dumps(rows, ensure_ascii=False, indent=2)
        return render([{**row, "title": textwrap.shorten(row["title"], 70, placeholder=" ...")} for row in rows])

    def agreement(self, *, as_json: bool) -> str:
        """Return how each pair of reviewers agrees at this stage."""
        found = screening.agreements(self.standings(), self.stage)
        rows = [
            {
                "reviewers": " and ".join(one.reviewers),
                "stage": one.stage,
                "records": one.records,
                "agreed": one.agreed,
                "kappa": None if one.kappa is None else round(one.kappa, 3),
                "standard error": None if one.standard_error is None else round(one.standard_error, 3),
            }
            for one in found
        ]
        if not rows:
            raise SelectionError(f"no two reviewers judged a {self.stage} in common", hint="kappa needs two reviewers")
        return json.dumps(rows, indent=2) if as_json else render(rows)

    def judge_named(self, key: str, verdict: str, *, reason: str | None, note: str | None) -> None:
        """Judge the record that a key names.

        Raises:
            UnknownTermError: no record has this key.
            SelectionError: several records have it.
        """
        named = [one for one in self.standings() if key.casefold() in names_of(one)]
        if not named:
            keys = [key_of(record.document) for record in self.found.records]
            raise UnknownTermError(key, kind="record", choices=keys)
        if len(named) > 1:
            keys = [one.record.document.sha256[:16] for one in named]
            raise SelectionError(f"{key} names {len(named)} records", hint=f"give one of {', '.join(keys)}")
        self.judge(named[0], verdict, reason=reason, note=note)

    def judge(self, one: Standing, verdict: str, *, reason: str | None, note: str | None) -> None:
        """Write a judgement.

        Raises:
            SelectionError: a verdict that this stage does not have, or no initials.
            UnknownTermError: the reason is none of the protocol.
        """
        if self.by is None:
            raise SelectionError("whose judgement is it?", hint="give your initials: --by fe")
        self._refuse(one, verdict, reason)
        document = one.record.document
        judgement = Judgement.model_validate(
            {
                "record": document.sha256,
                "stage": self.stage,
                "verdict": verdict,
                "by": self.by,
                "at": datetime.now(UTC).isoformat(timespec="microseconds"),
                "reason": reason,
                "note": note or None,
                "settles": self.conflicts,
                "title": document.title,
            }
        )
        screening.append_judgements(self.review.screening, [judgement])
        self.judged += 1
        self._last = one
        typer.echo(f"  {key_of(document)}: {verdict}" + (f" ({reason})" if reason else ""), err=True)

    def _refuse(self, one: Standing, verdict: str, reason: str | None) -> None:
        allowed = ("include", "exclude", "maybe") if self.stage == "record" else ("include", "exclude", "not-retrieved")
        if verdict not in allowed:
            hint = f"at this stage valid are {', '.join(allowed)}"
            raise SelectionError(f"{verdict} is no judgement of a {self.stage}", hint=hint)
        if self.stage == "report" and one.stage == "record":
            raise SelectionError(
                f"{key_of(one.record.document)} has not passed title and abstract ({one.state})",
                hint="judge it with --stage record first",
            )
        if self.conflicts and one.state != "conflict":
            raise SelectionError(f"{key_of(one.record.document)} is in no conflict", hint="leave --conflicts out")
        reasons = self.eligibility.reasons
        if reason is not None and reason not in reasons:
            raise UnknownTermError(reason, kind="reason", choices=reasons)
        if verdict == "exclude" and self.stage == "report" and reasons and reason is None:
            raise SelectionError(
                "a report excluded at full text needs a reason", hint=f"--reason {' or '.join(reasons)}"
            )

    def converse(self) -> None:
        """Show each waiting record beside the criteria and ask; stop at q or at the end of input."""
        if self.by is None:
            raise SelectionError("whose judgements are they?", hint="give your initials: --by fe")
        waiting = self.waiting()
        for line in self._criteria():
            typer.echo(line)
        for number, one in enumerate(waiting, 1):
            typer.echo("\n" + self.card(one, f"{number} of {len(waiting)}"))
            if not self._ask(one):
                break

    def _criteria(self) -> Sequence[str]:
        reasons = [f"  e {key}: {words}" for key, words in self.eligibility.reasons.items()]
        return [
            "Criteria",
            *(f"  {number}. {words}" for number, words in enumerate(self.eligibility.criteria, 1)),
            *(["Reasons to exclude", *reasons] if reasons else []),
        ]

    def _prompt(self) -> str:
        other = "[m]aybe" if self.stage == "record" else "[n]ot retrieved"
        back = " [u]ndo" if self._last is not None else ""
        return f"[i]nclude [e]xclude REASON {other} [s]kip{back} [q]uit"

    def _ask(self, one: Standing) -> bool:
        """Return whether to go on to the next record."""
        return ask(self._prompt, lambda key, rest: self._settle(one, key, rest))

    def _settle(self, one: Standing, key: str, rest: str) -> bool:
        if key == "u" and self._last is not None:
            typer.echo("\n" + self.card(self._last, "again"))
            last, self._last = self._last, None
            self._ask(last)
            return False
        if key not in KEYS:
            no_choice(key, self._prompt())
            return False
        reason, note = self._reason(rest) if key == "e" else (None, rest)
        self.judge(one, KEYS[key], reason=reason, note=note)
        return True

    def _reason(self, rest: str) -> tuple[str | None, str]:
        """Return the reason and the remark of an answer such as ``animals mice only``."""
        word, _, note = rest.partition(" ")
        if not word or not self.eligibility.reasons:
            return None, rest
        return word, note

    def card(self, one: Standing, position: str) -> str:
        """Return a record as it is shown: where it was published, title, abstract, and what others said."""
        document = one.record.document
        authors = "; ".join(author.name for author in document.authors[:4])
        if len(document.authors) > 4:
            authors += f" and {len(document.authors) - 4} more"
        where = ". ".join(part for part in (document.journal, document.date, document.kind.replace("-", " ")) if part)
        others = f", found {one.record.times} times" if one.record.times > 1 else ""
        body = document.text.removeprefix(document.title).strip()
        lines = [f"{position}   {key_of(document)}{others}", f"  {document.title}", f"  {authors}", f"  {where}", ""]
        lines += [wrapped for paragraph in body.split("\n") for wrapped in _wrapped(paragraph)]
        if self.conflicts:
            lines += ["", *(_said(judgement) for judgement in one.judgements[self.stage])]
        return "\n".join(line.rstrip() for line in lines)

    def close(self) -> None:
        """Say how many were judged and how many wait."""
        typer.echo(f"{self.judged} judged, {len(self.waiting())} waiting", err=True)


def _said(judgement: Judgement) -> str:
    why = " ".join(part for part in (judgement.reason, judgement.note) if part)
    return f"  {judgement.by}: {judgement.verdict}" + (f" ({why})" if why else "")


def _wrapped(paragraph: str) -> list[str]:
    return textwrap.wrap(paragraph, WIDTH, initial_indent="  ", subsequent_indent="  ") or [""]


def key_of(document: Document) -> str:
    """Return the shortest sure name of a record: PMID, registration of a registry entry, DOI, or hash."""
    kinds = ("nct", "pmid", "doi") if document.kind.startswith("registry") else ("pmid", "doi")
    found = ((kind, document.identifier(kind)) for kind in kinds)
    named = next(((kind, value) for kind, value in found if value), None)
    if named is None:
        return document.sha256[:16]
    return named[1] if named[0] == "nct" else f"{named[0]}:{named[1]}"


def names_of(one: Standing) -> frozenset[str]:
    """Return everything that names a record: its key, its identifiers, and the hashes of all records of it."""
    document = one.record.document
    names = {key_of(document), *(sha256 for sha256 in one.record.members)}
    names |= {sha256[:digits] for sha256 in one.record.members for digits in (8, 12, 16)}
    told = [each for each in document.identifiers if each.kind in ("pmid", "doi", "pmcid")]
    names |= {name for each in told for name in (each.value, f"{each.kind}:{each.value}")}
    if document.kind.startswith("registry"):
        names |= {each.value for each in document.identifiers if re.fullmatch(r"NCT\d{8}", each.value)}
    return frozenset(name.casefold() for name in names)
