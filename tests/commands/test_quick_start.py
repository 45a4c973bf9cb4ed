"""Libraries imported quickly are the same libraries all the same."""

from __future__ import annotations

import subprocess
import sys

import pytest

MATPLOTLIB = """
from mscevidence.commands.quick_start import import_matplotlib
import_matplotlib()
import sys
from matplotlib import artist, lines
assert "matplotlib.figure" in sys.modules
assert "agg_filter" not in lines.Line2D.set.__doc__, "the tables were written"
assert "agg_filter" in artist.kwdoc(lines.Line2D), "the writer of tables is not back"
"""

NUMPY = """
from mscevidence.commands.quick_start import LATER, import_numpy
import_numpy()
import_numpy()
import sys
import numpy
import scipy.special
assert "numpy.f2py.crackfortran" not in sys.modules, "a part that nobody asked for was read"
assert numpy.random.default_rng(1).integers(10, size=3).tolist() == [4, 5, 7]
from numpy.testing import assert_allclose
assert_allclose(scipy.special.betaincinv(3, 4, 0.5), 0.4214, atol=1e-4)
assert numpy.f2py.get_include() and numpy.ctypeslib.ndpointer
assert "numpy.f2py.crackfortran" in sys.modules
"""


@pytest.mark.parametrize("code", [MATPLOTLIB, NUMPY])
def test_what_is_left_out_comes_when_it_is_asked_for(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
