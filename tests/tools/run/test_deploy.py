"""Deploying with the real mpremote to a real MicroPython, and everything that can go wrong there.

Whatever happens, the model that was there must still be there, byte for byte.
"""

import hashlib
import os
import select
import socket
import sys
import threading

import pytest
from support.deploying import NEW, OLD, boards, files, refused, run
from support.fake_artifact import FakeArtifact, damaged

from thumbnet.tools.run.deployment import deploy
from thumbnet.tools.run.verification import finish, verify
from thumbnet.tools.targets.port import PortTarget
from thumbnet.trainer import ThumbnetError

# A file system in RAM with MicroPython's own FAT, as boards have one; %d blocks of 512 bytes.
FAT = """
import os
class Disk:
    def __init__(self, blocks):
        self.data = bytearray(blocks * 512)
    def readblocks(self, n, buf, off=0):
        buf[:] = self.data[n * 512 + off : n * 512 + off + len(buf)]
    def writeblocks(self, n, buf, off=0):
        self.data[n * 512 + off : n * 512 + off + len(buf)] = buf
    def ioctl(self, op, arg):
        return {4: len(self.data) // 512, 5: 512}.get(op, 0)
disk = Disk(%d)
os.VfsFat.mkfs(disk)
os.mount(os.VfsFat(disk), "/disk")
os.chdir("/disk")
import sys
sys.path[0] = ""
"""

# An os module of the board's own, in front of the built-in one.
STUB = "from uos import *\nimport uos\n"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pty needs a Unix")


@pytest.fixture
def start(tmp_path, monkeypatch):
    with boards(tmp_path / "board", monkeypatch) as starter:
        yield starter


def test_first_time(start):
    board = start({})
    done, said = run(board)
    assert files(board) == {"gestures.py": NEW}
    assert done.state == "deployed"
    assert (done.verdict.inputs, done.verdict.equal) == (16, 16)
    assert said == [
        f"copied gestures.py ({len(NEW)} bytes), SHA-256 checked on the board",
        "self-test passed: 16 of 16 vectors answered correctly",
        f"gestures.py is in place on {board.port}",
    ]


def test_replaces(start):
    board = start()
    run(board)
    assert files(board) == {"gestures.py": NEW}


def test_up_to_date_is_only_tested(start):
    board = start({"gestures.py": NEW})
    written = board.folder / "gestures.py"
    before = written.stat().st_mtime_ns
    done, said = run(board)
    assert done.state == "up to date"
    assert done.verdict.equal == 16
    assert "up to date" in said[0]
    assert written.stat().st_mtime_ns == before


def test_progress(start):
    seen = []
    run(start(), progress=lambda *a: seen.append(a))
    assert seen[0][0] == "gestures.py"
    assert seen[-1][1:] == (len(NEW), len(NEW))


def test_other_files_are_left_alone(start):
    mine = {"main.py": b"import gestures\n", "gestures.txt": b"notes"}
    board = start({"gestures.py": OLD, **mine})
    run(board)
    assert files(board) == {"gestures.py": NEW, **mine}


def test_module_can_be_used_afterwards(start):
    board = start()
    with PortTarget(board.port) as target:
        deploy(FakeArtifact(), target)
        assert target.board.execute("import gestures; print(gestures.LABELS[2])").strip() == (
            "circle"
        )


def bridge(board) -> int:
    """Serve a board's port on a TCP port, once."""
    server = socket.create_server(("127.0.0.1", 0))
    port = os.open(board.port, os.O_RDWR | os.O_NOCTTY)

    def serve():
        client, _ = server.accept()
        while True:
            ready, _, _ = select.select([client, port], [], [])
            if client in ready:
                data = client.recv(4096)
                if not data:
                    break
                os.write(port, data)
            if port in ready:
                client.send(os.read(port, 4096))
        os.close(port)
        server.close()

    threading.Thread(target=serve, daemon=True).start()
    return server.getsockname()[1]


def test_over_a_socket(start):
    board = start()
    with PortTarget(f"socket://127.0.0.1:{bridge(board)}") as target:
        assert deploy(FakeArtifact(), target).state == "deployed"
    assert files(board) == {"gestures.py": NEW}


# Faults. Each must leave exactly the old file.


def test_self_test_fails(start):
    artifact = FakeArtifact()
    artifact.files = {"gestures.py": damaged(NEW)}
    text = refused(start(), "the self-test of gestures.py failed on ", artifact)
    assert "(row 1, scores: expected [" in text
    assert text.endswith("the previous gestures.py is untouched")


def test_import_fails(start):
    artifact = FakeArtifact()
    artifact.files = {"gestures.py": b"import nothing_like_it\n"}
    refused(start(), "cannot import gestures__new: ImportError", artifact)


def test_memory_runs_out_on_import(start):
    artifact = FakeArtifact()
    artifact.files = {"gestures.py": b"W = bytes(200000)\n" + NEW}
    text = refused(start(heap="64k"), "MemoryError: memory allocation failed", artifact)
    assert "take a board with more RAM" in text


