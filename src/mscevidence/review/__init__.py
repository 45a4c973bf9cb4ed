"""From candidates and decisions to records: the queue of a document, and what a decision writes into a study file."""

from mscevidence.review.corrections import FIELDS
from mscevidence.review.decisions import Outcome, Ruling, decide, rulings_from
from mscevidence.review.drafts import draft_study
from mscevidence.review.queue import Item, queue

__all__ = ["FIELDS", "Item", "Outcome", "Ruling", "decide", "draft_study", "queue", "rulings_from"]
