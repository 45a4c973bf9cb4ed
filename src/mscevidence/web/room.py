"""The review room of a served project: who may write, what waits, and the study files that decisions go to."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import secrets
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from mscevidence import records, review
from mscevidence.documents import DocumentLibrary
from mscevidence.errors import DocumentError, MscevidenceError
from mscevidence.model import Candidate, Document, Study
from mscevidence.protocol import FILE_NAME, Protocol
from mscevidence.records import Records
from mscevidence.records.reading import study_files
from mscevidence.review.proposals import FOLDER, Proposals

if TYPE_CHECKING:
    from datasette.app import Datasette

PAGE = 40
"""Documents on a page of the queue."""
MAX_REMEMBERED = 500
"""Documents whose text and candidates are kept in memory."""

rooms: WeakKeyDictionary[Any, Room] = WeakKeyDictionary()
"""The room of each Datasette that has one; without a room nobody can write."""


@dataclasses.dataclass(frozen=True)
class Source:
    """The database that a server shows, and what removes the folder of the copy that it reads."""

    path: Path
    remove_copy: Callable[[], object]


sources: WeakKeyDictionary[Any, Source] = WeakKeyDictionary()
"""Where the database of each Datasette comes from."""


class Room:
    """The review room of one project.

    Args:
        project: the review whose study files are written.
        reviewers: initials of who may write.
        documents: yields the documents whose candidates wait for a decision; the captured ones unless told.
        rebuild: brings the database up to date with the files; it runs in the background after a write.
        today: returns the date of decisions.
    """

    def __init__(
        self,
        project: Protocol,
        reviewers: Iterable[str],
        *,
        documents: Callable[[], Iterable[Document]] | None = None,
        rebuild: Callable[[], object] | None = None,
        today: Callable[[], str] | None = None,
    ) -> None:
        self.project = project
        self.reviewers = tuple(dict.fromkeys(review.initials(each) for each in reviewers))
        self.library = DocumentLibrary(project.captured)
        self._proposals = Proposals(project.captured / FOLDER)
        self.today = today or (lambda: dt.datetime.now(tz=dt.UTC).date().isoformat())
        self._waiting_documents = documents or (lambda: self.library)
        self._tokens = {secrets.token_urlsafe(32): reviewer for reviewer in self.reviewers}
        self._remembered: dict[str, tuple[Document, tuple[Candidate, ...]]] = {}
        self._waiting: tuple[tuple[int, ...], tuple[Document, ...]] | None = None
        self._known: Records | None = None
        self._stamps: dict[Path, tuple[int, int]] = {}
        self._sittings: dict[str, review.Sitting] = {}
        self._lock = threading.RLock()
        self._reading = threading.Lock()
        self._refresher = Refresher(rebuild)

    def tokens(self) -> dict[str, str]:
        """Return the tokens that were not used yet: reviewer -> token. Each opens one session."""
        return {reviewer: token for token, reviewer in self._tokens.items()}

    def enter(self, token: str) -> str | None:
        """Return the reviewer that a token belongs to, once; None for a wrong or used one."""
        with self._lock:
            known = next((each for each in self._tokens if secrets.compare_digest(each.encode(), token.encode())), None)
            return self._tokens.pop(known) if known is not None else None

    def documents(self) -> tuple[Document, ...]:
        """Return the documents that are reviewed, in the order of the library; read again when something was added."""
        with self._lock:
            stamp = self._stamp_of_documents()
            if self._waiting is None or stamp != self._waiting[0]:
                self._waiting = stamp, tuple(self._waiting_documents())
            return self._waiting[1]

    def _stamp_of_documents(self) -> tuple[int, ...]:
        """Return what changes with a capture (a folder each), a search run, a screening judgement or the protocol."""
        project = self.project
        files = (project.captured, project.search_log, project.root / FILE_NAME, *sorted(project.screening.glob("*")))
        return tuple(path.stat().st_mtime_ns if path.exists() else 0 for path in files)

    def known(self) -> Records:
        """Return all study files; a file is read again when its size or time has changed.

        Raises:
            RecordError: a study file is wrong.
        """
        with self._lock:
            paths = study_files(self.project.extracted)
            stamps = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in paths}
            if self._known is None or stamps != self._stamps:
                self._known = self._read_anew(stamps)
                self._stamps = stamps
                self._sittings.clear()
            return self._known

    def _read_anew(self, stamps: dict[Path, tuple[int, int]]) -> Records:
        if self._known is None:
            return records.load_all(self.project.extracted)
        by_path = {path: self._known.study(name) for name, path in self._known.files.items()}
        for path, stamp in stamps.items():
            if self._stamps.get(path) != stamp:
                by_path[path] = records.load_study(path)
        studies = sorted((by_path[path] for path in stamps), key=lambda one: one.study)
        return Records(tuple(studies), {by_path[path].study: path for path in stamps})

    def document(self, sha256: str) -> tuple[Document, tuple[Candidate, ...]]:
        """Return a captured document and its checked candidates.

        Raises:
            DocumentError: it is not captured here.
        """
        if found := self._remembered.get(sha256):
            return found
        # Reading a long text takes its time: one at a time, while pages that need none of it are answered.
        with self._reading:
            if sha256 not in self._remembered:
                waiting = next((one for one in self.documents() if one.sha256 == sha256), None)
                document = waiting or self.library.get(sha256)
                found = document, self._proposals.of(document)
                while len(self._remembered) >= MAX_REMEMBERED:
                    self._remembered.pop(next(iter(self._remembered)))
                self._remembered[sha256] = found
            return self._remembered[sha256]

    def read_ahead(self) -> threading.Thread:
        """Read study files and waiting documents in the background, so that nobody waits for the first page."""

        def read() -> None:
            for number, document in enumerate(self.documents()[:MAX_REMEMBERED]):
                # What is wrong with a document or a study file is told on its page.
                with contextlib.suppress(MscevidenceError):
                    self.document(document.sha256)
                    if number < PAGE:
                        self.sitting(document.sha256)

        thread = threading.Thread(target=read, name="mscevidence-read-ahead", daemon=True)
        thread.start()
        return thread

    def sitting(
        self, sha256: str, *, second: str | None = None, condition: str | None = None, known: Records | None = None
    ) -> review.Sitting:
        """Return the sitting for a document; with `second`, the blind one of a second extractor.

        `known` are the study files when somebody has just looked at them, for a page with many documents.

        Raises:
            DocumentError: the document is not captured here.
            RecordError: a study file is wrong, or a new study has no condition.
        """
        document, candidates = self.document(sha256)
        known, folder = self.known() if known is None else known, self.project.extracted
        if second is not None or condition is not None:
            return review.sit_down(document, candidates, known, folder, condition=condition, second=second)
        found = self._sittings.get(sha256)
        if found is None:
            found = review.sit_down(document, candidates, known, folder)
            with self._lock:
                # What was found in files that have changed meanwhile must not outlive them.
                if self._known is known:
                    self._sittings[sha256] = found
        return found

    def documents_of(self, study: Study) -> tuple[Document, ...]:
        """Return the captured documents of the reports of a study; those that are not here are left out."""
        found = []
        for sha256 in dict.fromkeys(one for report in study.reports for one in report.documents):
            try:
                found.append(self.document(sha256)[0])
            except DocumentError:
                continue
        return tuple(found)

    def when_rebuilt(self, then: Callable[[], object]) -> None:
        """Do something each time the database was brought up to date."""
        self._refresher.then = then

    def changed(self) -> None:
        """Bring the database up to date in the background: something was written."""
        self._refresher.ask()

    def settle(self) -> None:
        """Wait until the database is up to date."""
        self._refresher.wait()

    @property
    def trouble(self) -> str:
        """Return why the database could not be brought up to date; empty when it could."""
        return self._refresher.trouble


class Refresher:
    """Runs a task in the background, one at a time; asked several times while it runs, it runs once more."""

    def __init__(self, task: Callable[[], object] | None) -> None:
        self._task = task
        self.then: Callable[[], object] = lambda: None
        self._wanted = False
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self.trouble = ""

    def ask(self) -> None:
        """Let the task run soon."""
        with self._lock:
            self._wanted = self._task is not None
            if self._wanted and self._thread is None:
                self._thread = threading.Thread(target=self._run, name="mscevidence-rebuild", daemon=True)
                self._thread.start()

    def wait(self) -> None:
        """Return when nothing runs."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._wanted or self._task is None:
                    self._thread = None
                    return
                self._wanted = False
            try:
                self._task()
                self.then()
                self.trouble = ""
            except Exception as error:  # noqa: BLE001 - told on the next page; the server must go on
                self.trouble = str(error)


def room_of(datasette: Datasette) -> Room | None:
    """Return the room of a server, or None when nobody can write to it."""
    return rooms.get(datasette)
