"""Statistics against R on this machine in this run: time per call in one process, ratio and aim; imports and memory.

Run it with ``python benchmarks/stats.py [--without-r]``. R is timed inside one process, after a first call, so that
its start does not count; where Rscript or a package is absent the table says so. Debian: r-cran-metafor, r-cran-lme4.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from mscevidence import stats
from mscevidence.stats.inputs import FloatArray

Timing = tuple[float, float] | str
"""Fastest and median seconds of a call, or why there are none."""


@dataclass(frozen=True)
class Task:
    """One row: what is timed here and in R, how often, and how many times faster it is to be."""

    name: str
    ours: Callable[[], object]
    repeats: int
    r_code: str
    r_package: str
    r_repeats: int
    aim: float | None = None
    r_share: float = 1.0
    """How much of the work R does; its time is divided by it."""


@dataclass(frozen=True)
class Samples:
    """The same made-up studies for both sides."""

    sizes: dict[int, tuple[FloatArray, FloatArray]]
    batch: tuple[FloatArray, FloatArray]
    counts: tuple[FloatArray, FloatArray]
    controls: tuple[FloatArray, FloatArray]
    network: tuple[list[str], list[str], list[str], FloatArray, FloatArray]
    nested: tuple[FloatArray, FloatArray, list[str]]
    doses: tuple[list[str], FloatArray, FloatArray, FloatArray]


def samples(seed: int = 20) -> Samples:
    random = np.random.default_rng(seed)

    def studies(*shape: int) -> tuple[FloatArray, FloatArray]:
        v = random.uniform(0.05, 0.5, shape)
        return random.normal(0.3, np.sqrt(v + 0.2)), v

    n = random.integers(5, 40, 20).astype(np.float64)
    events = random.binomial(n.astype(int), 1 / (1 + np.exp(-random.normal(0.3, 0.7, 20)))).astype(np.float64)
    names = [f"t{number}" for number in range(8)]
    pairs = [(a, b) for a in range(8) for b in range(a + 1, 8)] * 2
    true = random.normal(0, 0.5, 8)
    se = random.uniform(0.15, 0.5, len(pairs))
    effect = np.array([true[a] - true[b] for a, b in pairs]) + random.normal(0, np.sqrt(se**2 + 0.05))
    network = ([f"s{i}" for i in range(len(pairs))], [names[a] for a, _ in pairs], [names[b] for _, b in pairs])
    sizes, batch = {k: studies(k) for k in (10, 13, 20, 50, 100, 1000)}, studies(1000, 10)
    other = random.integers(5, 40, 20).astype(np.float64)
    controls = (random.binomial(other.astype(int), 0.4).astype(np.float64), other)
    ten, eight = np.repeat(np.arange(10), [1, 1, 2, 2, 2, 3, 3, 4, 5, 7]), np.repeat(np.arange(8), 3)
    y, v = studies(1000, 30)
    y += random.normal(0, 0.4, (1000, 10))[:, ten]
    dose, treated = np.tile([1.0, 2.0, 4.0], 8), random.integers(5, 25, (1000, 24)).astype(np.float64)
    logit = 0.6 * np.log(dose) - 1 + random.normal(0, 0.7, (1000, 8))[:, eight]
    responses = random.binomial(treated.astype(int), 1 / (1 + np.exp(-logit))).astype(np.float64)
    doses = ([f"s{i}" for i in eight], dose, responses, treated)
    return Samples(sizes, batch, (events, n), controls, (*network, effect, se), (y, v, [f"s{i}" for i in ten]), doses)


def gosh(y: FloatArray, v: FloatArray, estimator: str) -> FloatArray:
    """Return the estimates of all subsets, chunk by chunk."""
    masks = stats.all_subsets(y.size)
    return np.concatenate([stats.random_effects(y, v, mask=mask, estimator=estimator).mu for mask in masks])


def tasks(data: Samples) -> list[Task]:
    """Return the rows of the table."""

    def pool(k: int) -> Callable[[], object]:
        return partial(stats.random_effects, *data.sizes[k])

    def without(k: int) -> object:
        return stats.random_effects(*data.sizes[k], mask=stats.leave_one_out_mask(k))

    out, pairs = stats.leave_one_out_mask(20), stats.leave_one_out_mask(len(data.network[0]))
    tables: dict[str, Any] = dict(zip(("events1", "n1", "events2", "n2"), (*data.counts, *data.controls), strict=True))
    diseases = [f"disease {i % 5}" for i in range(20)]
    arms = "for (i in 1:20) attempt(rma.glmm(measure='OR', ai=xi[-i], n1i=ni[-i], ci=ci[-i], n2i=n2i[-i]))"
    nets = "for (s in study) netmeta(te, sete, t1, t2, study, method.tau='REML', subset=study != s)"
    levels = "for (i in 1:20) attempt(rma.mv(ym[i, ], vm[i, ], random=~ 1 | cluster/effect, test='t'))"
    slopes = "for (i in 1:20) attempt(glmer(cbind(xd[i, ], nd[i, ] - xd[i, ]) ~ log(dose) + (1 | cohort), "
    slopes += "family=binomial, nAGQ=15))"
    every = "for (i in 1:1000) attempt(rma(yb[i, ], vb[i, ], test='knha'))"
    bayes = "bayesmeta(y20, sqrt(v20), tau.prior=function(t) dhalfnormal(t, scale=0.5))"
    net = "netmeta(te, sete, t1, t2, study, method.tau='REML')"
    return [
        Task("REML, k = 10", pool(10), 300, "rma(y10, v10, test='knha')", "metafor", 50, 20),
        Task("REML, k = 100", pool(100), 200, "rma(y100, v100, test='knha')", "metafor", 20),
        Task("REML, k = 1000", pool(1000), 50, "rma(y1000, v1000, test='knha')", "metafor", 3, 500),
        Task(
            "one-group GLMM, k = 20", partial(stats.proportion_glmm, *data.counts), 100,
            "rma.glmm(measure='PLO', xi=xi, ni=ni, test='t')", "metafor", 15, 20,
        ),
        Task("leave one out, k = 50", partial(without, 50), 50, "leave1out(rma(y50, v50))", "metafor", 5, 300),
        Task(
            "GOSH of 8,191 subsets, DL", partial(gosh, *data.sizes[13], "DL"), 5,
            "gosh(rma(y13, v13, method='DL'), progbar=FALSE)", "metafor", 3, 5,
        ),
        Task(
            "GOSH of 8,191 subsets, REML", partial(gosh, *data.sizes[13], "REML"), 5,
            "gosh(rma(y13, v13), progbar=FALSE)", "metafor", 1, 300,
        ),
        Task("1,000 REML fits, k = 10", partial(stats.random_effects, *data.batch), 10, every, "metafor", 2, 300),
        Task("Bayesian, k = 20", partial(stats.bayesian_pooling, *data.sizes[20]), 20, bayes, "bayesmeta", 3, 300),
        Task("network, 8 treatments", partial(stats.network_meta_analysis, *data.network), 20, net, "netmeta", 5),
        Task(
            "network without each of 56", partial(stats.network_meta_analysis, *data.network, mask=pairs), 10, nets,
            "netmeta", 1,
        ),
        Task(
            "odds-ratio GLMM without each of 20", partial(stats.count_glmm, "OR", mask=out, **tables), 10, arms,
            "metafor", 1,
        ),
        Task(
            "binomial-normal without each of 20", partial(stats.binomial_normal, *data.counts, mask=out), 3, "", "", 0
        ),
        Task(
            "borrowing without each of 20", partial(stats.borrow, *data.counts, diseases, mask=out), 3, "", "", 0
        ),
        Task(
            "1,000 multilevel fits, k = 30", partial(stats.multilevel, *data.nested), 5, levels, "metafor", 2,
            r_share=0.02,
        ),
        Task(
            "1,000 dose-response fits, 24 arms", partial(stats.dose_response, *data.doses), 3, slopes, "lme4", 2,
            r_share=0.02,
        ),
    ]  # fmt: skip


def r_vector(values: FloatArray | list[str]) -> str:
    cells = [f"'{value}'" if isinstance(value, str) else repr(float(value)) for value in values]
    return f"c({', '.join(cells)})"


def r_program(data: Samples, rows: list[Task]) -> str:
    """Return the R program that times the tasks and prints number, fastest and median seconds."""
    columns: dict[str, FloatArray | list[str]] = {"xi": data.counts[0], "ni": data.counts[1]}
    columns |= {"ci": data.controls[0], "n2i": data.controls[1]}
    for k, (y, v) in data.sizes.items():
        columns |= {f"y{k}": y, f"v{k}": v}
    columns |= dict(zip(("study", "t1", "t2", "te", "sete"), data.network, strict=True))
    columns |= {"cluster": data.nested[2], "effect": np.arange(30.0), "cohort": data.doses[0], "dose": data.doses[1]}
    lines = [f"{name} <- {r_vector(values)}" for name, values in columns.items()]
    matrices = (*data.batch, *(part[:20] for part in (*data.nested[:2], *data.doses[2:])))
    for name, matrix in zip(("yb", "vb", "ym", "vm", "xd", "nd"), matrices, strict=True):
        lines.append(f"{name} <- matrix({r_vector(matrix.ravel())}, nrow={matrix.shape[0]}, byrow=TRUE)")
    lines += [
        "options(warn=-1)",
        # A fit that R cannot do must not pass for a fast one: failures are counted, many of them are no timing.
        "tried <- 0; failed <- 0",
        "attempt <- function(fit) { tried <<- tried + 1; kept <- try(fit, silent=TRUE)",
        "  if (inherits(kept, 'try-error')) failed <<- failed + 1 }",
        "timed <- function(number, package, repeats, work) {",
        "  if (!suppressMessages(require(package, character.only=TRUE, quietly=TRUE))) {",
        "    cat(sprintf('%d\\tno R package %s\\n', number, package)); return(invisible()) }",
        "  tried <<- 0; failed <<- 0",
        "  if (repeats > 1) work()",
        "  taken <- sapply(1:repeats, function(i) { a <- Sys.time(); work();",
        "    as.numeric(difftime(Sys.time(), a, units='secs')) })",
        "  if (failed > tried / 10) cat(sprintf('%d\\t%d of %d fits failed in R\\n', number, failed, tried))",
        "  else cat(sprintf('%d\\t%.9f\\t%.9f\\n', number, min(taken), median(taken))) }",
    ]
    for number, task in enumerate(rows):
        if not task.r_package:
            lines.append(f"cat('{number}\\tno such model in R\\n')")
            continue
        lines.append(f"timed({number}, '{task.r_package}', {task.r_repeats}, function() {task.r_code})")
    return "\n".join(lines)


def r_timings(data: Samples, rows: list[Task]) -> list[Timing]:
    """Return R's time for each task, or why there is none."""
    if shutil.which("Rscript") is None or "--without-r" in sys.argv:
        return ["Rscript is not installed" if shutil.which("Rscript") is None else "not asked for"] * len(rows)
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "timings.R"
        program.write_text(r_program(data, rows), encoding="utf-8")
        done = subprocess.run(["Rscript", "--vanilla", program], capture_output=True, text=True, check=False)
    found: list[Timing] = [f"R failed: {done.stderr.strip()[-80:]}"] * len(rows)
    for line in done.stdout.splitlines():
        number, *rest = line.split("\t")
        if number.isdigit() and rest:
            share = rows[int(number)].r_share
            found[int(number)] = (float(rest[0]) / share, float(rest[1]) / share) if len(rest) == 2 else rest[0]
    return found


