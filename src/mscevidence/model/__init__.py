"""The nouns: document, report, study, arm, candidate, record, result, pooled.

All are frozen. A field that is ``None`` (or absent in a study file) was *not yet extracted*; the word ``not-reported``
says that somebody looked and the source does not tell; zero is zero. Fields marked with a vocabulary kind hold the id
of a term of `mscevidence.vocabulary`; the loader of study files checks them and the JSON Schema lists the valid ids.
"""

from __future__ import annotations

from mscevidence.model.candidate import (
    Candidate,
    CandidateKind,
    Finding,
    Severity,
    Value,
)
from mscevidence.model.document import (
    Author,
    Document,
    Identifier,
    Section,
)
from mscevidence.model.linkage import (
    Family,
    Link,
)
from mscevidence.model.noun import (
    NOT_REPORTED,
    Count,
    Frozen,
    NotReported,
    Number,
    Slug,
    Span,
    YearMonth,
    in_vocabulary,
)
from mscevidence.model.pooled import (
    BetweenGroups,
    Choice,
    Estimate,
    Exclusion,
    Group,
    Pooled,
    Series,
    StudyRow,
)
from mscevidence.model.question import (
    Grouping,
    Measure,
    Method,
    Question,
    Test,
    Treatment,
)
from mscevidence.model.record import (
    Appraisal,
    Arm,
    CellProduct,
    Centre,
    Criterion,
    Decision,
    Derivation,
    Dose,
    EnrolmentPeriod,
    NarrativeZero,
    Overlap,
    Part,
    Report,
    Result,
    Source,
    Study,
    TimePoint,
    Verdict,
    result_key,
    time_point_text,
)

__all__ = [
    "NOT_REPORTED",
    "Appraisal",
    "Arm",
    "Author",
    "BetweenGroups",
    "Candidate",
    "CandidateKind",
    "CellProduct",
    "Centre",
    "Choice",
    "Count",
    "Criterion",
    "Decision",
    "Derivation",
    "Document",
    "Dose",
    "EnrolmentPeriod",
    "Estimate",
    "Exclusion",
    "Family",
    "Finding",
    "Frozen",
    "Group",
    "Grouping",
    "Identifier",
    "Link",
    "Measure",
    "Method",
    "NarrativeZero",
    "NotReported",
    "Number",
    "Overlap",
    "Part",
    "Pooled",
    "Question",
    "Report",
    "Result",
    "Section",
    "Series",
    "Severity",
    "Slug",
    "Source",
    "Span",
    "Study",
    "StudyRow",
    "Test",
    "TimePoint",
    "Treatment",
    "Value",
    "Verdict",
    "YearMonth",
    "in_vocabulary",
    "result_key",
    "time_point_text",
]
