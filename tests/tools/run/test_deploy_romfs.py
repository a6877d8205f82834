"""`deploy --romfs`: weights go into mapped flash, and what else is there stays.

The board is MicroPython's Unix port, with the VfsRom of all firmwares. The partition, which a port
for PCs lacks, is a bytearray.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from support.micropython import needs_micropython

from thumbnet.export import Artifact, convert, load_board
from thumbnet.tools.run import deployment
from thumbnet.tools.run.board_examination import examine_board
from thumbnet.tools.targets.port import PortTarget
from thumbnet.tools.transport.romfs import read_romfs, write_romfs
from thumbnet.tools.transport.romfs_image import read_image, write_image
from thumbnet.trainer import Dense, Sequential, ThumbnetError

if TYPE_CHECKING:
    from support.pty_board import PtyBoard

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pty needs a Unix")

BOOT = """
import sys, vfs as real
class Vfs:
    VfsRom, mount, umount = real.VfsRom, real.mount, real.umount
    part = bytearray(b"\\xff" * %d)
    def rom_ioctl(self, op, *a):
        if op == 1:
            return 1
        if op == 2:
            return memoryview(self.part)
        if op == 3:  # flash has to be erased before it is written
            self.part[a[1] : a[1] + a[2]] = b"\\xff" * a[2]
            return 4
        if op == 4:
            for k, byte in enumerate(a[2]):
                self.part[a[1] + k] &= byte
            return 0
        return {5: 0, 6: 4096}[op]
sys.modules["vfs"] = Vfs()
"""
OTHERS = {"main.py": b"pass\n", "lib/font.bin": bytes(range(256)) * 9}


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Artifact:
    x = np.random.default_rng(0).normal(size=(20, 6))
    model = Sequential([Dense(40, "relu"), Dense(3, "softmax")], seed=0)
    model.build((6,))
    board = replace(load_board("unix"), romfs=65_536)
    made = convert(model, x, name="net", board=board, tier="plain", weights="romfs")
    return made.write(tmp_path_factory.mktemp("build"), x)


@pytest.fixture
def board(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[PtyBoard]:
    needs_micropython()
    from support.pty_board import PtyBoard

    size = getattr(request, "param", 32_768)
    started = PtyBoard(tmp_path / "board", boot=BOOT % size if size else "pass")
    yield started
    started.close()


def run(board: PtyBoard, artifact: Artifact, **options: Any) -> tuple[str, list[str]]:
    said: list[str] = []
    with PortTarget(board.port) as target:
        done = deployment.deploy(artifact, target, 4, report=said.append, romfs=True, **options)
    return done.state, said


def there(board: PtyBoard) -> dict[str, bytes]:
    with PortTarget(board.port) as target:
        return read_image(read_romfs(target.board))


def with_others(board: PtyBoard, **more: bytes) -> dict[str, bytes]:
    with PortTarget(board.port) as target:
        write_romfs(target.board, write_image({**OTHERS, **more}))
    return {**OTHERS, **more}


def test_weights_beside_other_files(board: PtyBoard, artifact: Artifact) -> None:
    with_others(board)
    state, said = run(board, artifact)
    assert state == "deployed"
    assert there(board) == {**OTHERS, "net.bin": artifact.files["net.bin"]}
    assert not (board.folder / "net.bin").exists()
    assert said[0].endswith("into ROMFS, beside 2 other files, SHA-256 checked")
    assert "self-test passed: 4 of 4 vectors answered correctly" in said
    assert run(board, artifact)[0] == "up to date"
    with PortTarget(board.port) as target:
        found = examine_board(target.name, target.call("probe", "probe()"))
    assert found[-1].found.startswith("32,768 bytes: ")


def test_a_module_that_fails_leaves_the_romfs_as_it_was(
    board: PtyBoard, artifact: Artifact, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*of: object) -> None:
        raise ThumbnetError("the self-test failed")

    with_others(board)
    monkeypatch.setattr(deployment, "_self_test", fails)
    with pytest.raises(ThumbnetError, match="the self-test failed"):
        run(board, artifact)
    assert there(board) == OTHERS
    assert not (board.folder / "net.py").exists()


@pytest.mark.parametrize("board", [0], indirect=True)
def test_a_board_without_romfs(board: PtyBoard, artifact: Artifact) -> None:
    with pytest.raises(ThumbnetError, match="has no ROMFS: export with --weights stream"):
        run(board, artifact)


@pytest.mark.parametrize("board", [8192], indirect=True)
def test_a_romfs_that_is_full(board: PtyBoard, artifact: Artifact) -> None:
    before = with_others(board, big=bytes(5500))
    with pytest.raises(ThumbnetError, match="of which other files take 7,809: remove some of them"):
        run(board, artifact)
    assert there(board) == before


def test_an_image_that_cannot_be_read_is_left_alone(board: PtyBoard, artifact: Artifact) -> None:
    """Its other files would be lost."""
    damaged = write_image(OTHERS)[:6] + bytes(len(write_image(OTHERS)) - 6)
    with PortTarget(board.port) as target:
        write_romfs(target.board, damaged)
    with pytest.raises(
        ThumbnetError, match=r"damaged.*so its other files cannot be kept: put a new"
    ):
        run(board, artifact)
    with PortTarget(board.port) as target:
        assert read_romfs(target.board) == damaged


def test_a_module_with_its_weights_inside(tmp_path: Path, artifact: Artifact) -> None:
    assert artifact.graph is not None
    inside = replace(artifact, build=replace(artifact.build, weights="module"))
    with pytest.raises(ThumbnetError, match="no weights for ROMFS: export with --weights romfs"):
        deployment.deploy(inside, object.__new__(PortTarget), force=True, romfs=True)
