"""Launcher for a checkout: ``python cli.py ...`` is ``mscevidence ...``."""

from mscevidence.commands import main

if __name__ == "__main__":
    main()
