"""What `mscevidence.stats` exports, and that importing it is cheap and pulls in nothing of the rest of the package."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import pytest

from mscevidence import stats


def test_every_exported_name_exists_and_none_is_hidden_by_a_module_of_the_same_name() -> None:
    assert sorted(stats.__all__) == sorted(dir(stats))
    for name in stats.__all__:
        value = getattr(stats, name)
        assert not isinstance(value, ModuleType), name
        assert value.__doc__, name


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'pool'"):
        _ = stats.pool


def test_importing_costs_nothing_until_a_name_is_used() -> None:
    lines = [
        "import sys, mscevidence.stats as s",
        "assert 'numpy' not in sys.modules",
        "s.random_effects([0.1, 0.2, 0.4], [0.1, 0.2, 0.1]); s.proportion_glmm([1, 2], [5, 6])",
        "foreign = {'scipy.stats', 'scipy.optimize', 'pandas', 'matplotlib', 'yaml', 'pydantic'} & set(sys.modules)",
        "ours = {m for m in sys.modules if m.startswith('mscevidence.') and 'stats' not in m} - {'mscevidence.errors'}",
        "assert not foreign and not ours, (foreign, ours)",
    ]
    subprocess.run([sys.executable, "-c", "\n".join(lines)], check=True)
