"""Begin to count and to draw quickly: numpy and matplotlib imported without what no command uses.

Together these two spare a command as much time as a forest plot takes to be drawn. A notebook, which imports
`mscevidence.publish` itself, gets both libraries whole.
"""

from __future__ import annotations

import importlib.util
import sys

LATER = ("numpy.ctypeslib", "numpy.f2py", "numpy.random", "numpy.testing")
"""Parts of numpy that scipy touches while it is imported, the compiler of Fortran among them, and does not use."""


def import_numpy() -> None:
    """Import numpy, its lesser parts so that each is read from disk when something in it is first used.

    This is the lazy import of the standard library, see `importlib.util.LazyLoader`. It comes before threads are begun.
    """
    for name in LATER:
        package, _, part = name.rpartition(".")
        found = None if name in sys.modules else importlib.util.find_spec(name)
        if found is not None and found.loader is not None:
            found.loader = importlib.util.LazyLoader(found.loader)
            module = importlib.util.module_from_spec(found)
            found.loader.exec_module(module)
            sys.modules[name] = module
            setattr(sys.modules[package], part, module)


def import_matplotlib() -> None:
    """Import matplotlib, its classes without the tables in their documentation.

    While it is imported, it writes a table of all properties into the documentation of each of its classes, which takes
    as long as drawing a forest plot. A command ends before anybody could read it.
    """
    from matplotlib import artist

    written = artist.kwdoc
    artist.kwdoc = _no_table  # type: ignore[assignment]  # put back below
    try:
        import matplotlib.figure  # noqa: F401 -- imported for what comes with it
    finally:
        artist.kwdoc = written


def _no_table(_: object) -> str:
    return ""
