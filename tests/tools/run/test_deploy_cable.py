"""Deploying while the cable is pulled, the board falls silent, or somebody presses Ctrl-C."""

import sys

import pytest
from support.deploying import NEW, OLD, boards, ctrl_c, files, refused, run, trigger
from support.fake_artifact import FakeArtifact

from thumbnet.tools.run.deployment import Interrupted, deploy
from thumbnet.tools.targets.port import PortTarget
from thumbnet.tools.transport.serial_board import Board
from thumbnet.trainer import ThumbnetError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pty needs a Unix")


@pytest.fixture
def start(tmp_path, monkeypatch):
    with boards(tmp_path / "board", monkeypatch) as starter:
        yield starter


def test_unplugged_in_the_middle_of_the_copy(start):
    board = start()
    trigger(board, b"scores(values)", board.unplug)
    with pytest.raises(ThumbnetError) as caught:
        run(board)
    assert str(caught.value) == (
        f"{board.port} went away: is the board still plugged in?; "
        "the previous gestures.py is intact: deploy again when the board is back"
    )
    assert files(board)["gestures.py"] == OLD
    half = files(board)["gestures__new.py"]
    assert NEW.startswith(half)
    assert half != NEW


def test_deploys_again_after_unplugging(start, tmp_path):
    board = start()
    trigger(board, b"scores(values)", board.unplug)
    with pytest.raises(ThumbnetError):
        run(board)
    board.close()
    from support.pty_board import PtyBoard

    again = PtyBoard(board.folder)
    run(again)
    assert files(again) == {"gestures.py": NEW}
    again.close()


@pytest.mark.slow
def test_stops_answering_in_the_middle(start):
    board = start()
    trigger(board, b"row(b'", lambda: trigger(board, b"\x04", board.freeze))
    with PortTarget(board.port) as target:
        target.board.patience = 30  # the test waits for all of it
        with pytest.raises(ThumbnetError, match=r"stopped answering .* is intact"):
            deploy(FakeArtifact(), target)
    assert files(board)["gestures.py"] == OLD


@pytest.mark.parametrize(
    ("when", "state"),
    [
        (b"repair(name", "nothing was changed there"),
        (b"hashlib", "nothing was changed there"),
        (b"scores(values)", "the previous gestures.py is untouched"),
        (b"row(b'", "the previous gestures.py is untouched"),
    ],
)
def test_ctrl_c(start, when, state):
    board = start()
    trigger(board, when, ctrl_c)
    refused(board, f"^{state}$", error=Interrupted)


def test_ctrl_c_while_it_is_renamed(start):
    """Whichever comes first, the words say what is there, and nothing else is."""
    board = start()
    trigger(board, b"swap('gestures'", ctrl_c)
    with pytest.raises(Interrupted) as caught:
        run(board)
    if "the new" in str(caught.value):
        assert files(board) == {"gestures.py": NEW}
    else:
        assert str(caught.value) == "the previous gestures.py is untouched"
        assert files(board) == {"gestures.py": OLD}


def test_ctrl_c_when_all_is_done(start, monkeypatch):
    board = start()
    call = PortTarget.call

    def interrupted_after(self, script, code):
        answer = call(self, script, code)
        if code.startswith("swap"):
            raise KeyboardInterrupt
        return answer

    monkeypatch.setattr(PortTarget, "call", interrupted_after)
    with pytest.raises(Interrupted, match=r"^the new gestures\.py is in place anyway$"):
        run(board)
    assert files(board) == {"gestures.py": NEW}


def test_ctrl_c_twice(start, monkeypatch):
    """The second one must not keep the first from tidying up."""
    board = start()
    trigger(board, b"scores(values)", ctrl_c)
    interrupt = Board.interrupt

    def impatiently(self):
        ctrl_c()
        interrupt(self)

    monkeypatch.setattr(Board, "interrupt", impatiently)
    refused(board, r"^the previous gestures\.py is untouched$", error=Interrupted)
