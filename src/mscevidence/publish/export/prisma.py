"""PRISMA.csv: the flow of the review as the PRISMA 2020 flow diagram tools read it."""

from __future__ import annotations

import csv
import io

from mscevidence.errors import SelectionError
from mscevidence.publish.export import Exported, Files
from mscevidence.publish.export.cells import csv_bytes
from mscevidence.screening import prisma_csv


def files(exported: Exported) -> Files:
    """Return PRISMA.csv.

    Raises:
        SelectionError: no search was made, so that nothing flowed.
    """
    if exported.flow is None:
        raise SelectionError("no search was made, so there is no flow", hint="`mscevidence search` logs searches")
    reader = csv.DictReader(io.StringIO(prisma_csv(exported.flow), newline=""))
    # Reasons and sources are words of the reviewers, and open in a spreadsheet as any others.
    return {"prisma/PRISMA.csv": csv_bytes(list(reader), list(reader.fieldnames or ()))}
