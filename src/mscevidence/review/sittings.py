"""A sitting: one document, its candidates, and the study file that decisions on them go to."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from mscevidence import identify, records
from mscevidence.model import Candidate, Document, Study
from mscevidence.records import Records
from mscevidence.records.reading import file_name
from mscevidence.review.arms import with_the_only_dose
from mscevidence.review.drafts import draft_study
from mscevidence.review.extractors import second_file
from mscevidence.review.queue import Item, queue
from mscevidence.review.versions import version_of


@dataclasses.dataclass(frozen=True)
class Sitting:
    """One document under review.

    Attributes:
        document: what is read.
        report: the id of the report that the document is of.
        path: the study file that decisions go to; it may not be there yet.
        study: what is in that file, or the draft that it would begin with.
        items: the candidates with earlier verdicts, in the order of the text.
        version: of the file when the sitting began.
        reasons: why the document belongs to this study.
        blind: whether a second extractor works without seeing the first one's file.
    """

    document: Document
    report: str
    path: Path
    study: Study
    items: tuple[Item, ...]
    version: str
    reasons: tuple[str, ...] = ()
    blind: bool = False

    @property
    def waiting(self) -> tuple[Item, ...]:
        """Return what still wants a decision: never seen, or deferred."""
        return tuple(item for item in self.items if item.verdict in (None, "deferred"))


def sit_down(
    document: Document,
    candidates: Sequence[Candidate],
    known: Records,
    folder: Path,
    *,
    condition: str | None = None,
    second: str | None = None,
) -> Sitting:
    """Return the sitting for a document.

    Args:
        document: what is read.
        candidates: what was proposed from it, checked.
        known: the study files of the review.
        folder: where study files are.
        condition: of a new study, where the text names none.
        second: initials of a second extractor, who works blind in a file of his own.

    Raises:
        RecordError: a study file is wrong, the condition of a new study is not known, or initials cannot name a file.
    """
    match = identify.match(document, known.studies)
    path = known.path_of(match.study) if match.known_study else folder / file_name(match.study)
    if second is not None:
        path = second_file(folder, match.study, second)
    version = version_of(path)
    study: Study | None = None
    if second is not None:
        study = records.load_study(path) if path.exists() else None
    elif match.known_study:
        study = known.study(match.study)
    draft = study or draft_study(document, study_id=match.study, report_id=match.report, condition=condition)
    items = queue(document, with_the_only_dose(candidates, draft), study)
    return Sitting(document, match.report, path, draft, items, version, match.reasons, blind=second is not None)
