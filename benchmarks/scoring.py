"""How quickly and in how much memory the scoring engine fits, beside R's lme4 where R is present.

    python -m benchmarks.scoring [--quick] [--blas LIBRARY ...]

Every job runs in a process of its own; memory is what its peak adds to what the process held before. Short
jobs are repeated and the best time counts. With R and lme4 installed the mixed model is compared with them:
time, variances, and the applications that would be selected. How much faster is the smaller of two shares, of
time passed and of processor time, because on a busy machine the one flatters and on an idle one the other.

The large call takes lme4 twelve minutes of processor time with OpenBLAS and hours with the reference library
that plain R comes with; `--quick` leaves it out, `--blas` gives R another library (and what that one needs)
for this run, for example

    --blas /usr/lib/x86_64-linux-gnu/openblas-pthread/libblas.so.3

Exit status 1 when a bar is missed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from panel.scoring.design import Design, Floats
from panel.scoring.models.least_squares import least_squares
from panel.scoring.models.mixed import Mixed, mixed
from panel.scoring.uncertainty.chances import Contest, chances

SEED = 20_260_901
TIMES_FASTER = 150.0
CLOSE = 2e-4
TOP = 10_000
DRAWS = 1000


class Size(NamedTuple):
    """A call: applications, experts, experts for each application."""

    n: int
    m: int
    each: int

    def __str__(self) -> str:
        return f"{self.n:,} x {self.each} of {self.m:,}"


SMALL, MIDDLE, LARGE = Size(40, 7, 7), Size(2_000, 300, 4), Size(100_000, 10_000, 4)


@dataclass(frozen=True)
class Job:
    """What is run, on which size, how often, and its bars in seconds and megabytes."""

    name: str
    size: Size
    work: Callable[[Design], object]
    repeat: int
    seconds: float
    megabytes: float = float("inf")


def call(size: Size) -> Design:
    """Whole scores of 0 to 100 under random assignment; every object is new, so that nothing is kept."""
    rng = np.random.default_rng(SEED)
    n, m, each = size
    expert = rng.random((n, m)).argsort(axis=1)[:, :each] if n * m < 10**6 else _drawn(rng, size)
    j = np.sort(expert, axis=1).ravel().astype(np.intp)
    i = np.repeat(np.arange(n), each)
    y = 62 + rng.normal(0, 8, n)[i] + rng.normal(0, 6, m)[j] + rng.normal(0, 8, i.size)
    names = tuple(f"A{k:06}" for k in range(n)), tuple(f"E{k:05}" for k in range(m))
    return Design(*names, i, j, np.clip(np.round(y), 0, 100))


def _drawn(rng: np.random.Generator, size: Size) -> np.ndarray:
    """Distinct experts for each application: those drawn twice are drawn again."""
    expert = rng.integers(size.m, size=(size.n, size.each))
    while True:
        again = (np.diff(np.sort(expert, axis=1), axis=1) == 0).any(axis=1)
        if not again.any():
            return expert
        expert[again] = rng.integers(size.m, size=(int(again.sum()), size.each))


def draw_places(design: Design) -> object:
    """Fit and draw; the fit is a second of it."""
    fit = mixed(design)
    assert fit is not None
    return chances([Contest("all", design.applications, fit.posterior, TOP)], draws=DRAWS)


JOBS = (
    Job("least squares", LARGE, least_squares, 5, 0.050),
    Job("mixed model", SMALL, mixed, 20, 0.005),
    Job("mixed model", MIDDLE, mixed, 20, 0.030),
    Job("mixed model", LARGE, mixed, 3, 2.0, 300),
    Job(f"{DRAWS:,} joint draws, ranked", LARGE, draw_places, 1, 10.0, 500),
)


class Measured(NamedTuple):
    """Best seconds, fewest seconds of processors, and megabytes added at the peak."""

    seconds: float
    processor: float
    megabytes: float


def measure(job: int, answer: object) -> None:
    """In a process of its own: run one job and send what it took."""
    one = JOBS[job]
    one.work(call(SMALL))  # loads what is loaded once
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    best = processor = float("inf")
    for _ in range(one.repeat):
        design = call(one.size)
        began, worked = time.perf_counter(), time.process_time()
        one.work(design)
        best = min(best, time.perf_counter() - began)
        processor = min(processor, time.process_time() - worked)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer.send(Measured(best, processor, (peak - before) / 1024))  # type: ignore[attr-defined]


def apart(job: int) -> Measured:
    """Measure in a new process."""
    here, there = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=measure, args=(job, there))
    process.start()
    there.close()
    try:
        found: Measured = here.recv()
    finally:
        process.join()
    return found


# --- lme4 ---------------------------------------------------------------------------------------------------

R_SCRIPT = """
suppressMessages(library(lme4)); given <- commandArgs(TRUE); d <- read.csv(given[1])
d$item <- factor(d$item); d$expert <- factor(d$expert)
took <- system.time(m <- lmer(score ~ 1 + (1 | item) + (1 | expert), d, REML = TRUE,
                              control = lmerControl(optimizer = "nloptwrap", calc.derivs = FALSE)))
