"""The living page: a static site that opens from disk, in which every number is a link to its sentence.

`write_pages` makes the pages of an edition; `compare` says what changed between two states of the records.
"""

from mscevidence.publish.site.changes import Changes, compare
from mscevidence.publish.site.pages import write_pages
from mscevidence.publish.site.snapshot import FILE_NAME, Snapshot, read_snapshot, take_snapshot

__all__ = ["FILE_NAME", "Changes", "Snapshot", "compare", "read_snapshot", "take_snapshot", "write_pages"]
