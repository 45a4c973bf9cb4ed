"""Cold start of commands: a new process each time, minimum, median and maximum of several runs in seconds.

Run it in a review: ``python benchmarks/startup.py [RUNS]``.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

COMMANDS = (
    ("--help",),
    ("terms", "condition"),
    ("pool", "response", "--condition", "immune-thrombocytopenia"),
    ("pool", "response", "--by", "condition", "--json"),
    ("check",),
)


def seconds(words: tuple[str, ...]) -> float:
    """Return how long one run takes, from start to end of the process."""
    start = time.perf_counter()
    program = Path(sys.executable).parent / "mscevidence"
    subprocess.run([str(program), *words], capture_output=True, check=False)
    return time.perf_counter() - start


def main() -> None:
    """Print one line per command."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print(f"{'command':<60} {'min':>6} {'median':>6} {'max':>6}")
    for words in COMMANDS:
        taken = sorted(seconds(words) for _ in range(runs))
        print(f"{' '.join(words):<60} {taken[0]:6.2f} {statistics.median(taken):6.2f} {taken[-1]:6.2f}")


if __name__ == "__main__":
    main()