def test_heap_is_too_small_by_far(start, monkeypatch):
    monkeypatch.setattr("thumbnet.tools.run.deployment.heap_needed", lambda *of: 200_000)
    board = start(heap="64k")
    refused(board, "about 200,000 bytes of heap .* are free: train a network with fewer hidden")
    assert b"__new.py','wb'" not in board.received  # found out before anything was copied
    run(board, force=True)
    assert files(board) == {"gestures.py": NEW}


def test_module_was_edited(start):
    artifact = FakeArtifact()
    artifact.intact = False
    board = start()
    refused(board, r"is not the file that export wrote \(its SHA-256 differs\), so", artifact)
    run(board, artifact, force=True)
    assert files(board) == {"gestures.py": NEW}


def test_disk_is_too_small(start):
    tiny = STUB + "def statvfs(path):\n    return (512, 512, 100, 2, 1, 0, 0, 0, 0, 255)\n"
    board = start({"gestures.py": OLD, "os.py": tiny.encode()})
    text = refused(board, r"gestures.py needs 1,024 bytes on .* and 512 are free")
    assert text.endswith("remove files there; nothing was changed there")
    assert b"__new.py','wb'" not in board.received


def test_disk_fills_up_on_the_way(start):
    """The board promises more room than its FAT has."""
    lies = FAT % 60 + "import os\n"
    board = start({}, boot=lies, heap="256k")
    with PortTarget(board.port) as target:
        target.put({"gestures.py": OLD})
        free = target.call("install", "look('net')")["disk"]
        artifact = FakeArtifact()
        artifact.files = {"gestures.py": NEW + b"#" * free}
        target.call = lying(target.call, disk=10**9)
        with pytest.raises(ThumbnetError, match="its file system is full: remove files") as caught:
            deploy(artifact, target)
        assert str(caught.value).endswith("the previous gestures.py is untouched")
        assert target.board.execute("print(os.listdir())").strip() == "['gestures.py']"
        assert target.board.sha256("gestures.py") == hashlib.sha256(OLD).hexdigest()


def lying(call, **facts):
    def wrapped(script, code):
        answer = call(script, code)
        return {**answer, **facts} if code.startswith("look(") else answer

    return wrapped


def test_fat_takes_it(start):
    board = start({}, boot=FAT % 100, heap="256k")
    with PortTarget(board.port) as target:
        target.put({"gestures.py": OLD})
        assert deploy(FakeArtifact(), target).state == "deployed"
        assert deploy(FakeArtifact(), target).state == "up to date"
        assert target.board.execute("print(os.listdir())").strip() == "['gestures.py']"


def test_damaged_on_the_way(start):
    board = start()
    board.wire = lambda data: data.replace(b"circle", b"cirkle")
    refused(board, r"was damaged on its way .* \(its SHA-256 differs there\): try again")


def test_rename_that_does_not_replace(start):
    """FAT, as some firmware has it: the old file steps aside first."""
    fat = STUB + (
        "def rename(a, b):\n"
        "    try:\n        stat(b)\n    except OSError:\n        return uos.rename(a, b)\n"
        "    raise OSError(17)\n"
    )
    board = start({"gestures.py": OLD, "os.py": fat.encode()})
    run(board)
    assert files(board) == {"gestures.py": NEW, "os.py": fat.encode()}


def test_rename_fails_altogether(start):
    """... and comes back when the new one cannot take its place."""
    broken = STUB + (
        "def rename(a, b):\n    if a.endswith('__new.py'):\n        raise OSError(5)\n"
        "    uos.rename(a, b)\n"
    )
    refused(start({"gestures.py": OLD, "os.py": broken.encode()}), "OSError: .*EIO")


def test_board_that_stopped_in_a_swap_is_repaired(start):
    """... with what was tested, before anything else is tried."""
    board = start({"gestures.py": OLD, "gestures__new.py": NEW, "gestures__new.py.ok": b""})
    done, said = run(board)
    assert (
        said[0] == "put gestures.py in place, which an interrupted deployment had copied and tested"
    )
    assert done.state == "up to date"
    assert files(board) == {"gestures.py": NEW}


def test_verifying_completes_an_interrupted_swap(start):
    """What waits is not mixed with other copies under the same name."""
    board = start({"gestures.py": OLD, "gestures__new.py": NEW, "gestures__new.py.ok": b""})
    other = FakeArtifact()
    other.files = {"gestures.py": damaged(NEW)}
    with PortTarget(board.port) as target:
        assert not finish(verify(target, other)).ok
    assert files(board) == {"gestures.py": NEW}


def test_left_overs_are_removed(start):
    board = start({"gestures.py": OLD, "gestures__new.py": b"half", "gestures.py.old": b"older"})
    run(board)
    assert files(board) == {"gestures.py": NEW}


def test_a_folder_that_would_be_imported_instead(start):
    board = start()
    (board.folder / "gestures").mkdir()
    refused(board, r"a folder gestures on \S+ would be imported instead of gestures.py: remove it")


def test_a_first_deployment_that_fails_leaves_nothing(start):
    board = start({})
    wrong = FakeArtifact()
    wrong.files = {"gestures.py": damaged(NEW)}
    with pytest.raises(ThumbnetError, match=r"self-test .* failed .*; nothing is left there$"):
        run(board, wrong)
    assert files(board) == {}
