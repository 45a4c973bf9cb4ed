"""Cold start of commands: a new process each time; seconds by the clock, and least seconds of processor time.

Other work on the machine disturbs the processor time less. Run it in a review: ``python benchmarks/startup.py [RUNS]``.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DRAWN = "drawn.svg"

COMMANDS = (
    ("--help",),
    ("terms", "condition"),
    ("pool", "response", "--condition", "immune-thrombocytopenia"),
    ("pool", "response", "--by", "condition", "--json"),
    ("forest", "sae", "-o", DRAWN),
    ("forest", "response", "--by", "condition", "-o", DRAWN),
    ("check",),
)


def seconds(words: tuple[str, ...], folder: str) -> tuple[float, float]:
    """Return how long one run takes, from start to end of the process, and how long processors were busy with it."""
    program = Path(sys.executable).parent / "mscevidence"
    named = [word if word != DRAWN else str(Path(folder) / DRAWN) for word in words]
    start, busy = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([str(program), *named], capture_output=True, check=False)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - busy.ru_utime - busy.ru_stime


def main() -> None:
    """Print one line per command."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print(f"{'command':<60} {'min':>6} {'median':>6} {'max':>6} {'busy':>6}")
    with tempfile.TemporaryDirectory() as folder:
        for words in COMMANDS:
            taken = [seconds(words, folder) for _ in range(runs)]
            walls, busy = sorted(wall for wall, _ in taken), min(cpu for _, cpu in taken)
            times = f"{walls[0]:6.2f} {statistics.median(walls):6.2f} {walls[-1]:6.2f} {busy:6.2f}"
            print(f"{' '.join(words):<60} {times}")


if __name__ == "__main__":
    main()
