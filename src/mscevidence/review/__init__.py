"""From candidates and decisions to records.

The queue of a document and what a decision writes into a study file; values added from selected words; second
extractors and how their differences are settled; forms filled in by hand; appraisal.
"""

from mscevidence.review.adjudication import Settlement, adjudicate, open_differences
from mscevidence.review.appraising import Assessment, appraise, result_addresses
from mscevidence.review.corrections import FIELDS
from mscevidence.review.decisions import Outcome, Ruling, decide, rulings_from
from mscevidence.review.differences import Difference, agreed_pairs, differences
from mscevidence.review.drafts import draft_study
from mscevidence.review.extractors import initials, second_file, second_files
from mscevidence.review.manual_entry import Filled, enter
from mscevidence.review.queue import Item, queue
from mscevidence.review.selections import Selection, candidate_from
from mscevidence.review.sittings import Sitting, sit_down
from mscevidence.review.versions import version_of

__all__ = [
    "FIELDS",
    "Assessment",
    "Difference",
    "Filled",
    "Item",
    "Outcome",
    "Ruling",
    "Selection",
    "Settlement",
    "Sitting",
    "adjudicate",
    "agreed_pairs",
    "appraise",
    "candidate_from",
    "decide",
    "differences",
    "draft_study",
    "enter",
    "initials",
    "open_differences",
    "queue",
    "result_addresses",
    "rulings_from",
    "second_file",
    "second_files",
    "sit_down",
    "version_of",
]
