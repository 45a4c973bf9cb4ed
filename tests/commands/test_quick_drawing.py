"""Matplotlib imported quickly is matplotlib all the same."""

from __future__ import annotations

import subprocess
import sys

CODE = """
from mscevidence.commands.quick_drawing import import_matplotlib
import_matplotlib()
import sys
from matplotlib import artist, lines
assert "matplotlib.figure" in sys.modules
assert "agg_filter" not in lines.Line2D.set.__doc__, "the tables were written"
assert "agg_filter" in artist.kwdoc(lines.Line2D), "the writer of tables is not back"
"""


def test_tables_of_properties_are_left_out_once_and_can_be_written_again() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
