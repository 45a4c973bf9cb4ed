"""The vocabulary as rows, with the terms that each name finds spelled out, so that SQL can ask by any name."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator

from mscevidence import vocabulary
from mscevidence.store.rows import Row, as_json

COLUMNS = ("kind", "id", "label", "definition", "source", "broader")
OF_SOME_KINDS = ("domain", "direction", "counting_unit", "grade", "relatedness", "mesh")


def term_rows() -> Iterator[Row]:
    """Yield every term of the vocabulary, and every name with the terms it finds."""
    for kind in vocabulary.kinds():
        terms = vocabulary.load(kind)
        for position, term in enumerate(terms.values(), 1):
            values = dataclasses.asdict(term)
            columns = {name: values.pop(name) for name in COLUMNS}
            some = {name: values.pop(name, None) for name in OF_SOME_KINDS}
            yield ("terms", {"position": position, **columns, **some, "details": as_json(values)})
        for name, identifier in _names(terms.values()).items():
            for finds in sorted(vocabulary.below(kind, identifier)):
                yield ("term_names", {"kind": kind, "name": name, "finds": finds})


def _names(terms: Collection[vocabulary.Term]) -> dict[str, str]:
    """Return every name in lower case and the id it stands for; of two terms with one name the first has it."""
    names = {term.id: term.id for term in terms}
    for term in terms:
        for name in (term.label, *term.synonyms, *term.abbreviations, *term.spellings):
            names.setdefault(name.lower(), term.id)
    return names
