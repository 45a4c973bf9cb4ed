"""``python -m mscevidence``: the command line."""

from mscevidence.commands import main

if __name__ == "__main__":
    main()
