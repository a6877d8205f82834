"""Run one verb on hostile files, with limits, and see what it did besides its work.

A `Case` is a command line and the files it reads. `run` executes it in this process, `run_apart`
in a process of its own with limits of the system, for files that may take all memory or never end.
Both return an `Outcome`; `faults` of it is empty if the file was read or refused as promised.

    root/            beside the case: whatever changes here was written elsewhere
    root/victim...   files to overwrite
    root/case/       the working folder, with the files of the case
    root/case/out/   what the verb may write

Cases may name the root in a file, as `ROOT`, to point at a victim by an absolute name.
"""

from __future__ import annotations

import contextlib
import io
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unicodedata
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from .guards import Stuck, alarm, forget_peak, status, watched

SECONDS = 10.0
"""Of processor time: that of a clock would depend on what else the machine does."""
STUCK = 60.0
"""Seconds by the clock after which a case is stopped: it waits, and takes no processor time."""
MEMORY = 400 * 2**20
"""Bytes that a case may add. The interpreter and its libraries have 100 MB already."""
ROOT = b"@ROOT@"

ACCEPTED, REFUSED, INTERNAL, STOPPED = "accepted", "refused", "internal error", "stopped"
COUNTED = (
    *("internal errors", "warnings", "over 10 s", "over 500 MB", "written elsewhere"),
    *("executed unasked", "control characters"),
)
"""What no file may cause."""


@dataclass(frozen=True)
class Case:
    """A command line, and the files that it reads.

    Attributes
    ----------
    arguments
        Of `thumbnet`, relative to the case's folder. What is written goes below `out/`.
    files
        Contents by name.
    may_run
        Whether the verb runs child processes when all is well.
    prepare
        Called with the case's folder, for links, FIFOs and folders.
    program
        What runs instead of `thumbnet`, for readers that no verb reaches.
    """

    arguments: tuple[str, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    may_run: bool = False
    prepare: Callable[[Path], None] | None = None
    program: Callable[[list[str]], int] | None = None


Source = Callable[[Random], Case]
"""Makes a case of a kind; `tests/fuzz/cases_*.py` list theirs in `SOURCES`."""


@dataclass(frozen=True)
class Outcome:
    """What a command did."""

    verdict: str
    line: str = ""
    seconds: float = 0.0
    memory: int = 0
    warnings: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    executed: tuple[str, ...] = ()
    control: tuple[str, ...] = ()


def faults(done: Outcome) -> list[str]:
    """Return which of `COUNTED` happened."""
    happened = (
        done.verdict in (INTERNAL, STOPPED),
        bool(done.warnings),
        done.seconds > SECONDS,
        done.memory > MEMORY,
        bool(done.elsewhere),
        bool(done.executed),
        bool(done.control),
    )
    return [name for name, found in zip(COUNTED, happened, strict=True) if found]


def _snapshot(root: Path) -> dict[str, tuple[int, int, int]]:
    """Kind, size and time of everything below root but the output."""
    found = {}
    for folder, names, files in os.walk(root):
        if folder == str(root / "case"):
            names[:] = [name for name in names if name != "out"]
        if folder == str(root):
            names[:] = [name for name in names if name != "tmp"]
        for name in [*names, *files]:
            path = os.path.join(folder, name)
            about = os.lstat(path)
            size = 0 if name in names else about.st_size
            changed = 0 if name in names else about.st_mtime_ns
            found[os.path.relpath(path, root)] = (about.st_mode, size, changed)
    return found


def lay_out(case: Case, root: Path) -> Path:
    """Write the files of a case and the victims; return the case's folder."""
    folder = root / "case"
    for old in (folder, root / "tmp"):
        shutil.rmtree(old, ignore_errors=True)
        old.mkdir(parents=True)
    (folder / "out").mkdir()
    for name in ("victim", "victim.py", "victim.txt", "victim.npy", "victim.bin"):
        if not (root / name).exists():
            (root / name).write_text("mine\n")
    for name, content in case.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content.replace(ROOT, os.fsencode(root)))
    if case.prepare is not None:
        case.prepare(folder)
    return folder


