"""What every page of a site may need: the evidence, the answers, the addresses, and who uses which number."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Sequence

from mscevidence.model import Document, Study
from mscevidence.protocol import Protocol
from mscevidence.publish.contents import Done, Evidence
from mscevidence.publish.site.addresses import TOGETHER, Addresses
from mscevidence.publish.site.changes import Changes
from mscevidence.publish.site.snapshot import Snapshot, take_snapshot


@dataclasses.dataclass(frozen=True)
class Use:
    """An analysis that a result or study is in, or is left out of (then with the reason)."""

    analysis: str
    title: str
    reason: str = ""


@dataclasses.dataclass(frozen=True)
class Contents:
    """Everything the pages of one site are made from.

    Attributes:
        protocol: the question of the review.
        evidence: its studies and what belongs to them.
        done: its analyses.
        addresses: where every page and number stands.
        snapshot: what this edition says.
        changes: since the last edition, None where none is known.
        files: the other files of the edition, as addresses from its root.
        documents: captured documents by their hashes.
        uses: the analyses that take a result, by its key.
        left_out: the analyses that leave a result or study out, by key or study id.
    """

    protocol: Protocol
    evidence: Evidence
    done: tuple[Done, ...]
    addresses: Addresses
    snapshot: Snapshot
    changes: Changes | None
    files: frozenset[str]
    documents: dict[str, Document]
    uses: dict[str, list[Use]]
    left_out: dict[str, list[Use]]

    def study(self, study_id: str) -> Study:
        """Return a study of the site."""
        return next(study for study in self.evidence.studies if study.study == study_id)


def gather_contents(
    protocol: Protocol,
    evidence: Evidence,
    done: Sequence[Done],
    *,
    changes: Changes | None = None,
    files: Sequence[str] = (),
) -> Contents:
    """Return the contents of a site."""
    uses: dict[str, list[Use]] = defaultdict(list)
    left_out: dict[str, list[Use]] = defaultdict(list)
    for one in done:
        if one.pooled is None:
            continue
        use = Use(one.analysis.id, one.pooled.title)
        for row in one.pooled.overall.rows:
            for key in (*row.result.split(TOGETHER), *(row.control.result.split(TOGETHER) if row.control else ())):
                uses[key].append(use)
        for choice in one.pooled.choices:
            for text in choice.left_out:
                left_out[text.partition(" (")[0]].append(dataclasses.replace(use, reason=choice.reason))
        for exclusion in one.pooled.exclusions:
            left_out[exclusion.what].append(dataclasses.replace(use, reason=exclusion.reason))
    return Contents(
        protocol=protocol,
        evidence=evidence,
        done=tuple(done),
        addresses=Addresses(evidence.studies, [one.analysis.id for one in done]),
        snapshot=take_snapshot(evidence.studies, done),
        changes=changes,
        files=frozenset(files),
        documents={document.sha256: document for document in evidence.documents},
        uses=dict(uses),
        left_out=dict(left_out),
    )
