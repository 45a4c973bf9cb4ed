"""Links and families: which reports and studies are about the same patients."""

from __future__ import annotations

from typing import Literal

from mscevidence.model.noun import Frozen


class Link(Frozen):
    """An edge between two reports or studies, with its reason.

    `kind` is ``same-study`` (patients are the same), ``overlap`` (patients are, or may be, partly the same) or
    ``look-alike`` (alike, but judged different patients). `basis` names the evidence (registration, doi, declared,
    title, centre-and-dates, ...); `decided` tells a link that a person settled from one that is only proposed.
    """

    kind: Literal["same-study", "overlap", "look-alike"]
    left: str
    right: str
    basis: str
    reason: str
    decided: bool = False


class Family(Frozen):
    """Studies that share, or may share, patients: an analysis takes at most one of them."""

    id: str
    studies: tuple[str, ...]
    reasons: tuple[str, ...] = ()
