"""`make fuzz FILES=20000`: run the verbs on so many hostile files, and count what happens.

Every `cases_*.py` beside this file lists its sources of cases in `SOURCES`. The files of a source
follow from its name and a number, so `--only NAME --first NUMBER --files 1` tries one again. What
went wrong is kept below .build/fuzz. Each process that tries files has a limit of memory, and
another takes over where it dies.
"""

from __future__ import annotations

import argparse
import importlib
import json
import multiprocessing
import os
import shlex
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from support.fuzzing import COUNTED, STOPPED, Outcome, Source, faults, run

KEPT = Path(".build/fuzz")
AT_ONCE = 100
"""Files for one process: what libraries keep in memory must not add up."""
ROOM = 3 * 2**30
"""Bytes of address space that a process may add."""


def sources() -> dict[str, Source]:
    """All sources of cases, by name."""
    found: dict[str, Source] = {}
    for path in sorted(Path(__file__).parent.glob("cases_*.py")):
        found.update(importlib.import_module(f"fuzz.{path.stem}").SOURCES)
    return found


def seeded(name: str, number: int) -> Random:
    """The random numbers of a file."""
    return Random(f"{name} {number}")


def _limit() -> None:
    import resource

    with open("/proc/self/statm") as file:
        taken = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (taken + ROOM, taken + ROOM))


def _work(jobs: list[tuple[str, int]], source: dict[str, Source], pipe: Connection) -> None:
    """Try files one after another; announce each, then send what happened."""
    _limit()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        root = Path(folder)
        for name, number in jobs:
            pipe.send((name, number, None))
            case = source[name](seeded(name, number))
            done = run(case, root)
            pipe.send((name, number, done))
            if faults(done):
                _keep(root / "case", f"{name}-{number}", case.arguments, done)
    pipe.close()


def _keep(folder: Path, name: str, arguments: tuple[str, ...], done: Outcome) -> None:
    kept = KEPT / name
    kept.mkdir(parents=True, exist_ok=True)
    for path in folder.rglob("*"):
        if path.is_file() and path.stat().st_size < 2**20:
            target = kept / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    about = {"arguments": shlex.join(arguments), "faults": faults(done), **asdict(done)}
    (kept / "outcome.json").write_text(json.dumps(about, indent=1))


def _results(
    jobs: list[tuple[str, int]], source: dict[str, Source]
) -> Iterator[tuple[str, int, Outcome]]:
    """Yield what each file did, from processes that may die."""
    context = multiprocessing.get_context("fork")
    waiting = list(jobs)
    while waiting:
        mine, pipe = context.Pipe(duplex=False)
        worker = context.Process(target=_work, args=(waiting[:AT_ONCE], source, pipe))
        worker.start()
        pipe.close()
        begun = None
        try:
            while True:
                name, number, done = mine.recv()
                begun = (name, number)
                if done is not None:
                    yield name, number, done
                    waiting.remove(begun)
                    begun = None
        except EOFError:
            worker.join()
        if begun is not None:
            waiting.remove(begun)
            yield *begun, Outcome(STOPPED, f"the process died: {worker.exitcode}")


def _rows(counts: dict[str, Counter[str]]) -> Iterator[str]:
    columns = ("files", "refused", "accepted", *COUNTED)
    widths = [max(6, len(column)) for column in columns]
    wide = max(map(len, counts))
    yield " " * wide + "".join(f"  {c:>{w}}" for c, w in zip(columns, widths, strict=True))
    for name, found in counts.items():
        cells = (f"  {found[c]:>{w},}" for c, w in zip(columns, widths, strict=True))
        yield f"{name:<{wide}}" + "".join(cells)


def campaign(names: list[str], files: int, first: int) -> dict[str, Counter[str]]:
    """Try as many files of each source, and count."""
    known = sources()
    chosen = {name: known[name] for name in known if name.startswith(tuple(names or [""]))}
    if not chosen:
        raise SystemExit(f"no source is called like that: {', '.join(known)}")
    share = -(-files // len(chosen))
    counts: dict[str, Counter[str]] = {}
    for name in chosen:
        counts[name] = Counter()
        for _, number, done in _results([(name, first + i) for i in range(share)], chosen):
            wrong = faults(done)
            counts[name].update(["files", done.verdict, *wrong])
            if wrong:
                what = (*done.warnings, *done.elsewhere, *done.executed, *done.control)
                told = f"{done.line.strip()!r} {what or ''}"
                print(f"{name} {number}: {', '.join(wrong)}: {told}", flush=True)
        print(*list(_rows({name: counts[name]}))[1:], flush=True)
    if len(counts) > 1:
        total: Counter[str] = Counter()
        for found in counts.values():
            total.update(found)
        counts["all"] = total
    return counts


def main() -> int:
    """Run a campaign; 1 if anything happened that must not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=2000, help="in all, shared among the sources")
    parser.add_argument("--first", type=int, default=0, help="number of the first file")
    parser.add_argument("--only", nargs="*", default=[], help="beginnings of the sources' names")
    chosen = parser.parse_args()
    counts = campaign(chosen.only, chosen.files, chosen.first)
    print("\n".join(_rows(counts)))
    return int(any(counts[name][what] for name in counts for what in COUNTED))


if __name__ == "__main__":
    sys.exit(main())
