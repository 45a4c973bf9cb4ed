"""The one mapping of publication types to kinds and statuses of reports, whoever wrote them."""

from __future__ import annotations

import pytest

from mscevidence.model import Notice, NoticeKind
from mscevidence.read.publication_types import kind_of, status_of


@pytest.mark.parametrize(
    ("types", "kind"),
    [
        ((), "article"),
        (("Journal Article", "Randomized Controlled Trial"), "article"),
        (("Review", "Retraction of Publication"), "retraction-notice"),
        (("Correction and Republished Article",), "article"),
        (("Correction to article",), "erratum"),
        (("Journal: Conference Abstract",), "conference-abstract"),
        (("ABST",), "conference-abstract"),
        (("Journal Article", "Conference Paper"), "conference-abstract"),
        (("Journal: Review",), "review"),
        (("Conference Review",), "article"),
        (("peer-review",), "article"),
        (("book-review",), "editorial"),
        (("Book Review",), "editorial"),
        (("Comment", "Letter"), "editorial"),
        (("Trial registry record",), "registry-entry"),
        (("ICOMM",), "personal-communication"),
        (("THES",), "thesis"),
    ],
)
def test_types_of_all_sources_tell_the_kind_by_one_mapping(types: tuple[str, ...], kind: str) -> None:
    assert kind_of(types) == kind


@pytest.mark.parametrize(
    ("types", "notices", "title", "status"),
    [
        (("Retracted Publication",), (), "A trial", "retracted"),
        (("Article; Retracted Article",), (), "A trial", "retracted"),
        ((), (), "RETRACTED: A trial", "retracted"),
        ((), (), "REMOVED: A trial", "retracted"),
        ((), ("retracted-by",), "WITHDRAWN: A trial", "withdrawn"),
        ((), (), "Withdrawn patients: a trial", "published"),
        ((), ("corrected-by", "retracted-by"), "A trial", "retracted"),
        ((), ("republished-in",), "A trial", "corrected"),
    ],
)
def test_types_notices_and_title_tell_the_status(
    types: tuple[str, ...], notices: tuple[NoticeKind, ...], title: str, status: str
) -> None:
    assert status_of(types, [Notice(kind=each) for each in notices], title) == status
