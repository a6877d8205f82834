"""The sandbox itself: what the filter refuses, and what is said if there is none."""

from __future__ import annotations

import platform
import struct
import subprocess
from pathlib import Path

import pytest
from support.emulators import gone, program
from support.sandboxes import needs_sandbox

from thumbnet.tools.targets.installed_python import python, standard_library
from thumbnet.tools.transport import child_process, sandbox
from thumbnet.tools.transport.limits import Limits
from thumbnet.tools.transport.syscall_filter import EVERYWHERE, MACHINES, syscall_filter


def inside(code: str, folder: Path) -> list[str]:
    command = [*python(), code]
    limits = Limits(60, memory=1 << 30)
    process = sandbox.start(
        command, folder, [standard_library()], limits, True, stdout=subprocess.PIPE
    )
    return process.communicate()[0].decode().splitlines()


def test_filter_refuses_each_call(tmp_path: Path) -> None:
    needs_sandbox()
    if platform.machine() not in MACHINES:
        pytest.skip("no filter for this processor")
    _, clone, own = MACHINES[platform.machine()]
    numbers = [clone, *own.values(), *EVERYWHERE.values()]
    code = (
        "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        f"for number in {numbers}:\n"
        "    print(libc.syscall(number, 0, 0, 0, 0, 0), ctypes.get_errno(), number)\n"
        "print(libc.syscall(435, 0, 0), ctypes.get_errno())\n"
        "import threading\nt = threading.Thread(target=print, args=['thread'])\nt.start()\nt.join()"
    )
    said = inside(code, tmp_path)
    assert said == [*(f"-1 1 {number}" for number in numbers), "-1 38", "thread"]


def test_ends_with_its_starter(tmp_path: Path) -> None:
    """What runs in the sandbox ends with the program that `stop` ends."""
    needs_sandbox()
    command = [*python(), "import time; print(1, flush=True); time.sleep(600)"]
    limits = Limits(60)
    process = sandbox.start(
        command, tmp_path, [standard_library()], limits, True, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"1\n"
    inside, found = [process.pid], []
    while inside:
        found += inside
        lists = [Path(f"/proc/{pid}/task/{pid}/children").read_text() for pid in inside]
        inside = [int(word) for words in lists for word in words.split()]
    assert len(found) == 3  # bubblewrap, the first process inside, and the program
    child_process.stop(process)
    assert all(gone(pid) for pid in found)


def step(code: bytes, number: int, arch: int, flags: int = 0) -> int:
    """Run the filter as Linux does; return what it says of a call."""
    steps = list(struct.iter_unpack("=HBBI", code))
    words = {0: number, 4: arch, 16: flags}
    at, value = 0, 0
    while True:
        kind, if_so, if_not, k = steps[at]
        at += 1
        if kind == 0x20:
            value = words[k]
        elif kind == 0x06:
            return k
        else:
            so = {0x15: value == k, 0x35: value >= k, 0x45: bool(value & k)}[kind]
            at += if_so if so else if_not


@pytest.mark.parametrize("machine", MACHINES)
def test_filter_of_each_machine(machine: str) -> None:
    arch, clone, own = MACHINES[machine]
    code = syscall_filter(machine)
    assert code is not None
    allow, refuse = 0x7FFF0000, 0x00050001
    for number in (*own.values(), *EVERYWHERE.values()):
        assert step(code, number, arch) == refuse
    assert step(code, clone, arch, 0x10000) == allow
    assert step(code, clone, arch, 0x11) == refuse
    assert step(code, 435, arch) == 0x00050026
    assert step(code, 0 if machine == "x86_64" else 63, arch) == allow  # read
    assert step(code, 1, 0x40000003) == 0x80000000  # 32 bits
    assert step(code, 0x40000039, arch) == 0x00050026  # x32


def test_filter_of_another_machine() -> None:
    assert syscall_filter("z80") is None


@pytest.fixture
def fresh():
    sandbox.missing.cache_clear()
    yield
    sandbox.missing.cache_clear()


def test_without_bubblewrap(fresh, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox.sys, "platform", "linux")
    monkeypatch.setattr(sandbox, "find_bubblewrap", lambda: None)
    assert sandbox.missing() == ("bubblewrap is not installed", sandbox.INSTALL)


def test_on_another_system(fresh, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox.sys, "platform", "darwin")
    assert sandbox.missing() is not None


def test_bubblewrap_that_is_forbidden(
    fresh, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    says = "echo 'bwrap: setting up uid map: Permission denied' >&2; exit 1"
    path = program(tmp_path, "bwrap", says)
    monkeypatch.setattr(sandbox.sys, "platform", "linux")
    monkeypatch.setattr(sandbox, "find_bubblewrap", lambda: path)
    why, advice = sandbox.missing() or ("", "")
    assert "(bwrap: setting up uid map: Permission denied)" in why
    assert "user namespaces" in advice
