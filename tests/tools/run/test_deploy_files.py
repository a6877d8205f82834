"""Deploying what is more than one file, or another than a `.py`: weights, `.mpy`, ROMFS, `.hex`."""

import json
import os
import sys

import pytest
from support.cli import thumbnet
from support.deploying import answers, boards, files, run
from support.exported import exported

from thumbnet.tools.run.deployment import deploy
from thumbnet.tools.run.measurement import bench
from thumbnet.tools.run.verification import finish, verify
from thumbnet.tools.targets.port import PortTarget
from thumbnet.trainer import ThumbnetError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pty needs a Unix")

STREAM = {"board": "unix", "weights": "stream"}
MPY = {"board": "unix", "mpy": True}
BOTH = {**STREAM, "mpy": True}
PLAIN = {"board": "unix"}
ROM = {"board": "samd51", "tier": "viper", "weights": "romfs"}


@pytest.fixture
def start(tmp_path, monkeypatch):
    with boards(tmp_path / "board", monkeypatch) as starter:
        yield starter


def refused(board, artifact, message):
    before = files(board)
    with pytest.raises(ThumbnetError, match=message) as caught:
        run(board, artifact)
    assert "\n" not in str(caught.value)
    assert files(board) == before
    return str(caught.value)


def test_module_and_weights(start, tmp_path):
    old, new = (exported(tmp_path, seed, **STREAM) for seed in (0, 1))
    assert sorted(new.files) == ["gestures.bin", "gestures.py"]
    assert old.expected() != new.expected()
    board = start(dict(old.files))
    assert answers(board, old)
    done, said = run(board, new)
    assert files(board) == new.files
    assert answers(board, new)
    assert [line.split(" (")[0] for line in said] == [
        "copied gestures.bin",
        "copied gestures.py",
        "self-test passed: 16 of 16 vectors answered correctly",
        f"gestures.py is in place on {board.port}",
    ]
    assert done.size == sum(map(len, new.files.values()))
    assert run(board, new)[0].state == "up to date"


def test_other_weights_alone_are_not_up_to_date(start, tmp_path):
    old, new = (exported(tmp_path, seed, **STREAM) for seed in (0, 1))
    board = start({**new.files, "gestures.bin": old.files["gestures.bin"]})
    assert run(board, new)[0].state == "deployed"
    assert files(board) == new.files


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (PLAIN, STREAM),
        (STREAM, PLAIN),
        (PLAIN, MPY),
        (MPY, PLAIN),
        (STREAM, BOTH),
        (BOTH, STREAM),
        (MPY, BOTH),
        (BOTH, PLAIN),
    ],
    ids=lambda options: "+".join(map(str, options.values())),
)
def test_another_kind_of_module(start, tmp_path, before, after):
    """Nothing of the old one stays, least of all a .py that is imported instead of the .mpy."""
    old, new = exported(tmp_path, 0, **before), exported(tmp_path, 1, **after)
    board = start(dict(old.files), heap="256k")
    run(board, new)
    assert files(board) == new.files
    assert answers(board, new)


def test_a_py_that_hides_the_very_mpy(start, tmp_path):
    new, old = exported(tmp_path, 1, **MPY), exported(tmp_path, 0, **PLAIN)
    board = start({**new.files, **old.files})
    assert run(board, new)[0].state == "deployed"
    assert files(board) == new.files


def test_verify_and_bench_use_no_py_that_hides_the_mpy(start, tmp_path):
    new, old = exported(tmp_path, 1, **BOTH), exported(tmp_path, 0, **PLAIN)
    left = {"gestures__new.py": b"raise ValueError('the wrong one')"}  # of a deployment cut short
    board = start({**new.files, **old.files, **left})
    with PortTarget(board.port) as target:
        assert finish(verify(target, new)).ok
        assert bench(target, new, rows=2).module_bytes == sum(map(len, new.files.values()))
    assert files(board) == {**new.files, **old.files}