def timing(work: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Return the fastest and the median seconds of a call, after a first one that does not count."""
    work()
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken), statistics.median(taken)


def shown(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1000 * seconds:.3g} ms"


def new_process(code: str) -> str:
    """Return what a fresh Python prints."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


IMPORTING = (
    "import time; start = time.perf_counter(); import mscevidence.stats as stats; {use}; "
    "print(time.perf_counter() - start)"
)
GOSH_MEMORY = """
import resource, numpy as np
from mscevidence import stats
random = np.random.default_rng(1)
y, v = random.normal(0.3, 0.6, 20), random.uniform(0.05, 0.5, 20)
stats.random_effects(y, v, estimator="{estimator}")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
mu = np.concatenate([stats.random_effects(y, v, mask=m, estimator="{estimator}").mu for m in stats.all_subsets(20)])
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(mu.size, f"{{after / 1024:.0f}} MB at most, {{(after - before) / 1024:.0f}} MB of it for the subsets")
"""


def main() -> None:
    """Print the table."""
    data = samples()
    rows = tasks(data)
    print(f"{'median of a call':<34} {'ours':>10} {'R':>10} {'ratio':>8} {'aim':>6}   fastest: ours, R")
    for task, theirs in zip(rows, r_timings(data, rows), strict=True):
        best, middle = timing(task.ours, task.repeats)
        aim = "" if task.aim is None else f"{task.aim:.0f}"
        if isinstance(theirs, str):
            print(f"{task.name:<34} {shown(middle):>10} {'-':>10} {'-':>8} {aim:>6}   {shown(best)}; {theirs}")
            continue
        ratio = theirs[1] / middle
        last = f"{shown(best)}, {shown(theirs[0])}"
        print(f"{task.name:<34} {shown(middle):>10} {shown(theirs[1]):>10} {ratio:8.0f} {aim:>6}   {last}")
    for label, use in (("import", "0"), ("import and one analysis", "stats.random_effects([0.1, 0.3], [0.1, 0.2])")):
        taken = [float(new_process(IMPORTING.format(use=use))) for _ in range(5)]
        print(f"{label:<34} {shown(statistics.median(taken)):>10} {'aim':>10} {'0.6 s':>8}")
    for estimator in ("DL", "REML"):
        print(f"GOSH of 1,048,575, {estimator:<15} {new_process(GOSH_MEMORY.format(estimator=estimator))}")


if __name__ == "__main__":
    main()
