from __future__ import annotations

from pathlib import Path

import golden_evidence
import pytest

from mscevidence.store.writing import build_contents


@pytest.fixture(scope="session")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the golden evidence; nobody may write to it."""
    path = tmp_path_factory.mktemp("store") / "evidence.db"
    build_contents(path, golden_evidence.CONTENTS)
    return path
