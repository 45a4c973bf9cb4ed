from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import golden_evidence as golden
import pytest

from mscevidence.errors import StoreError
from mscevidence.store import build, files, run_sql


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A database of ours that a second build would replace."""
    path = tmp_path / "evidence.db"
    build(path, studies=golden.STUDIES[:1])
    return path


def refused(path: Path, words: str) -> StoreError:
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(StoreError, match=words) as caught:
        build(path, studies=golden.STUDIES)
    assert caught.value.hint
    assert (path.read_bytes() if path.is_file() else None) == before
    assert [other.name for other in path.parent.iterdir() if "building" in other.name] == []
    return caught.value


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is a folder") as caught:
        build(tmp_path, studies=())
    assert "evidence.db" in caught.value.hint


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no folder"):
        build(tmp_path / "nowhere" / "evidence.db", studies=())


def test_a_text_file_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "evidence.db"
    path.write_text("my thesis")
    refused(path, "not a SQLite database")


def test_a_database_of_another_program_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "evidence.db"
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("CREATE TABLE mine (x)")
    refused(path, "not an evidence database")


def test_an_empty_file_is_filled(tmp_path: Path) -> None:
    path = tmp_path / "evidence.db"
    path.touch()
    build(path, studies=())
    assert path.stat().st_size > 0


def test_a_read_only_file_is_refused_and_kept(target: Path) -> None:
    target.chmod(0o444)
    refused(target, "read-only")


def test_a_place_where_nothing_can_be_written_is_an_error() -> None:
    if not Path("/proc").is_dir():
        pytest.skip("needs a folder that nobody can write to")
    with pytest.raises(StoreError, match=r"cannot write evidence\.db"):
        build(Path("/proc/evidence.db"), studies=())


def test_a_database_that_somebody_writes_to_is_refused_and_kept(target: Path) -> None:
    with closing(sqlite3.connect(target, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        refused(target, "locked")


@pytest.mark.parametrize("suffix", ["-wal"])
def test_a_file_that_would_be_replayed_into_the_new_database_stops_the_build(target: Path, suffix: str) -> None:
    with closing(sqlite3.connect(target, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("DELETE FROM build_info")
        assert target.with_name(target.name + suffix).exists()
        refused(target, "being written to")


def test_a_reader_keeps_the_old_file_and_a_new_reader_sees_the_new_one(target: Path) -> None:
    with closing(sqlite3.connect(f"{target.as_uri()}?mode=ro", uri=True)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM studies").fetchone()[0] == 1
        build(target, studies=golden.STUDIES)
        assert reader.execute("SELECT count(*) FROM studies").fetchone()[0] == 1
        assert reader.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert run_sql(target, "SELECT count(*) FROM studies").rows == ((3,),)


def test_a_link_stays_a_link_and_permissions_stay(tmp_path: Path, target: Path) -> None:
    target.chmod(0o640)
    link = tmp_path / "link.db"
    link.symlink_to(target)
    build(link, studies=golden.STUDIES)
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert run_sql(target, "SELECT count(*) FROM studies").rows == ((3,),)


class Interruption(BaseException):
    """Stands for a kill: nothing catches it."""


@pytest.mark.parametrize("moment", ["_to_disk", "os.replace", "shutil.copymode"])
def test_a_kill_at_any_moment_leaves_the_old_file(target: Path, moment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = target.read_bytes()

    def die(*_: object) -> None:
        raise Interruption

    owner, _, name = moment.rpartition(".")
    monkeypatch.setattr({"": files, "os": os, "shutil": shutil}[owner], name, die)
    with pytest.raises(Interruption):
        build(target, studies=golden.STUDIES)
    monkeypatch.undo()
    assert target.read_bytes() == before
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_what_a_killed_build_left_behind_does_not_matter(target: Path) -> None:
    leftover = target.with_name(f".{target.name}.{files.TEMPORARY}-{os.getpid()}")
    leftover.write_text("half a database")
    build(target, studies=golden.STUDIES)
    assert not leftover.exists()


def test_a_full_disk_leaves_the_old_file(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "_to_disk", full)
    assert "free some space" in refused(target, "No space left").hint


SCRIPT = """
import resource, signal, sys
from pathlib import Path
from mscevidence.errors import StoreError
from mscevidence.store import build
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    build(Path(sys.argv[1]), studies=())
except StoreError as error:
    print(error)
"""


def test_a_file_that_may_not_grow_leaves_the_old_one(target: Path) -> None:
    before = target.read_bytes()
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(target)], capture_output=True, text=True, check=True)
    assert "cannot write evidence.db" in done.stdout
    assert target.read_bytes() == before
    assert [path.name for path in target.parent.iterdir()] == [target.name]


KILLED = """
import os, sys
from pathlib import Path
from mscevidence.store import build, files
files._to_disk = lambda path: os.kill(os.getpid(), 9)
build(Path(sys.argv[1]), studies=())
"""


def test_a_real_kill_leaves_a_database_that_works_and_the_next_build_succeeds(target: Path) -> None:
    before = target.read_bytes()
    done = subprocess.run([sys.executable, "-c", KILLED, str(target)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert target.read_bytes() == before
    (leftover,) = target.parent.glob(".*building*")
    build(target, studies=golden.STUDIES)
    assert run_sql(target, "SELECT count(*) FROM studies").rows == ((3,),)
    assert leftover.exists(), "it could belong to another build that is at work"
    os.utime(leftover, (0, 0))
    build(target, studies=golden.STUDIES)
    assert [path.name for path in target.parent.iterdir()] == [target.name]
