"""The README is true: its commands are run in a copy of the review and their output is compared."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COPIED = ("mscevidence.toml", "extracted", "examples")


def commands_of(text: str) -> list[tuple[str, str]]:
    """Return (command, shown output) of the console blocks in order."""
    shown: list[tuple[str, str]] = []
    for block in re.findall(r"```console\n(.*?)```", text, flags=re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            shown.append((command, output.rstrip()))
    return shown


def run(command: str, folder: Path) -> str:
    """Return what a command prints, talk and data as a terminal shows them."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    environment.pop("COLUMNS", None)
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    return "\n".join(line.rstrip() for line in (done.stdout + done.stderr).splitlines()).rstrip()


@pytest.fixture(scope="module")
def review_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("readme")
    for name in COPIED:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    return folder


def test_the_readme_shows_commands() -> None:
    assert len(commands_of(README)) >= 10


def test_every_command_prints_what_is_shown(review_copy: Path) -> None:
    # In order and in one folder: later commands build on earlier ones.
    for command, shown in commands_of(README):
        assert run(command, review_copy) == shown, command


def test_set_up_is_two_commands_of_one_line() -> None:
    lines = [line for block in re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL) for line in block.splitlines()]
    assert len(lines) == 2
    assert lines[0].endswith("mscevidence reproduce")
    assert lines[1].endswith(".venv/bin/pytest -n auto")
