"""Put studies into the folder of study files without touching what somebody else decided."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from mscevidence.model import Study
from mscevidence.records.reading import file_name, load_study
from mscevidence.records.writing import write_study


@dataclasses.dataclass(frozen=True)
class Placed:
    """Ids of studies: written anew or over the old file, already there and equal, or kept because they differ."""

    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    kept: tuple[str, ...]


def place(studies: Sequence[Study], folder: Path, *, overwrite: bool = False, comment: str = "") -> Placed:
    """Write one study file per study; files that are there and differ are kept unless `overwrite`.

    All files that are there are read before the first one is written.

    Raises:
        RecordError: a file that is there is wrong.
        WriteError: a file cannot be written; it is as before.
    """
    done: dict[str, list[Study]] = {"written": [], "unchanged": [], "kept": []}
    for study in studies:
        path = folder / file_name(study.study)
        same = path.exists() and load_study(path) == study
        what = "unchanged" if same else "kept" if path.exists() and not overwrite else "written"
        done[what].append(study)
    for study in done["written"]:
        write_study(study, folder / file_name(study.study), comment=comment)
    return Placed(**{what: tuple(study.study for study in found) for what, found in done.items()})
