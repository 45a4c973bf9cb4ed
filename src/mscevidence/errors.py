"""The exception family: every error has a message and a hint.

::

    MscevidenceError
    ├── FetchError           something asked for over the network did not come, or not whole
    ├── DocumentError        bytes that cannot be read as a document
    ├── EditConflictError    a study file was changed by somebody else since it was opened
    ├── RecordError          a study file that is wrong: file, line, key, found, expected
    ├── UnknownTermError     a word that is not in the vocabulary (or not an option), with the nearest valid ones
    ├── ProtocolError        mscevidence.toml is missing or wrong
    ├── CheckError           a chain from a number to its characters is broken
    ├── SelectionError       a question matches no result
    ├── StatisticsError      degenerate input or an estimate that does not exist
    ├── StoreError           the database cannot be opened, written or queried
    └── WriteError           a file could not be written; what was there before is untouched

The message says what happened with which value; the hint says what to do and names the valid choices. Commands
translate the family once into exit code 1.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping


class MscevidenceError(Exception):
    """Base of the family.

    Args:
        message: what happened, with the value it happened to.
        hint: what to do about it; empty when there is nothing to add.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message

    def __reduce__(self) -> tuple[object, ...]:
        # An error may come from another process; its class alone cannot be called with the message again.
        return _restored, (type(self), self.args, self.__dict__)


def _restored(kind: type[MscevidenceError], args: tuple[object, ...], state: dict[str, object]) -> MscevidenceError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class FetchError(MscevidenceError):
    """Something asked for over the network did not come, or not whole; what was fetched before stays.

    Args:
        message: what happened, with the address it happened at (never with a key or an e-mail address in it).
        hint: what to do.
        host: the host that was asked.
        reason: one word to decide by, such as ``not-found`` or ``rate-limited``; all are in
            :data:`mscevidence.fetch.REASONS`.
    """

    def __init__(self, message: str, *, hint: str = "", host: str = "", reason: str = "") -> None:
        super().__init__(message, hint=hint)
        self.host = host
        self.reason = reason


class DocumentError(MscevidenceError):
    """Bytes that cannot be read as a document of the stated or detected format."""


class EditConflictError(MscevidenceError):
    """A study file is not the one that a person saw when he decided; nothing was written."""


class RecordError(MscevidenceError):
    """A study file that is wrong.

    Args:
        message: the sentence for a person.
        hint: what to do.
        file: path as the user knows it.
        line: 1-based line, 0 when it is not known.
        key: dotted path of the key, such as ``results.3.outcome``.
        found: the value found, as written.
        expected: what would be right.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        file: str = "",
        line: int = 0,
        key: str = "",
        found: str = "",
        expected: str = "",
    ) -> None:
        place = f"{file}:{line}: " if file and line else f"{file}: " if file else ""
        super().__init__(f"{place}{message}", hint=hint)
        self.file = file
        self.line = line
        self.key = key
        self.found = found
        self.expected = expected


class UnknownTermError(MscevidenceError):
    """A word that is not among the valid ones; the hint names the nearest and how to list all.

    Args:
        term: the word as found.
        kind: what it should have been, such as ``condition``.
        choices: all valid words.
        names: other names by which a choice is known (name -> choice), also looked through for what was meant.
    """

    def __init__(self, term: str, *, kind: str, choices: Iterable[str], names: Mapping[str, str] | None = None) -> None:
        self.term = term
        self.kind = kind
        self.choices = tuple(choices)
        known = {**(names or {}), **{choice: choice for choice in self.choices}}
        self.nearest = tuple(dict.fromkeys(known[name] for name in nearest(term, known)))
        super().__init__(f"unknown {kind} {term!r}", hint=choice_hint(self.nearest, self.choices))


class ProtocolError(MscevidenceError):
    """The protocol file mscevidence.toml is missing, malformed or names something unknown."""


class CheckError(MscevidenceError):
    """A chain from a number to the characters it was read from is broken."""


class SelectionError(MscevidenceError):
    """A question matches no result."""


class StatisticsError(MscevidenceError):
    """Degenerate input, or an estimate that does not exist."""


class StoreError(MscevidenceError):
    """The evidence database cannot be opened, written or queried."""


class WriteError(MscevidenceError):
    """A file could not be written; what was there before is untouched."""


def nearest(term: str, choices: Iterable[str], *, most: int = 3) -> tuple[str, ...]:
    """Return up to `most` choices that resemble `term`, best first; empty when none does."""
    by_folded = {choice.casefold(): choice for choice in choices}
    found = difflib.get_close_matches(term.casefold(), by_folded, n=most, cutoff=0.5)
    contained = [c for c in by_folded if term and c not in found and (term.casefold() in c or c in term.casefold())]
    return tuple(by_folded[name] for name in [*found, *contained][:most])


def choice_hint(close: Iterable[str], choices: Iterable[str]) -> str:
    """Return a hint that names the nearest valid choices, or all of them when they are few."""
    names = sorted(choices)
    near = tuple(close)
    if near:
        return "did you mean " + " or ".join(near) + "?" + (f" All: {', '.join(names)}" if len(names) <= 12 else "")
    if not names:
        return "there is none yet"
    shown = ", ".join(names[:40])
    return f"valid: {shown}" + (f" and {len(names) - 40} more" if len(names) > 40 else "")
