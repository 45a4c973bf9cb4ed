"""Pack the reference numbers of R into this folder: `python tests/reference/pack.py [FAMILY ...]`.

Reads `NN_family.json` from the folder in MSCEVIDENCE_REFERENCE (default `../shared/reference` beside the checkout),
whose README explains the format, and writes `NN_family.json.gz` here. What is asserted is kept digit for digit; what
is not asserted (`info`, `warnings`, `r_call`) is left out, and data, args and tolerances that cases share are stored
once. Same input, same bytes.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SOURCE = Path(os.environ.get("MSCEVIDENCE_REFERENCE", HERE.parents[2] / "shared" / "reference"))
TOLERANCES = ("tolerance", "abs_tolerance", "tolerances", "tolerance_refined")


class Shared:
    """Values that many cases share, each stored once and referred to by its position."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._position: dict[str, int] = {}

    def position(self, value: Any) -> int:
        """Return the position of `value`, adding it when it is new."""
        key = json.dumps(value, sort_keys=True)
        if key not in self._position:
            self._position[key] = len(self.values)
            self.values.append(value)
        return self._position[key]


def pack(document: dict[str, Any]) -> dict[str, Any]:
    """Return the packed form of one family."""
    columns, sources, tolerances = Shared(), Shared(), Shared()

    def packed(case: dict[str, Any]) -> dict[str, Any]:
        kept = {
            key: case[key] for key in ("id", "args", "expect", "expect_error", "refined") if case.get(key) is not None
        }
        kept["data"] = {name: columns.position(column) for name, column in case.get("data", {}).items()}
        kept["source"] = sources.position(case["source"])
        kept["tolerance"] = tolerances.position({key: case[key] for key in TOLERANCES if case.get(key) is not None})
        return kept

    head = {key: document[key] for key in ("family", "set", "seed", "r_version", "packages", "n_cases", "n_errors")}
    cases, errors = ([packed(case) for case in document[key]] for key in ("cases", "errors"))
    shared = {"columns": columns.values, "sources": sources.values, "tolerances": tolerances.values}
    return {**head, **shared, "cases": cases, "errors": errors}


def main(families: list[str]) -> None:
    """Pack the named families, or those that are here already."""
    names = families or sorted(path.name.removesuffix(".json.gz") for path in HERE.glob("*.json.gz"))
    for name in names:
        document = json.loads((SOURCE / f"{name}.json").read_text(encoding="utf-8"))
        text = json.dumps(pack(document), separators=(",", ":"), ensure_ascii=False)
        target = HERE / f"{name}.json.gz"
        target.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
        sys.stdout.write(f"{target.name}: {document['n_cases']} cases, {target.stat().st_size / 1024:.0f} KiB\n")


if __name__ == "__main__":
    main(sys.argv[1:])
