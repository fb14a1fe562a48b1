"""How long a hostile file keeps a reader busy, each in the process that reads uploads.

    python -m benchmarks.hostile

Every file of `tools.hostile` goes through the same readers as an upload: it has to be refused for what it is,
and within its limit of time. Exit status 1 when one is taken, refused for another reason, or not stopped.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable

from panel.documents import archives, pages
from panel.documents.archive_sandbox import RefusedArchive
from panel.documents.page_sandbox import RefusedPages
from tools.hostile import ARCHIVES, PAGES, Hostile, made

GRACE = 2.0
"""Seconds beyond the limit within which a killed process has to be gone."""


def _page(one: Hostile) -> None:
    pages.read(made(one), one.name.rpartition(".")[2])


def _archive(one: Hostile) -> None:
    list(archives._asked(made(one), archives.LIMITS))


def tried(one: Hostile, read: Callable[[Hostile], None], limit: int) -> bool:
    """Read one, print what came of it, and answer whether that is what should."""
    made(one)
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    fault = None
    try:
        read(one)
    except (RefusedPages, RefusedArchive) as refused:
        fault = refused.fault
    seconds = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    good = fault in one.faults and seconds <= limit + GRACE
    size = f"{len(made(one)):>10,} bytes"
    sys.stdout.write(
        f"{'ok ' if good else 'BAD'} {seconds:6.2f} s {busy:6.2f} s busy {size}  {one.name}: {fault}\n"
    )
    return good


def main() -> int:
    """Read them all."""
    results = [tried(one, _page, pages.LIMITS.seconds) for one in PAGES]
    results += [tried(one, _archive, archives.LIMITS.seconds) for one in ARCHIVES]
    sys.stdout.write(f"{sum(results)} of {len(results)} refused for what they are, in time\n")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
