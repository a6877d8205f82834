"""Boards that cannot be had: absent, busy, silent, or something else altogether."""

import os
import sys

import pytest
from support.deploying import OLD, boards, files
from support.fake_artifact import FakeArtifact

from thumbnet.tools.run.verification import finish, verify
from thumbnet.tools.targets.port import PortTarget, literal
from thumbnet.trainer import ThumbnetError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pty needs a Unix")


@pytest.fixture
def start(tmp_path, monkeypatch):
    with boards(tmp_path / "board", monkeypatch) as starter:
        yield starter


def test_no_such_port():
    with pytest.raises(ThumbnetError, match=r"no port /dev/tty-none: (no board is|there is)"):
        PortTarget("/dev/tty-none")


def test_socket_that_nobody_listens_on():
    with pytest.raises(
        ThumbnetError, match=r"cannot open socket://127\.0\.0\.1:9: nothing listens there: start"
    ):
        PortTarget("socket://127.0.0.1:9")


def test_socket_of_an_unknown_host():
    with pytest.raises(ThumbnetError, match=r"nothing listens there: .* host and the port number"):
        PortTarget("socket://no.such.host.invalid:9")


def test_what_is_no_serial_port(tmp_path):
    (tmp_path / "file").touch()
    for path in (os.devnull, str(tmp_path / "file"), str(tmp_path)):
        with pytest.raises(ThumbnetError, match=f"^{path} is not a serial port: "):
            PortTarget(path)


def test_unknown_kind_of_port():
    with pytest.raises(ThumbnetError, match="cannot open nonsense://1"):
        PortTarget("nonsense://1")


def test_port_in_use(start):
    import serial

    board = start()
    with (
        serial.Serial(board.port, exclusive=True),
        pytest.raises(ThumbnetError, match="is in use by another program: close that program"),
    ):
        PortTarget(board.port)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may all")
def test_no_permission(tmp_path):
    port = tmp_path / "port"
    port.touch(mode=0)
    with pytest.raises(ThumbnetError, match=r"no permission for .*: run `sudo usermod"):
        PortTarget(str(port))


def test_no_permission_message(monkeypatch, tmp_path):
    port = tmp_path / "port"
    port.touch()
    monkeypatch.setattr(os, "access", lambda *a: False)
    with pytest.raises(ThumbnetError, match=r"no permission for .*: run `sudo usermod -a -G dial"):
        PortTarget(str(port))


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr("thumbnet.tools.transport.serial_board.PROMPT", 0.5)


@pytest.mark.usefixtures("impatient")
def test_program_that_ignores_ctrl_c(start, capsys):
    board = start()
    board.freeze()
    with pytest.raises(ThumbnetError, match=r"does not answer Ctrl-C: reset the board"):
        PortTarget(board.port)
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("impatient")
def test_something_else_on_the_port(start, capsys):
    """A shell, a modem, another firmware: it talks, and is no MicroPython."""
    board = start()
    os.write(board._host_master, b"login: ")
    board.wire = lambda data: os.write(board._host_master, b"login: ") and b""
    with pytest.raises(ThumbnetError, match="answers, but not like MicroPython"):
        PortTarget(board.port)
    assert capsys.readouterr().out == ""


def test_literals_are_cheap_to_compile():
    assert literal([0, 65, 255]) == "list(b'\\x00A\\xff')"
    assert literal([1, -1]) == "[1, -1]"
    assert literal([0.5, 1]) == "[0.5, 1]"
    assert literal([]) == "list(b'')"


def test_verify_leaves_nothing_on_the_board(start):
    board = start()
    with PortTarget(board.port) as target:
        assert finish(verify(target, FakeArtifact())).ok
    assert files(board) == {"gestures.py": OLD}
