"""PRISMA.csv: the flow of the review as the PRISMA 2020 flow diagram tools read it."""

from __future__ import annotations

from mscevidence.errors import SelectionError
from mscevidence.publish.export import Exported, Files
from mscevidence.screening import prisma_csv


def files(exported: Exported) -> Files:
    """Return PRISMA.csv.

    Raises:
        SelectionError: no search was made, so that nothing flowed.
    """
    if exported.flow is None:
        raise SelectionError("no search was made, so there is no flow", hint="`mscevidence search` logs searches")
    return {"prisma/PRISMA.csv": prisma_csv(exported.flow).encode()}
