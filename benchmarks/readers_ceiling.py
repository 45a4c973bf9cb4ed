"""Print how much of the time that PubMed XML takes goes into what any reader of it must do.

    python benchmarks/readers_ceiling.py FOLDER [--rounds 21]

FOLDER holds the folder ``pubmed_baseline``. The steps are timed alone, in turns: to split the file into records and to
take out of them what is plain or not read, to parse the rest (with lxml, many at once), to look once at the name and
the text of every element, to hash the records, and to make Documents of fields that are ready. What their sum leaves of
the time of `read_all` is for canonical text, sections and identifiers. Times are medians of processor time.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import hashlib
import io
import statistics
from collections.abc import Callable
from pathlib import Path

from lxml import etree

from mscevidence.model import Document
from mscevidence.read import pubmed, read_all
from mscevidence.read.pubmed.parts import take_parts
from mscevidence.read.streams import open_unpacked
from mscevidence.read.xml_records import Piece, RecordParser, in_batches, split
from readers import best_of, drain, in_turn


def pieces_of(data: bytes) -> list[Piece]:
    return list(split(open_unpacked(io.BytesIO(data)), pubmed._RECORDS))  # noqa: SLF001


def without_parts(pieces: list[Piece]) -> list[Piece]:
    return [take_parts(piece)[0] for piece in pieces]


def look_at(pieces: list[Piece], *, closely: bool) -> None:
    """Parse records, and closely look at the name and text of all their elements."""
    parser = RecordParser()
    for batch in in_batches(pieces):
        for record in parser.parse_together(batch):
            for element in record.iter() if closely else ():
                _ = element.tag, element.text


def steps(data: bytes) -> dict[str, Callable[[], object]]:
    """Return the work of each step; those that build on others do their work as well."""
    pieces = pieces_of(data)
    short = without_parts(pieces)
    fields = [
        {name: getattr(document, name) for name in document.model_fields_set}
        | {"authors": [author.model_dump(exclude_unset=True) for author in document.authors]}
        for document in read_all(data)
        if isinstance(document, Document)
    ]
    return {
        "lxml.iterparse alone": lambda: drain(etree.iterparse(io.BytesIO(data))),
        "read_all": lambda: drain(read_all(data)),
        "split": lambda: drain(split(open_unpacked(io.BytesIO(data)), pubmed._RECORDS)),  # noqa: SLF001
        "take parts": lambda: without_parts(pieces),
        "parse": lambda: look_at(short, closely=False),
        "parse and look": lambda: look_at(short, closely=True),
        "hash": lambda: [hashlib.sha256(piece.data).hexdigest() for piece in pieces],
        "Documents": lambda: drain(Document.model_validate(each) for each in fields),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=21)
    arguments = parser.parse_args()
    for path in sorted((arguments.folder / "pubmed_baseline").glob("*.gz")):
        data = gzip.decompress(path.read_bytes())
        works: dict[str, Callable[[], float]] = {
            name: lambda work=work: best_of(1, work)  # type: ignore[misc]
            for name, work in steps(data).items()
        }
        gc.freeze()  # what the steps hold ready is not to be looked at again and again
        times = in_turn(arguments.rounds, works)
        alone = {name: statistics.median(found) for name, found in times.items()}
        alone["look"] = alone.pop("parse and look") - alone["parse"]
        bare, whole = alone.pop("lxml.iterparse alone"), alone.pop("read_all")
        print(f"{path.name}: {len(data) / 1e6:.1f} MB, lxml.iterparse alone {bare * 1000:.1f} ms")
        for name in ("split", "take parts", "parse", "look", "hash", "Documents"):
            print(f"  {name:12}{alone[name] * 1000:8.1f} ms {alone[name] / bare:8.2f} of iterparse")
        must = sum(alone.values())
        print(f"  {'together':12}{must * 1000:8.1f} ms {must / bare:8.2f}   so at best {bare / must:.2f} of its speed")
        print(f"  {'read_all':12}{whole * 1000:8.1f} ms {whole / bare:8.2f}   {bare / whole:.2f} of its speed")


if __name__ == "__main__":
    main()
