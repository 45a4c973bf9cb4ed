"""A small review with a review room for tests: the synthetic abstract, a hostile one, and one in Arabic and Hebrew."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

from datasette.app import Datasette

from mscevidence import check, extract, identify, protocol, read, records, store
from mscevidence.documents import DocumentLibrary
from mscevidence.model import Document
from mscevidence.web.room import Room
from mscevidence.web.server import application, reopen

ABSTRACT = Path(__file__).parents[1] / "examples" / "synthetic-abstract.txt"
STUDY = "nct00000000"
HOSTILE = """\
<script>window.hurt=1</script> Mesenchymal Cells "in" 'lupus' <img src=x onerror="window.hurt=2">

Methods: Cells were given to patients with systemic lupus erythematosus </div><script>window.hurt=3</script>.

Results: {{ 7*7 }} {% raise %} A response was achieved by 40.0% (4/10) "><svg onload=window.hurt=4> of the patients.
Infections occurred in 2 of 10 patients \U0001f9a0 and none died. '; DROP TABLE studies; --
"""
RIGHT_TO_LEFT = """\
خلايا جذعية in immune thrombocytopenia: \u202bעברית\u202c a synthetic example

Results: \U0001f489 النتائج A response was achieved by 50.0% (5/10) of the patients. نهاية
"""


def new_project(folder: Path, *, texts: tuple[str, ...] = ()) -> protocol.Protocol:
    """Return a review in a folder with captured documents and its database."""
    protocol.write_new(folder, title="Review of examples")
    project = protocol.load(folder / protocol.FILE_NAME)
    for number, text in enumerate(texts or (ABSTRACT.read_text(encoding="utf-8"),)):
        path = folder / f"text-{number}.txt"
        path.write_text(text, encoding="utf-8")
        capture(project, path)
    rebuild(project)
    return project


def capture(project: protocol.Protocol, path: Path) -> Document:
    document = read.read(path.read_bytes(), name=path.name)
    DocumentLibrary(project.captured).capture(path, lambda *_: iter((document,)), name=path.name)
    return document


def rebuild(project: protocol.Protocol) -> None:
    studies = records.load_all(project.extracted).studies
    documents = tuple(DocumentLibrary(project.captured))
    candidates = [one for each in documents for one in check.check_candidates(extract.extract(each), each)]
    families = identify.link(studies).families
    store.build(project.database, studies=studies, documents=documents, candidates=candidates, families=families)


def new_room(project: protocol.Protocol, *reviewers: str) -> Room:
    return Room(project, reviewers or ("fe", "gh"), rebuild=lambda: rebuild(project), today=lambda: "2030-12-31")


def served(project: protocol.Protocol, room: Room | None) -> Datasette:
    datasette = application(project.database, title=project.title, room=room)
    if room is not None:
        room.when_rebuilt(lambda: reopen(datasette, project.database.stem))
    return datasette


class Visitor:
    """Somebody with a browser that keeps cookies and sends the CSRF token of a page with its forms."""

    def __init__(self, datasette: Datasette, token: str = "") -> None:
        self.datasette = datasette
        self.cookies: dict[str, str] = {}
        if token:
            assert self.get(f"/-/review/enter?token={token}").status_code == 303

    def get(self, path: str) -> Any:
        return self._asked("get", path)

    def post(self, path: str, form: dict[str, Any], *, headers: dict[str, str] | None = None) -> Any:
        return self._asked("post", path, data=form, headers=headers or {})

    def _asked(self, method: str, path: str, **more: Any) -> Any:
        ask = getattr(self.datasette.client, method)
        answer = asyncio.run(ask(path, cookies=self.cookies, follow_redirects=False, **more))
        for line in answer.headers.get_list("set-cookie"):
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0].strip('"')
        return answer

    def send(self, page: str, form: dict[str, Any], *, to: str = "") -> Any:
        """Fill in a form of a page: its token and version go along unless the form has its own."""
        text = self.get(page).text
        hidden = {name: hidden_value(text, name) for name in ("csrftoken", "version")}
        return self.post(to or page, {**hidden, **form})


def hidden_value(text: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    return found.group(1) if found else ""
