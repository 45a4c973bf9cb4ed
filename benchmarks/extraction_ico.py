"""Answer the PICO questions of a folder: one line of JSON per question, as the scorer of the corpus reads them.

    python benchmarks/extraction_ico.py DIR [--ids even|odd] > predictions.jsonl

DIR holds questions.csv (id, pmcid, outcome, intervention, comparator) and articles/PMC<pmcid>.xml. The parity of the
PMC number halves the articles, so that one half can be tuned on and the other looked at last. Times go to stderr.

Some questions of the corpus have gold numbers written with a thousands separator (1,525). They are answered
like any other; a scorer that reads its gold with float() stops at them and needs those separators taken out first.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from pathlib import Path

from mscevidence.extract.lookup import Answer, answer
from mscevidence.model import Document, Value
from mscevidence.read import read


def main() -> None:
    """Read the questions, answer each, print the predictions."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--ids", choices=("even", "odd"), help="only articles with such a PMC number")
    args = parser.parse_args()
    articles: dict[str, Document] = {}
    asked, seconds = 0, 0.0
    for question in questions(args.folder, args.ids):
        pmcid = question["pmcid"]
        if pmcid not in articles:
            articles[pmcid] = read((args.folder / "articles" / f"PMC{pmcid}.xml").read_bytes())
        began = time.perf_counter()
        words = {key: question[key] for key in ("outcome", "intervention", "comparator")}
        found = answer(articles[pmcid], **words)
        seconds += time.perf_counter() - began
        asked += 1
        print(json.dumps(prediction(question["id"], found)))
    print(f"{asked} questions, {1000 * seconds / max(asked, 1):.1f} ms each", file=sys.stderr)
    print(
        "note: gold group sizes such as 1,525 have thousands separators, which a scorer must take out", file=sys.stderr
    )


def questions(folder: Path, parity: str | None) -> list[dict[str, str]]:
    """Return the questions of a folder, of all articles or of those with even or odd numbers."""
    with (folder / "questions.csv").open(newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    return [row for row in rows if parity is None or int(row["pmcid"]) % 2 == (parity == "odd")]


def prediction(number: str, found: Answer | None) -> dict[str, object]:
    """Return one line of the prediction file."""
    if found is None:
        return {"id": number}
    return {
        "id": number,
        "intervention_events": _number(found.intervention_events),
        "intervention_group_size": _number(found.intervention_n),
        "comparator_events": _number(found.comparator_events),
        "comparator_group_size": _number(found.comparator_n),
        "rule": found.rule,
    }


def _number(value: Value | None) -> float | None:
    return None if value is None else value.number


if __name__ == "__main__":
    main()
