"""Write what `mscevidence` reads from the abstracts of a folder, as predictions in the labels of the PICO corpus.

    python benchmarks/extraction_pico.py FOLDER PREDICTIONS.jsonl

FOLDER holds <id>.txt. A prediction is a label with the place of its number, so that any scorer of spans can compare it
with human annotation. The labels are those of the PICO corpus of Mutinda et al. (github.com/sociocom/PICO-Corpus): the
experimental arm is called intervention (iv), its comparator control (cv). No text of the corpus is kept here: its files
name no licence. The weights were learned from part of it (`train_quantities.py`), so figures on that part flatter;
`train_quantities.py --folds 5` predicts every abstract by weights learned from others.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from mscevidence.extract.quantities import Quantity, quantities_in

LABELS = {
    ("total", None): "total-participants",
    ("participants", "experimental"): "intervention-participants",
    ("participants", "control"): "control-participants",
    ("events", "experimental"): "iv-bin-abs",
    ("events", "control"): "cv-bin-abs",
    ("percent", "experimental"): "iv-bin-percent",
    ("percent", "control"): "cv-bin-percent",
}


def prediction(name: str, quantities: tuple[Quantity, ...]) -> str:
    """Return one line of predictions."""
    spans = [
        {"label": LABELS[quantity.kind, quantity.role], "start": quantity.span[0], "end": quantity.span[1]}
        for quantity in quantities
        if (quantity.kind, quantity.role) in LABELS
    ]
    return json.dumps({"id": name, "spans": spans})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("predictions", type=Path)
    arguments = parser.parse_args()
    texts = {path.stem: path.read_text("utf-8") for path in sorted(arguments.folder.glob("*.txt"))}
    start = time.perf_counter()
    lines = [prediction(name, quantities_in(text)) for name, text in texts.items()]
    seconds = time.perf_counter() - start
    arguments.predictions.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{len(texts)} abstracts in {seconds:.2f} s: {len(texts) / seconds:.0f} per second")


if __name__ == "__main__":
    main()