v <- as.data.frame(VarCorr(m)); v <- setNames(v$vcov, v$grp)
worked <- took[["user.self"]] + took[["sys.self"]]
numbers <- c(took[["elapsed"]], worked, v["item"], v["expert"], v["Residual"])
writeLines(format(numbers, digits = 15), given[2])
r <- ranef(m, condVar = FALSE)$item
write.csv(data.frame(item = rownames(r), blup = r[, 1]), given[3], row.names = FALSE)
"""


class Lme4(NamedTuple):
    """What R said: seconds of the fit, and of processors; three variances; predictions of applications."""

    seconds: float
    processor: float
    variances: Floats
    item: Floats


def has_lme4() -> bool:
    """Whether R and its package are there."""
    rscript = shutil.which("Rscript")
    return (
        rscript is not None
        and not subprocess.run([rscript, "-e", "library(lme4)"], capture_output=True, check=False).returncode
    )


def by_lme4(design: Design, blas: Sequence[str]) -> Lme4:
    """Fit the same scores by lme4, over these libraries where any are given."""
    first = {"LD_PRELOAD": " ".join(blas)} if blas else {}
    # One thread: threads that wait would count as processor time.
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", **first}
    with tempfile.TemporaryDirectory() as folder:
        data, numbers, effects = (Path(folder) / name for name in ("data.csv", "numbers", "effects.csv"))
        rows = np.column_stack((design.application, design.expert, design.y.astype(np.intp)))
        np.savetxt(data, rows, fmt="%d", delimiter=",", header="item,expert,score", comments="")
        command = ["Rscript", "-e", R_SCRIPT, str(data), str(numbers), str(effects)]
        subprocess.run(command, check=True, env=environment)
        took, processor, *variances = (float(line) for line in numbers.read_text().split())
        table = np.loadtxt(effects, delimiter=",", skiprows=1, converters={0: lambda s: float(s.strip('"'))})
    item = np.empty(design.shape[0])
    item[table[:, 0].astype(np.intp)] = table[:, 1]
    return Lme4(took, processor, np.array(variances), item)


def compare(size: Size, ours: Measured, blas: Sequence[str]) -> list[str]:
    """Fit by both; print, and name what misses a bar. Times are of the same run."""
    design = call(size)
    theirs, fit = by_lme4(design, blas), mixed(design)
    assert isinstance(fit, Mixed)
    variances = np.array([fit.var_item, fit.var_expert, fit.var_residual])
    off = float(np.abs(variances / theirs.variances - 1.0).max())
    faster = min(theirs.seconds / ours.seconds, theirs.processor / ours.processor)
    top = TOP if size == LARGE else size.n // 10
    best = [set(np.argsort(-item, kind="stable")[:top].tolist()) for item in (fit.item, theirs.item)]
    same = best[0] == best[1]
    alike = "the same" if same else "DIFFER"
    print(
        f"  lme4, {size}: {theirs.seconds:.2f} s, {theirs.processor:.2f} s of processor, "
        f"{faster:.0f} times ours; variances differ by {off:.1e}, "
        f"predictions by {np.abs(fit.item - theirs.item).max():.1e}; top {top:,} {alike}",
        flush=True,
    )
    missed = [] if off <= CLOSE and same else [f"agreement with lme4 at {size}"]
    return [*missed, f"only {faster:.0f} times lme4"] if size == LARGE and faster < TIMES_FASTER else missed


def main() -> int:
    """Measure, print, and say whether the bars hold."""
    words = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    words.add_argument("--quick", action="store_true", help="leave out lme4 on the large call")
    words.add_argument("--blas", nargs="+", default=[], help="libraries for R to load first")
    given = words.parse_args()
    missed: list[str] = []
    ours: dict[Size, Measured] = {}
    for number, job in enumerate(JOBS):
        took = apart(number)
        if job.work is mixed:
            ours[job.size] = took
        held = took.seconds <= job.seconds and took.megabytes <= job.megabytes
        bar = f"bar {job.seconds * 1000:,.0f} ms" + (
            f", {job.megabytes:.0f} MB" if job.megabytes < float("inf") else ""
        )
        print(
            f"  {job.name}, {job.size}: {took.seconds * 1000:,.2f} ms, {took.megabytes:+.0f} MB"
            f" ({bar}){'' if held else '  MISSED'}",
            flush=True,
        )
        if not held:
            missed.append(f"{job.name} at {job.size}")
    if has_lme4():
        for size in (SMALL, MIDDLE) if given.quick else (SMALL, MIDDLE, LARGE):
            missed += compare(size, ours[size], given.blas)
    else:
        print("  R with lme4 is not here: nothing to compare with.")
    print("Missed: " + "; ".join(missed) if missed else "All bars hold.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
