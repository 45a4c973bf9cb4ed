"""The vocabulary as rows, with the narrower terms of each term spelled out, so that SQL can ask by a wide term."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from mscevidence import vocabulary
from mscevidence.store.rows import Row, as_json

COLUMNS = ("kind", "id", "label", "definition", "source", "broader")
OF_SOME_KINDS = ("domain", "direction", "counting_unit", "grade", "relatedness", "mesh")


def term_rows() -> Iterator[Row]:
    """Yield every term of the vocabulary and every pair of a term and a narrower one (itself included)."""
    for kind in vocabulary.kinds():
        terms = vocabulary.load(kind)
        for position, term in enumerate(terms.values(), 1):
            values = dataclasses.asdict(term)
            columns = {name: values.pop(name) for name in COLUMNS}
            some = {name: values.pop(name, None) for name in OF_SOME_KINDS}
            yield ("terms", {"position": position, **columns, **some, "details": as_json(values)})
        for name in terms:
            for narrower in sorted(vocabulary.below(kind, name)):
                yield ("narrower_terms", {"kind": kind, "term": name, "narrower": narrower})
