"""The text of a document in stretches: every place of a candidate is marked, and the text stays whole."""

from __future__ import annotations

from mscevidence.extract import extract
from mscevidence.read import read
from mscevidence.review import queue
from mscevidence.web.marked_text import Stretch, stretches

TEXT = (
    "Methods: Twenty patients with ITP were treated with MSCs.\n"
    "Results: Fever occurred in 3/20 patients. Chills were seen in 2/20.\n"
    "Conclusion: Fever was seen in 3 of 20 patients."
)


def marked() -> list[Stretch]:
    document = read(TEXT.encode())
    found = stretches(document.text, queue(document, extract(document), None))
    assert "".join(one.text for one in found) == document.text
    return found


def test_both_places_of_a_candidate_are_marked_as_its_own() -> None:
    places = {one.text: one for one in marked() if one.candidate is not None}
    first, again = places["3/20"], places["3 of 20 patients"]
    assert first.candidate == again.candidate != places["2/20"].candidate
    assert (first.begins, first.again) == (True, False)
    assert (again.begins, again.again) == (False, True)
    assert (first.tag, again.tag) == ("result · all · ?", "result · all · said again · ?")


def test_a_candidate_begins_only_once() -> None:
    begun = [one.candidate for one in marked() if one.begins]
    assert len(begun) == len(set(begun)) == len({one.candidate for one in marked()} - {None})
