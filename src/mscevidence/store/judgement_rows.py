"""What people judged of a study as rows: appraisals with the words behind each level, and settled differences."""

from __future__ import annotations

from collections.abc import Iterator

from mscevidence import vocabulary
from mscevidence.model import Appraisal, Study
from mscevidence.store.rows import Row, source, source_span


def judgement_rows(study: Study) -> Iterator[Row]:
    """Yield the appraisals of a study with their answers and spans, and how its two extractors were adjudicated."""
    for position, appraisal in enumerate(study.appraisal, 1):
        yield from _appraisal(study, position, appraisal)
    for position, settled in enumerate(study.adjudications, 1):
        first, second = settled.extractors
        values = settled.model_dump(include={"place", "taken", "reason"})
        values |= {"first_extractor": first, "second_extractor": second}
        values |= {"first_value": settled.first, "second_value": settled.second}
        who = {"decided_by": settled.by, "decided_on": settled.on}
        yield ("adjudications", {"study": study.study, "position": position, **values, **who})


def _appraisal(study: Study, position: int, appraisal: Appraisal) -> Iterator[Row]:
    key = f"{study.study}#{position}"
    tool = vocabulary.load("appraisal-tool")[appraisal.tool]
    names = {domain.id: domain.name for domain in tool.domains}
    yield (
        "appraisals",
        {
            "id": key,
            "study": study.study,
            "position": position,
            "tool": appraisal.tool,
            "result": appraisal.result,
            "overall": appraisal.overall,
            "appraised_by": appraisal.by,
            "appraised_on": appraisal.on,
        },
    )
    for place, (item, level) in enumerate(appraisal.answers.items(), 1):
        found = appraisal.support.get(item)
        nowhere = dict.fromkeys(("report", "quote", "section", "document", "span_start", "span_end"))
        where = source(study.study, found) if found else nowhere
        what = {"item": item, "item_label": names.get(item, item), "level": level}
        yield ("appraisal_answers", {"appraisal": key, "position": place, **what, **where})
        if found:
            yield from source_span(found, what="appraisal", subject=f"{key}/{item}")
