"""QEMU that is missing, broken, silent or killed: one line, and nothing left running."""

import os
import signal
import subprocess
import sys
import time

import pytest
from support.emulators import gone, needs_qemu, program

from thumbnet.export.microbit.hexfile import microbit_hex
from thumbnet.tools.targets import microbit as microbits
from thumbnet.tools.targets import open_target
from thumbnet.tools.transport import qemu
from thumbnet.trainer import ThumbnetError

FILES = {"stuck.py": b"def predict(x):\n    while x[0]:\n        pass\n    return 1\n"}
START = """
import sys, time
sys.path[:0] = {path!r}
from thumbnet.tools.targets import open_target
with open_target("microbit") as target:
    target.put({{"a.hex": open({image!r}, "rb").read()}})
    print(target.board.process.pid, flush=True)
    time.sleep(60)
"""


def refused(message, call, *arguments):
    with pytest.raises(ThumbnetError, match=message) as caught:
        call(*arguments)
    assert "\n" not in str(caught.value)


def test_qemu_missing(monkeypatch):
    monkeypatch.setenv("PATH", "")
    if sys.platform == "win32":
        monkeypatch.setattr(qemu, "find_qemu", lambda: None)
    refused("`apt install qemu-system-arm`, macOS: `brew install qemu`", open_target, "microbit")


@pytest.fixture
def with_program(monkeypatch, tmp_path):
    """A target whose QEMU is a shell script."""
    pytest.importorskip("micropython_microbit_fs")

    def put(text):
        path = program(tmp_path, "qemu-system-arm", text)
        monkeypatch.setattr(qemu, "find_qemu", lambda: path)
        monkeypatch.setattr(qemu, "BOOT", 0.3)
        with open_target("microbit") as target:
            target.put(FILES)

    return put


def test_qemu_that_does_not_start(with_program, monkeypatch, tmp_path):
    refused(
        r"does not boot .* \(Machine type unknown\)",
        with_program,
        "echo Machine type unknown >&2; exit 1",
    )
    refused(r"does not boot .* \(exit code 3\)", with_program, "exit 3")
    refused("does not boot .*no MicroPython prompt for 0.3 seconds", with_program, "exec sleep 60")
    refused("does not boot .*no MicroPython prompt for 0.3 seconds", with_program, "exec yes")


def test_qemu_that_is_no_program(monkeypatch, tmp_path):
    pytest.importorskip("micropython_microbit_fs")
    path = tmp_path / "qemu-system-arm"
    path.write_bytes(b"\x7fELF and no more")
    path.chmod(0o755)
    monkeypatch.setattr(qemu, "find_qemu", lambda: path)
    with open_target("microbit") as target:
        # bubblewrap runs it as a script.
        message = "does not boot .*: not found" if target.sandboxed else "cannot be started .*: Deb"
        refused(message, target.put, FILES)


@pytest.fixture
def board():
    needs_qemu()
    with microbits.boot(FILES) as target:
        yield target


@pytest.mark.emulated
def test_close_ends_qemu(board):
    pid = board.board.process.pid
    assert not gone(pid, 0.1)
    board.close()
    assert gone(pid)
    refused("no .hex to boot", board.execute, "1")


@pytest.mark.emulated
def test_endless_predict_is_stopped(board):
    pid = board.board.process.pid
    lines = board.run("selftest", "stuck", [[1]])
    assert next(lines)["begin"] == "stuck"
    usual, board.patience = board.patience, 0.5
    refused("microbit gave no answer for 0.5 seconds: it was stopped", list, lines)
    assert gone(pid)
    refused(
        "the micro:bit was stopped: put its .hex there again",
        list,
        board.run("selftest", "stuck", [[0]]),
    )
    board.patience = usual
    board.put(FILES)
    assert list(board.run("selftest", "stuck", [[0]]))[1] == {"predict": 1}


@pytest.mark.emulated
def test_endless_with_interrupts_off_is_stopped(board):
    lines = board.run("bench", "stuck", [[0]])
    assert next(lines)["begin"] == "stuck"
    board.patience = 0.5
    refused(
        "gave no answer for 0.5 seconds",
        board.execute,
        "D=__import__('machine').disable_irq\nD()\nwhile 1:pass",
    )


@pytest.mark.emulated
def test_qemu_killed_between_rows(board):
    lines = board.run("selftest", "stuck", [[0]] * 10_000)
    assert next(lines)["begin"] == "stuck"
    assert next(lines) == {"predict": 1}
    os.kill(board.board.process.pid, signal.SIGKILL)
    # In a sandbox, QEMU ends a moment later.
    refused(r"QEMU stopped while the micro:bit ran \(exit code -9\)", list, lines)


@pytest.mark.emulated
@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_nothing_is_left_when_the_host_ends(name, tmp_path):
    """Ctrl-C is for this program alone; of a kill the kernel tells QEMU, on Linux."""
    needs_qemu()
    if name != "SIGINT" and sys.platform != "linux":
        pytest.skip("only Linux ends a child with its parent")
    image = tmp_path / "a.hex"
    image.write_text(microbit_hex(FILES))
    code = START.format(path=sys.path, image=str(image))
    host = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert host.stdout is not None
        pid = int(host.stdout.readline())
        assert os.getpgid(pid) != os.getpgid(host.pid)
        time.sleep(0.1)
        host.send_signal(getattr(signal, name))
        assert gone(pid)
        host.wait(timeout=600)
    finally:
        host.kill()
        host.wait()
        host.stdout.close()
