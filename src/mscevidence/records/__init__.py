"""Study files: the truth about what was extracted, one YAML 1.2 file per study, readable by people and by git."""

from mscevidence.records.editing import edit_study
from mscevidence.records.links import add_decisions, load_decisions
from mscevidence.records.reading import Records, examine, load_all, load_study
from mscevidence.records.schema import json_schema
from mscevidence.records.writing import study_text, write_atomically, write_study

__all__ = [
    "Records",
    "add_decisions",
    "edit_study",
    "examine",
    "json_schema",
    "load_all",
    "load_decisions",
    "load_study",
    "study_text",
    "write_atomically",
    "write_study",
]
