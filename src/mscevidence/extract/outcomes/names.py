"""The names by which running text calls the outcomes of the vocabulary, ready to be looked for word by word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from mscevidence import vocabulary

WORD = re.compile(r"[^\W_]+")
VERBS = {
    "respond": "response",
    "responded": "response",
    "responder": "response",
    "relapsed": "relapse",
    "recurred": "relapse",
    "flared": "relapse",
    "survived": "survival",
    "progressed": "progression",
    "remitted": "remission",
    "deceased": "death",
    "dead": "death",
}
"""Verb forms that running text uses for an outcome of the vocabulary."""


def folded(word: str) -> str:
    """Return a word in small letters and without accents."""
    if word.isascii():
        return word.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c)).casefold()


@cache
def forms(word: str) -> tuple[str, ...]:
    """Return a word and its plurals."""
    return (word, f"{word}s", f"{word}es", *((f"{word[:-1]}ies",) if word.endswith("y") else ()))


@dataclass(frozen=True)
class Names:
    """The names that some words are, each as its words with its outcome, and those that go on with a further word."""

    complete: list[tuple[tuple[str, ...], str]] = field(default_factory=list)
    longer: dict[str, Names] = field(default_factory=dict)


@cache
def names() -> Mapping[str, Names]:
    """Return every name by its first word; the last of its words may be a plural."""
    by_words: dict[tuple[str, ...], str] = {(verb,): outcome for verb, outcome in VERBS.items()}
    for term in vocabulary.load("outcome").values():
        for name in (term.label, *term.synonyms, *term.shortened):
            by_words.setdefault(tuple(folded(word) for word in WORD.findall(name)), term.id)
    every = Names()
    for words, outcome in sorted(by_words.items()):
        known = every
        for word in words[:-1]:
            known = known.longer.setdefault(word, Names())
        for form in forms(words[-1]):
            known.longer.setdefault(form, Names()).complete.append((words, outcome))
    return every.longer


def outcome_named(words: Sequence[str]) -> str | None:
    """Return the outcome of which some words, folded, are the name as the vocabulary writes it; None where of none."""
    said = tuple(words)
    known = names().get(said[0]) if said else None
    for word in said[1:]:
        known = known.longer.get(word) if known is not None else None
    return next((outcome for name, outcome in known.complete if name == said), None) if known is not None else None


@cache
def shortened() -> Mapping[tuple[str, ...], str]:
    """Return shortened names as their words, each with the word that the text has to say."""
    terms = vocabulary.load("outcome").values()
    return {tuple(folded(word) for word in WORD.findall(name)): t.where for t in terms for name in t.shortened}


@cache
def first_words() -> frozenset[str]:
    """Return the words, in small letters, with which names and abbreviations begin."""
    return frozenset([*names(), *(short.lower() for short in abbreviations())])


@cache
def abbreviations() -> Mapping[str, str]:
    """Return every abbreviation, in exactly its case, with its outcome."""
    terms = vocabulary.load("outcome").values()
    exact = {short: term.id for term in terms for short in term.abbreviations if WORD.fullmatch(short)}
    return exact | {f"{short}s": outcome for short, outcome in exact.items()}