def run(case: Case, root: Path) -> Outcome:
    """Run a case in this process, below a folder of its own."""
    from thumbnet.tools.cli import main

    folder, before = lay_out(case, root), Path.cwd()
    state = _snapshot(root)
    out, err = io.StringIO(), io.StringIO()
    elsewhere: list[str] = []
    executed: list[str] = []
    code: int | None = None
    tempfile.tempdir = str(root / "tmp")
    os.chdir(folder)
    memory, began = forget_peak(), time.process_time()
    try:
        with (
            warnings.catch_warnings(record=True) as said,
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            watched([folder / "out", root / "tmp"], elsewhere, executed),
            alarm(STUCK),
        ):
            warnings.simplefilter("always")
            code = (case.program or main)(list(case.arguments))
    except Stuck:
        pass
    finally:
        os.chdir(before)
        tempfile.tempdir = None
    seconds = math.inf if code is None else time.process_time() - began
    after = _snapshot(root)
    elsewhere += sorted(name for name in {*state, *after} if state.get(name) != after.get(name))
    return Outcome(
        verdict=_verdict(code, err.getvalue()),
        line=err.getvalue()[-400:],
        seconds=seconds,
        memory=max(0, status("VmHWM") - memory),
        warnings=tuple(
            f"{w.category.__name__}: {w.message} ({w.filename}:{w.lineno})" for w in said
        ),
        elsewhere=tuple(dict.fromkeys(elsewhere)),
        executed=() if case.may_run else tuple(executed),
        control=_control(out.getvalue() + err.getvalue()),
    )


_CHILD = """
import sys
from pathlib import Path
from thumbnet.tools.__main__ import main
code = main()
status = Path("/proc/self/status")
if status.exists():
    print(status.read_text(), file=open(sys.argv[0] + ".status", "w"))
sys.exit(code)
"""


def run_apart(case: Case, root: Path, memory: int = 2 * MEMORY) -> Outcome:
    """Run a case in a process of its own, which the system refuses more memory than this."""
    folder = lay_out(case, root)
    script = root / "tmp" / "child.py"
    script.write_text(_CHILD)
    state = _snapshot(root)

    def limit() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory + 2**30, memory + 2**30))

    env = {**os.environ, "TMPDIR": str(root / "tmp"), "OPENBLAS_NUM_THREADS": "1"}
    before = os.times()
    try:
        done = subprocess.run(
            [sys.executable, str(script), *case.arguments],
            cwd=folder,
            env=env,
            capture_output=True,
            timeout=STUCK,
            check=False,
            preexec_fn=limit,
        )
    except subprocess.TimeoutExpired:
        return Outcome(STOPPED, "takes more than a minute", math.inf)
    after, then = os.times(), _snapshot(root)
    out, err = (text.decode("utf-8", "replace") for text in (done.stdout, done.stderr))
    peak = 0
    with contextlib.suppress(OSError):
        lines = Path(f"{script}.status").read_text().splitlines()
        peak = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
    return Outcome(
        verdict=_verdict(done.returncode, err),
        line=err[-400:],
        seconds=after.children_user + after.children_system - sum(before[2:4]),
        memory=max(0, peak - (500 * 2**20 - MEMORY)),
        warnings=tuple(line for line in err.splitlines() if "Warning: " in line),
        elsewhere=tuple(sorted(n for n in {*state, *then} if state.get(n) != then.get(n))),
        control=_control(out + err),
    )


def _verdict(code: int | None, err: str) -> str:
    if code is None:
        return STOPPED
    if code == 0:
        return ACCEPTED
    lines = [line for line in err.splitlines() if line.startswith("thumbnet: ")]
    one = len(lines) == 1 and code in (1, 2)
    return REFUSED if one and not lines[0].startswith("thumbnet: internal error") else INTERNAL


def _control(text: str) -> tuple[str, ...]:
    """Characters that a terminal obeys, instead of showing them."""
    found = {c for c in text if unicodedata.category(c) in ("Cc", "Cs") or c in "\u202e\u2028"}
    return tuple(sorted(map(repr, found - {"\n", "\t"})))
