"""Duplicates as other programs find them; run by the Python of an environment that has them.

``PEER/bin/python benchmarks/dedupe_peers.py bib-dedupe records.json``: the records are a JSON list of flat objects. It
prints one JSON object with the groups (lists of places) and the seconds it took, without imports.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import sys
import time
from pathlib import Path
from typing import Any

Records = list[dict[str, Any]]


def bib_dedupe(records: Records) -> list[list[int]]:
    peer = importlib.import_module("bib_dedupe.bib_dedupe")
    frame = importlib.import_module("pandas").DataFrame(records)
    frame["ID"] = [str(place) for place in range(len(frame))]
    matched = peer.match(peer.block(peer.prep(frame, cpu=1), cpu=1), cpu=1)
    return [[int(place) for place in group] for group in peer.cluster(matched)]


def asreview(records: Records) -> list[list[int]]:
    """Group as ``asreview data dedup`` does: the same DOI, or title and abstract the same but for case and marks."""
    peer = importlib.import_module("asreview")
    frame = importlib.import_module("pandas").DataFrame(records)[["title", "abstract", "doi"]]
    frame["doi"] = frame["doi"].replace("", None)
    gone = set(range(len(frame))) - set(peer.ASReviewData(frame).drop_duplicates(pid="doi").index)
    return [sorted(gone)]


MODULES = {"bib-dedupe": ("pandas", "bib_dedupe.bib_dedupe"), "asreview": ("pandas", "asreview")}
PEERS = {"bib-dedupe": bib_dedupe, "asreview": asreview}


def main(name: str, path: Path) -> None:
    records = json.loads(path.read_text(encoding="utf-8"))
    for module in MODULES[name]:
        importlib.import_module(module)
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        groups = PEERS[name](records)
    print(json.dumps({"groups": groups, "seconds": time.perf_counter() - start}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
