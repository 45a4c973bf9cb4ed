"""From searches and files to captured records: what a reviewer types is fetched, read, kept and counted."""

from mscevidence.harvest.identified import Identified, identified, review_records, to_extract
from mscevidence.harvest.log import load_runs, new_id, save_run
from mscevidence.harvest.rechecking import Recheck, recheck
from mscevidence.harvest.searching import run_search
from mscevidence.harvest.taking import log_file, take_answer, take_file
from mscevidence.harvest.updating import Change, changes, documents_of, new_records, since_of

__all__ = [
    "Change",
    "Identified",
    "Recheck",
    "changes",
    "documents_of",
    "identified",
    "load_runs",
    "log_file",
    "new_id",
    "new_records",
    "recheck",
    "review_records",
    "run_search",
    "save_run",
    "since_of",
    "take_answer",
    "take_file",
    "to_extract",
]
