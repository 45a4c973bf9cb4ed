"""The pre-specified analyses of a review, each pooled or with the sentence that says why not."""

from __future__ import annotations

from collections.abc import Iterable

from mscevidence import synthesis
from mscevidence.errors import SelectionError, StatisticsError
from mscevidence.protocol import Analysis
from mscevidence.publish.contents import Done, Evidence


def analysed(analyses: Iterable[Analysis], evidence: Evidence) -> tuple[Done, ...]:
    """Return every analysis with its synthesis, or with why there is none; the order stays."""
    return tuple(_analysed(analysis, evidence) for analysis in analyses)


def _analysed(analysis: Analysis, evidence: Evidence) -> Done:
    try:
        pooled = synthesis.pool(evidence.studies, evidence.families, analysis.question, title=analysis.title)
    except (SelectionError, StatisticsError) as error:
        return Done(analysis, None, error.message)
    return Done(analysis, pooled)
