"""Groups of citations: who is together, who stands for them, what people decided, and that nothing is lost."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
from citation_samples import TITLE, record
from pydantic import ValidationError

from mscevidence.identify import Decision, find_duplicates
from mscevidence.identify.blocking import LARGEST_BLOCK, candidate_pairs
from mscevidence.identify.citation import citation_of
from mscevidence.identify.decisions import Decisions
from mscevidence.model import Document

NOWHERE: dict[str, Any] = {"volume": None, "issue": None, "pages": None}
PUBMED = record(
    ("pmid", "34000001"), ("doi", "10.1111/bjh.1"), source="pubmed", text=f"{TITLE}\n\n" + "An abstract. " * 40
)
EMBASE = record(("doi", "10.1111/BJH.1"), ("embase", "L1"), source="embase", journal="Br J Haematol")
CENTRAL = record(("central", "CN-1"), source="central", pages="512‐520")
ABSTRACT = record(("doi", "10.1182/blood.7"), kind="conference-abstract", journal="Blood", volume="136", pages="22-23")
OTHER = record(title="Another matter altogether, told at length", authors=["Sun, Lin"], volume="7", pages="70-79")


def decision(kind: str, left: str, right: str, **more: str) -> Decision:
    said = {"reason": "compared both texts", "by": "fe", "on": "2026-11-22", **more}
    return Decision.model_validate({"kind": kind, "left": left, "right": right, **said})


def places(documents: list[Document], **more: Any) -> list[tuple[int, ...]]:
    return [tuple(one.place for one in group.members) for group in find_duplicates(documents, **more).groups]


def test_a_group_keeps_everything_and_is_represented_by_the_most_complete() -> None:
    found = find_duplicates(iter([CENTRAL, OTHER, EMBASE, PUBMED, ABSTRACT]))
    assert [[one.place for one in group.members] for group in found.groups] == [[0, 2, 3], [1], [4]]
    group = found.groups[0]
    assert group.representative.place == 3
    assert [one.place for one in group.duplicates] == [0, 2]
    assert group.sources == {"central": 1, "embase": 1, "pubmed": 1}
    assert group.identifiers == {
        "central": ("cn-1",),
        "doi": ("10.1111/bjh.1",),
        "embase": ("1",),
        "pmid": ("34000001",),
    }
    assert {reason for pair in group.pairs for reason in pair.reasons} >= {"share doi 10.1111/bjh.1", "the same title"}
    assert found.removed == 2
    assert 2 in {one.place for one in group.members}


def test_every_citation_is_in_one_group_whatever_the_order() -> None:
    documents = [PUBMED, EMBASE, CENTRAL, ABSTRACT, OTHER]
    for order in itertools.permutations(range(5)):
        found = find_duplicates([documents[place] for place in order])
        grouped = [frozenset(order[one.place] for one in group.members) for group in found.groups]
        assert set(grouped) == {frozenset({0, 1, 2}), frozenset({3}), frozenset({4})}


def test_the_earliest_of_equals_represents() -> None:
    assert find_duplicates([CENTRAL, CENTRAL]).groups[0].representative.place == 0


def test_what_was_kept_apart_is_named_with_its_reasons() -> None:
    found = find_duplicates([PUBMED, ABSTRACT])
    assert (len(found.groups), found.proposals) == (2, ())
    assert [(pair.left, pair.right) for pair in found.apart] == [(0, 1)]
    assert found.apart[0].reasons[-1].startswith("but different doi")


def test_what_is_like_two_reports_that_are_apart_joins_neither() -> None:
    bare = record(journal="Blood", date="2021", kind="article", **NOWHERE)
    first = record(("doi", "10.1182/blood.1"), journal="Blood", volume="137", pages="11-19")
    second = record(("doi", "10.1182/blood.2"), journal="Blood", volume="138", pages="711-719")
    found = find_duplicates([first, bare, second])
    assert [len(group.members) for group in found.groups] == [1, 1, 1]
    assert {(pair.left, pair.right) for pair in found.proposals} == {(0, 1), (1, 2)}
    assert any("fits as well" in reason for reason in found.proposals[0].reasons)


def test_a_chain_does_not_join_its_ends() -> None:
    middle = record(journal=None, **NOWHERE)
    first = record(("pmid", "34000001"))
    last = record(("pmid", "34000002"), journal=None, title=f"{TITLE}", **NOWHERE)
    groups = find_duplicates([first, middle, last]).groups
    assert not any({0, 2} <= {one.place for one in group.members} for group in groups)


@pytest.mark.parametrize(
    ("other", "groups"),
    [
        (f"{TITLE}. Part II", [(0, 1), (2,)]),
        (TITLE.replace("phase 1 trial", "phase 1 study"), [(0, 1), (2,)]),
        (TITLE.replace("phase", "phse"), [(0, 1, 2)]),
    ],
)
def test_a_cut_title_does_not_join_the_titles_that_it_begins(other: str, groups: list[tuple[int, ...]]) -> None:
    nowhere: dict[str, Any] = {"pages": None, "date": "2021"}
    cut = record(title=TITLE.partition(":")[0], **nowhere)
    assert places([record(), cut, record(title=other, **nowhere)]) == groups


def test_what_shares_identifiers_with_two_reports_that_are_apart_joins_one_and_is_proposed_for_the_other() -> None:
    first = record(("pmid", "34000001"), ("doi", "10.1111/bjh.1"))
    middle = record(("doi", "10.1111/bjh.1"), ("embase", "L7"))
    last = record(("pmid", "34000002"), ("embase", "L7"), volume="195", pages="700-9")
    found = find_duplicates([first, middle, last])
    assert [[one.place for one in group.members] for group in found.groups] == [[0, 1], [2]]
    assert [(pair.left, pair.right) for pair in found.proposals] == [(1, 2)]
    assert "pmid:34000001 and pmid:34000002 are apart" in found.proposals[0].reasons[-1]


@pytest.mark.parametrize("slip", [(3, 4), (-4, -3)], ids=["in the beginning", "at the end"])
def test_a_slip_at_one_end_of_a_title_hides_nothing(slip: tuple[int, int]) -> None:
    slipped = record(title=TITLE[: slip[0]] + TITLE[slip[1] :], authors=["Chen, Yunfei"], **NOWHERE)
    assert len(find_duplicates([record(), slipped]).groups) == 1


def test_names_that_both_sides_have_say_nothing_about_the_pair() -> None:
    decisions = Decisions([decision("different-reports", "pmid:1", "doi:10.1000/a")])
    assert decisions.about({"pmid:1", "x"}, {"pmid:1", "doi:10.1000/a"}) is None
    assert decisions.about({"pmid:1", "x"}, {"doi:10.1000/a"}) is not None


UNDECIDED = [record(), record(volume="195", pages="700-9")]
NAMES = [citation_of(one).name for one in UNDECIDED]


def test_a_proposal_waits_for_a_person() -> None:
    found = find_duplicates(UNDECIDED)
    assert [len(group.members) for group in found.groups] == [1, 1]
    assert [(pair.left, pair.right) for pair in found.proposals] == [(0, 1)]


@pytest.mark.parametrize(
    ("kinds", "groups"),
    [
        (["same-report"], [(0, 1)]),
        (["different-reports"], [(0,), (1,)]),
        (["same-report", "different-reports"], [(0,), (1,)]),
        (["different-reports", "same-report"], [(0, 1)]),
    ],
)
def test_the_last_decision_holds(kinds: list[str], groups: list[tuple[int, ...]]) -> None:
    decisions = [decision(kind, *order) for kind, order in zip(kinds, (NAMES, NAMES[::-1]), strict=False)]
    found = find_duplicates(UNDECIDED, decisions=decisions)
    assert places(UNDECIDED, decisions=decisions) == groups
    assert found.proposals == ()


def test_a_decision_parts_what_would_be_joined_and_says_who() -> None:
    decided = decision("different-reports", "pmid:34000001", "embase:1", by="ab")
    found = find_duplicates([PUBMED, EMBASE], decisions=[decided])
    assert [len(group.members) for group in found.groups] == [1, 1]
    assert found.apart[0].reasons == ("decided by ab on 2026-11-22: compared both texts",)


def test_a_decision_holds_for_the_whole_group() -> None:
    again = record(title=TITLE.upper())
    decided = decision("different-reports", *NAMES)
    found = find_duplicates([*UNDECIDED, again], decisions=[decided])
    assert [[one.place for one in group.members] for group in found.groups] == [[0, 2], [1]]
    assert found.proposals == ()


def test_a_rejected_proposal_stays_away_when_the_bytes_changed() -> None:
    left, right = record(("pmid", "1")), record(("pmid", "2"))
    assert len(find_duplicates([left, right]).proposals) == 1
    decided = decision("different-reports", "pmid:1", "pmid:2")
    revised = record(("pmid", "1"), subjects=("Humans",))
    assert revised.sha256 != left.sha256
    assert find_duplicates([revised, right], decisions=[decided]).proposals == ()


def test_a_decision_that_joins_goes_before_what_contradicts() -> None:
    decided = decision("same-report", "doi:10.1182/blood.7", "pmid:34000001")
    assert places([PUBMED, ABSTRACT, OTHER], decisions=[decided]) == [(0, 1), (2,)]


def test_decisions_about_studies_or_strangers_change_nothing() -> None:
    decisions = [decision("same-report", "pmid:5", "pmid:6"), decision("different-patients", "study-a", "study-b")]
    assert places([PUBMED, EMBASE], decisions=decisions) == [(0, 1)]


def test_a_decision_about_a_study_does_not_part_reports() -> None:
    assert places([PUBMED, EMBASE], decisions=[decision("same-study", "pmid:34000001", "embase:1")]) == [(0, 1)]


@pytest.mark.parametrize("wrong", [{"left": "a", "right": "a"}, {"reason": ""}, {"on": "yesterday"}, {"kind": "maybe"}])
def test_decisions_are_checked(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        decision(**{"kind": "same-report", "left": "a", "right": "b", **wrong})


def test_the_work_grows_with_the_number_of_citations() -> None:
    chance = random.Random(1)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(chance.choices(letters, k=6)) for _ in range(400)]
    titles = ["Efficacy and safety of stromal cells in " + " ".join(chance.choices(words, k=5)) for _ in range(2000)]
    citations = [
        citation_of(record(title=title, pages=f"{5 + 20 * n}-9", authors=[f"{words[n % 400]}, A"]), n)
        for n, title in enumerate(titles)
    ]
    compared = list(candidate_pairs(citations))
    assert len(compared) == len(set(compared))
    assert len(compared) < 2000 * LARGEST_BLOCK