def test_weights_that_were_damaged_on_the_way(start, tmp_path):
    old, new = (exported(tmp_path, seed, **STREAM) for seed in (0, 1))
    board = start(dict(old.files))
    data = new.files["gestures.bin"][200:216]
    written = repr(data)[2:-1].encode()
    board.wire = lambda sent: sent.replace(written, repr(data[:-1] + b"!")[2:-1].encode())
    refused(
        board, new, r"^gestures__new.bin was damaged on its way .*; the previous gestures.py is"
    )


# Mapped flash

MOUNT = "import vfs\nvfs.mount(vfs.VfsRom(open('rom.img', 'rb').read()), '/rom')\n"


def rom(folder, **contents):
    from mpremote.romfs import VfsRomWriter

    image = VfsRomWriter()
    if folder:
        image.opendir(folder)
    for name, data in contents.items():
        image.mkfile(f"{name}.bin", data)
    if folder:
        image.closedir()
    return {"rom.img": bytes(image.finalise())}


@pytest.mark.parametrize("folder", ["", "lib"])
def test_weights_in_mapped_flash(start, tmp_path, folder):
    new = exported(tmp_path, 1, **ROM)
    image = rom(folder, gestures=new.files["gestures.bin"])
    board = start(image, boot=MOUNT, heap="256k")
    module = {"gestures.py": new.files["gestures.py"]}
    done, said = run(board, new)
    assert done.verdict.ok
    assert said[0].startswith("copied gestures.py")
    rest = {**image, "boot_for_test.py": MOUNT.encode()}
    assert files(board) == {**rest, **module}
    assert run(board, new)[0].state == "up to date"
    with PortTarget(board.port) as target:
        assert finish(verify(target, new)).ok
    (board.folder / "gestures.py").unlink()
    with PortTarget(board.port) as target:
        assert finish(verify(target, new)).ok
    assert files(board) == rest


def test_streamed_weights_give_way_to_mapped_ones(start, tmp_path):
    old, new = exported(tmp_path, 0, **STREAM), exported(tmp_path, 1, **ROM)
    image = rom("", gestures=new.files["gestures.bin"])
    board = start({**old.files, **image}, boot=MOUNT, heap="256k")
    run(board, new)
    assert "gestures.bin" not in files(board)
    assert answers(board, new)


def test_weights_that_are_not_in_mapped_flash(start, tmp_path):
    old, new = (exported(tmp_path, seed, **ROM) for seed in (0, 1))
    image = rom("", gestures=old.files["gestures.bin"])
    board = start({**image, "gestures.py": old.files["gestures.py"]}, boot=MOUNT, heap="256k")
    text = refused(board, new, "^this gestures.bin is not in the ROMFS of ")
    assert text.endswith("deploy with --romfs, which puts it there; nothing was changed there")
    assert b"gestures__new.py" not in board.received


def test_verify_without_mapped_flash(start, tmp_path):
    board = start({})
    with (
        PortTarget(board.port) as target,
        pytest.raises(
            ThumbnetError, match=r"gestures.bin is not in mapped flash: put .* --weights"
        ),
    ):
        finish(verify(target, exported(tmp_path, 1, **ROM)))
    assert files(board) == {}


# A whole micro:bit


def test_hex(tmp_path):
    artifact = exported(tmp_path, board="microbit")
    words = (
        "gestures.hex holds the micro:bit's whole flash: drag it onto the board's MICROBIT drive"
    )
    for port in ("", "--port /dev/null"):
        done = thumbnet(f"deploy {artifact.path} {port} --json", tmp_path)
        assert done.returncode == 1
        assert json.loads(done.stdout) == {"error": f"{words} instead"}
        assert done.stderr == f"thumbnet: {words} instead\n"
    with pytest.raises(ThumbnetError, match="MICROBIT drive"):
        deploy(artifact, None)


def test_hex_is_not_verified_on_another_board(start, tmp_path):
    board = start({})
    with (
        PortTarget(board.port) as target,
        pytest.raises(ThumbnetError, match=r"cannot run gestures.hex: use --target microbit, or"),
    ):
        finish(verify(target, exported(tmp_path, board="microbit")))
    assert os.listdir(board.folder) == []
