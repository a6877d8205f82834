"""What the module of a stranger can do to the computer that verifies it: nothing."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.emulators import needs_wasm
from support.fake_artifact import SOURCE
from support.micropython import needs_micropython
from support.sandboxes import needs_sandbox

from thumbnet.tools.targets import CPythonTarget, Target, UnixTarget, open_target
from thumbnet.tools.targets.installed_python import environment_of
from thumbnet.tools.transport import sandbox
from thumbnet.trainer import ThumbnetError

NO_FILE = r"OSError: (30|.*(ENOENT|Read-only)).*|FileNotFoundError: "
REFUSED = r"(PermissionError|OSError): (1|.*(EPERM|Operation not permitted)) \(it runs in a sandbox"


@pytest.fixture(params=["cpython", "unix"])
def target(request: pytest.FixtureRequest) -> Iterator[Target]:
    needs_micropython()
    with open_target(request.param) as opened:
        yield opened


@pytest.fixture
def boxed(target: Target) -> Target:
    needs_sandbox()
    return target


def run(target: Target, text: str) -> list[dict[str, object]]:
    target.put({"net.py": text.encode()})
    return list(target.run("selftest", "net", [[1]]))


def refused(target: Target, text: str, message: str) -> None:
    with pytest.raises(ThumbnetError, match=message) as caught:
        run(target, text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600


def test_writes_nothing(boxed: Target, tmp_path: Path) -> None:
    for place in (tmp_path / "there", Path("/usr/there"), "/there", "here", "net.py", "/tmp/there"):
        refused(boxed, f"open({str(place)!r}, 'w').write('x')\n", NO_FILE)
    assert list(tmp_path.iterdir()) == []


def test_reads_nothing_of_the_user(boxed: Target, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("42")
    for place in (tmp_path / "secret", "/etc/passwd", "/proc/self/environ", Path(__file__)):
        refused(boxed, f"print(open({str(place)!r}).read())\n", NO_FILE)


def test_reaches_no_network(boxed: Target) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        where = server.getsockname()
        text = f"import socket\ns = socket.socket()\ns.connect({where!r})\n"
        refused(boxed, text, REFUSED)
        server.settimeout(0.1)
        with pytest.raises(TimeoutError):
            server.accept()


FORKS = {
    "cpython": "import os\nwhile True:\n    os.fork()\n",
    "unix": "import os\nwhile not os.system('true &'):\n    pass\nraise OSError(1)\n",
}
STARTS = {
    "cpython": "import subprocess\nsubprocess.run(['/bin/true'])\n",
    "unix": "import os\nif os.system('true'):\n    raise OSError(1)\n",
}


@pytest.mark.parametrize("texts", [FORKS, STARTS])
def test_starts_no_process(boxed: Target, texts: dict[str, str]) -> None:
    refused(boxed, texts[boxed.name], REFUSED)


def test_takes_no_more_memory_than_it_may(target: Target) -> None:
    refused(target, "x = bytearray(8 << 30)\n", "MemoryError|memory allocation failed|too small")


def test_memory_that_no_heap_counts() -> None:
    text = "import mmap\nx = mmap.mmap(-1, 8 << 30)\n"
    with CPythonTarget() as target:
        refused(target, text, "Cannot allocate memory")


def test_spins_no_longer_than_it_may(target: Target) -> None:
    target.patience = 0.5
    refused(target, "while True:\n    pass\n", "gave no answer for 0.5 seconds: it was stopped")
    chatty = "while True:\n    print('still here')\n"
    refused(target, chatty, "gave no answer for 0.5 seconds|printed too much")


def test_says_no_more_than_it_was_asked(target: Target) -> None:
    refused(target, "while True:\n    print('{\"end\": 1}')\n", "something else|more answers")
    begin = '{"begin": "net", "python": "x", "version": "1"}'
    refused(
        target, f"while True:\n    print({begin!r})\n", "printed more answers than it was asked"
    )
    refused(target, "while True:\n    print('x' * 100000, end='')\n", "printed too much")


@pytest.mark.parametrize(
    "line",
    [
        '{"begin": 1}',
        '{"begin": "net", "python": "x", "version": "\\\\u001b[2J"}',
        '{"begin": "net", "python": ["x"], "version": "1"}',
        "{}",
    ],
)
def test_first_line_is_the_scripts(target: Target, line: str) -> None:
    refused(target, f"print('{line}')\n", "printed something else than its answers")


def test_forged_facts_are_left_out(target: Target) -> None:
    line = '{"begin": "net", "error": "MemoryError", "heap_before": "x", "mpy": [1], "message": 1}'
    refused(target, f"print('{line}')\n", "cannot import net: MemoryError")


def test_lingers_no_longer_than_it_may(target: Target) -> None:
    target.patience = 0.5
    target.sandbox = False
    text = "import os, sys, time\nos.close(1) if hasattr(os, 'close') else None\ntime.sleep(600)\n"
    refused(target, text, "(did not end|gave no answer) for 0.5 seconds: it was stopped")


def test_exit_code_of_the_module(boxed: Target) -> None:
    if boxed.name == "cpython":
        refused(boxed, "import os\nos._exit(200)\n", "exit code 200")
        refused(boxed, "import ctypes\nctypes.string_at(0)\n", "exit code -11")


def test_program_that_the_sandbox_hides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needs_sandbox()
    with CPythonTarget() as target:
        monkeypatch.setattr(target, "command", lambda code: [str(tmp_path / "gone")])
        refused(
            target, "", "hidden in the sandbox: --no-sandbox runs the module without one|bwrap: "
        )


def test_processor_time_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    with CPythonTarget() as target:
        usual = target.limits
        monkeypatch.setattr(target, "limits", lambda seconds: usual(0))
        refused(target, "while True:\n    pass\n", "too much time on the processor: it was stopped")


def test_sees_no_environment_and_no_open_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THUMBNET_TOKEN", "secret")
    monkeypatch.setenv("HOME", "/home/someone")
    kept = os.open(__file__, os.O_RDONLY)
    os.set_inheritable(kept, True)
    text = (
        "import json, os\n"
        "def is_open(n):\n"
        "    try:\n        os.fstat(n)\n    except OSError:\n        return False\n"
        "    return True\n"
        "found = [n for n in range(3, 60) if is_open(n)]\n"
        "raise ValueError(json.dumps([sorted(os.environ), found]))\n"
    )
    try:
        for boxed in (None, False):
            with CPythonTarget() as target:
                target.sandbox = boxed
                with pytest.raises(ThumbnetError) as caught:
                    run(target, text)
                said = str(caught.value)
                assert "THUMBNET_TOKEN" not in said
                assert "HOME" not in said
                assert said.endswith(", []]")
    finally:
        os.close(kept)


def test_large_files_are_refused_without_a_sandbox(tmp_path: Path) -> None:
    text = f"open({str(tmp_path / 'big')!r}, 'wb').write(bytes(64 << 20))\n"
    with CPythonTarget() as target:
        target.sandbox = False
        refused(target, text, "File too large|wrote too much")
    assert (tmp_path / "big").stat().st_size <= 16 << 20


def test_javascript_is_in_the_sandbox_too(tmp_path: Path) -> None:
    needs_wasm()
    needs_sandbox()
    text = (
        "import js\n"
        "fs = js.process.getBuiltinModule('fs') if hasattr(js.process, 'getBuiltinModule') "
        "else js.process.mainModule.require('fs')\n"
        f"fs.writeFileSync({str(tmp_path / 'there')!r}, 'x')\n"
    )
    with open_target("wasm") as target, pytest.raises(ThumbnetError):
        run(target, text)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["x/y.py", "../y.py", "/y.py", "y\\z.py", "..", "", "c:y.py", "a b"]
)
def test_no_target_writes_a_path(name: str, tmp_path: Path) -> None:
    from thumbnet.tools.targets import MicrobitTarget, PortTarget, WasmTarget

    kinds = (MicrobitTarget, PortTarget, WasmTarget, UnixTarget, CPythonTarget)
    for kind in kinds:
        bare = object.__new__(kind)  # nothing is connected: the name is looked at first
        with pytest.raises(ThumbnetError, match="is not a plain file name"):
            bare.put({"net.py": b"", name: b""})
    with pytest.raises(ThumbnetError, match="is not a plain file name"):
        object.__new__(PortTarget).write(name, b"")


def test_wanting_a_sandbox_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "missing", lambda: ("no bubblewrap", "install it"))
    monkeypatch.setattr("thumbnet.tools.targets.missing", sandbox.missing)
    with pytest.raises(ThumbnetError, match=r"no sandbox \(no bubblewrap\): install it, or leave"):
        open_target("cpython", sandbox=True)
    with open_target("cpython") as target:
        assert target.rights() == "without a sandbox (no bubblewrap): it can do all that you can"
        assert len(run(target, SOURCE.read_text())) == 3


def test_sandbox_has_what_the_interpreter_of_another_environment_needs(tmp_path: Path) -> None:
    needs_sandbox()
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path)], check=True)
    script = tmp_path / "bin" / "micropython"
    script.write_text(f"#!{tmp_path}/bin/python\nprint(1)\n")
    script.chmod(0o755)
    from thumbnet.tools.transport.limits import Limits

    command = ([str(script)], tmp_path, environment_of(script), Limits(9), True)
    process = sandbox.start(*command, stdout=subprocess.PIPE)
    assert process.communicate() == (b"1\n", None)
