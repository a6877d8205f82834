"""Deploying while the power is lost: import answers as before, or says which file is the wrong one.

The board is started again after it, and the next deployment puts all right.
"""

import pytest
from support.deploying import answers, boards, files, run, trigger
from support.exported import exported

from thumbnet.trainer import ThumbnetError

PtyBoard = pytest.importorskip("support.pty_board", reason="a pty needs a Unix").PtyBoard

STREAM = {"board": "unix", "weights": "stream"}
MPY = {"board": "unix", "mpy": True}
BOTH = {**STREAM, "mpy": True}
PLAIN = {"board": "unix"}


@pytest.fixture
def start(tmp_path, monkeypatch):
    with boards(tmp_path / "board", monkeypatch) as starter:
        yield starter


# The os module of a board that loses its power before so many renames and removals.
POWER = """\
from uos import *
import uos
left = [%d]
def lost():
    if left[0] == 0:
        uos.system("kill -9 $PPID")
    left[0] -= 1
def rename(a, b):
    lost()
    uos.rename(a, b)
def remove(a):
    lost()
    uos.remove(a)
"""


def imports(board, artifact):
    """Whether it answers as the artifact does, or why it is not imported."""
    try:
        return answers(board, artifact)
    except ThumbnetError as error:
        return str(error).partition("cannot import gestures: ")[2]


def deployed(folder, artifact):
    """Whether the power held out; if not, what is said claims no more than is known."""
    board = PtyBoard(folder, heap="256k")
    try:
        run(board, artifact)
        return True
    except ThumbnetError as error:
        said = str(error)
    finally:
        board.close()
    assert "gestures" in said.partition("; ")[2]
    assert said.endswith(" there may be the old or the new one: deploy again to be sure")
    return False


OTHER = "gestures.bin is of another model"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        pytest.param(PLAIN, PLAIN, {}, id="py"),
        pytest.param(STREAM, STREAM, {1: OTHER}, id="py and weights"),
        pytest.param(STREAM, BOTH, {1: OTHER, 2: OTHER}, id="mpy and weights"),
        pytest.param(PLAIN, STREAM, {}, id="weights for the first time"),
        pytest.param(PLAIN, MPY, {}, id="mpy"),
    ],
)
def test_power_lost_while_files_are_swapped(start, tmp_path, before, after, said):
    old, new = exported(tmp_path, 0, **before), exported(tmp_path, 1, **after)
    board = start({})
    step, heard = 0, {}
    while True:
        for path in board.folder.iterdir():
            path.unlink()
        stub = {"os.py": (POWER % step).encode()}
        for name, data in {**old.files, **stub}.items():
            (board.folder / name).write_bytes(data)
        if deployed(board.folder, new):
            break
        (board.folder / "os.py").unlink()
        again = PtyBoard(board.folder, heap="256k")
        with_old, with_new = imports(again, old), imports(again, new)
        if with_old is not True and with_new is not True:
            heard[step] = with_old.removeprefix("ValueError: ").partition(":")[0]
        elif step == 0:
            assert with_old is True
        run(again, new)
        assert files(again) == new.files
        assert imports(again, new) is True
        again.close()
        step += 1
    assert step >= 1
    assert heard == said
    assert {**files(board), **stub} == {**new.files, **stub}


@pytest.mark.parametrize(
    "when",
    [b"repair('", b"look('", b"hashlib", b"TNW1", b"CRC-32", b"row(list(", b"swap('"],
    ids=lambda when: when.decode(),
)
def test_power_lost_at_any_other_moment(start, tmp_path, when):
    """... leaves the old pair, and the next deployment begins afresh."""
    old, new = (exported(tmp_path, seed, **STREAM) for seed in (0, 1))
    board = start(dict(old.files))
    trigger(board, when, board.unplug)
    with pytest.raises(ThumbnetError, match="went away"):
        run(board, new)
    board.close()
    again = PtyBoard(board.folder)
    try:
        assert {**files(again), **old.files} == files(again)
        assert imports(again, old) is True
        run(again, new)
        assert files(again) == new.files
    finally:
        again.close()
