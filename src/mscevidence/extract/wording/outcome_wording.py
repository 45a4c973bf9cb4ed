"""The many words for one outcome made one: "mortality", "deaths" and "died"; "haemorrhage" and "bleeding"."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources


def worded(text: str) -> str:
    """Return a phrase in which every word for an outcome has given way to one, in American spelling."""
    spellings, words, forms = _wording()
    text = spellings.sub(lambda match: words[match.group().casefold()], text)
    return forms.sub(lambda match: words[" ".join(match.group().casefold().split())], text)


def is_outcome(word: str) -> bool:
    """Return whether a word is one of those for an outcome, so that it is no misspelling of another."""
    return bool(_wording()[2].fullmatch(word))


@cache
def _wording() -> tuple[re.Pattern[str], dict[str, str], re.Pattern[str]]:
    """Return what finds British spellings, what words and spellings are read as, and what finds the words."""
    told = tomllib.loads((resources.files(__package__) / "outcome_wording.toml").read_text("utf-8"))
    spelt: dict[str, str] = told["spelt"]
    spellings = re.compile("|".join(sorted(spelt, key=len, reverse=True)), re.IGNORECASE)
    words = dict(spelt)
    for word, forms in told["same"].items():
        for form in forms:
            words[form] = word
            words[spellings.sub(lambda match: spelt[match.group().casefold()], form)] = word
    listed = sorted(set(words) - set(spelt), key=len, reverse=True)
    pattern = "|".join(r"\s".join(re.escape(part) for part in form.split()) for form in listed)
    return spellings, words, re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])", re.IGNORECASE)
