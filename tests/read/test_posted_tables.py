"""The collector of cycles rests while posted numbers are made, and only then."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from mscevidence.read.posted_tables import many_nouns


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
