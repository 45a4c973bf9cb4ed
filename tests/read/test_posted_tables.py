"""The collector of cycles rests while posted numbers are made, and only then."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from mscevidence.read.posted_tables import apart, many_nouns


@pytest.fixture(params=[True, False], ids=["collecting", "not-collecting"])
def collecting(request: pytest.FixtureRequest) -> Iterator[bool]:
    """Turn the collector on or off, and back on when the test is over."""
    (gc.enable if request.param else gc.disable)()
    yield request.param
    gc.enable()


def test_the_collector_rests_and_is_left_as_it_was(collecting: bool) -> None:
    with many_nouns():
        assert not gc.isenabled()
        with many_nouns():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled() is collecting


def test_an_error_leaves_the_collector_as_it_was(collecting: bool) -> None:
    with pytest.raises(ValueError, match="broken"), many_nouns():
        raise ValueError("broken")
    assert gc.isenabled() is collecting


@pytest.mark.parametrize(
    ("groups", "titles"),
    [
        ({"OG000": ("Cells", ""), "OG001": ("Placebo", "Saline")}, ["Cells", "Placebo"]),
        (
            {"OG000": ("Cells", "1 × 10^6/kg"), "OG001": ("Cells", "2 × 10^6/kg"), "OG002": ("Placebo", "")},
            ["Cells (1 × 10^6/kg)", "Cells (2 × 10^6/kg)", "Placebo"],
        ),
        ({"OG000": ("Cells", "Same"), "OG001": ("Cells", "Same")}, ["Cells (OG000)", "Cells (OG001)"]),
        ({"OG000": ("Cells", "Long " * 20), "OG001": ("Cells", "Low")}, ["Cells (OG000)", "Cells (Low)"]),
    ],
)
def test_groups_of_one_title_are_told_apart(groups: dict[str, tuple[str, str]], titles: list[str]) -> None:
    found = apart(groups)
    assert list(found) == list(groups)
    assert [title for title, _ in found.values()] == titles
    assert [description for _, description in found.values()] == [description for _, description in groups.values()]


def test_the_collector_goes_on_behind_many_nouns() -> None:
    class Ring:
        """A thing that is part of a cycle."""

        def __init__(self) -> None:
            self.self = self

    with many_nouns():
        assert not gc.isenabled()
        ring = weakref.ref(Ring())
        assert ring() is not None
    assert gc.isenabled()
    gc.collect()
    assert ring() is None


def test_what_somebody_froze_stays_frozen_behind_many_nouns() -> None:
    gc.freeze()
    frozen = gc.get_freeze_count()
    try:
        with many_nouns():
            pass
        assert gc.get_freeze_count() == frozen > 0
    finally:
        gc.unfreeze()
