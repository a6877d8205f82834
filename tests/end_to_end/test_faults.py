"""Faults around a correct module: its file of weights, the interpreter, the disk.

No fault may lead to a wrong answer; each gives one line that names the file or the remedy.
"""

import sys
from dataclasses import replace

import pytest
from support.deploying import OLD, boards, files
from support.exported import exported, program, rows
from support.faults import disk_of, flipped, header, opened, refused, swapped, verdict

from thumbnet.tools.run.deployment import deploy
from thumbnet.tools.run.measurement import bench
from thumbnet.tools.targets.port import PortTarget

STREAM = {"weights": "stream"}
VIPER = {"board": "unix", "weights": "stream"}
needs_pty = pytest.mark.skipif(sys.platform == "win32", reason="a pty needs a Unix")


# A file of weights that is not the module's. MicroPython and CPython say the same.


# The change to the file, and the message; {n} is the length of its payload.
DAMAGE = {
    "a CRC of another model": (lambda d: header(d, crc=1), "is of another model: copy the one exp"),
    "a length of another model": (lambda d: header(d, length=1), "is of another model: copy the "),
    "one byte short": (lambda d: d[:-1], r"is damaged \(\d+ of {n} bytes, CRC-32 [0-9a-f]{{8}}, n"),
    "half": (lambda d: d[: len(d) // 2], r"is damaged \(\d+ of {n} bytes, .*: copy it again"),
    "header alone": (lambda d: d[:12], r"is damaged \(0 of {n} bytes, "),
    "half a header": (lambda d: d[:6], "is of another model"),
    "one byte more": (lambda d: d + b"\0", r"is damaged \(\d+ of {n} bytes, "),
    "first bit": (lambda d: flipped(d, 12), r"is damaged \({n} of {n} bytes, "),
    "a bit": (lambda d: flipped(d, len(d) // 2, 3), r"is damaged \({n} of {n} bytes, "),
    "last bit": (lambda d: flipped(d, -1, 7), r"is damaged \({n} of {n} bytes, "),
    "two bytes in turn": (swapped, r"is damaged \({n} of {n} bytes, "),
    "magic": (lambda d: flipped(d, 0), "is not a weights file: copy the one that was exported"),
    "a text": (lambda d: b"hello\n", "is not a weights file: copy the one that was exported"),
    "empty": (lambda d: b"", "is not a weights file: copy the one that was exported"),
}
KINDS = [("cpython", STREAM), ("unix", STREAM), ("unix", VIPER)]
KIND_IDS = ["cpython", "unix plain", "unix viper"]


def run_with(name, artifact, weights, message):
    """Verify with another file of weights (None: without one): one line instead of an answer."""
    board = {artifact.path.name: artifact.path.read_bytes()}
    if weights is not None:
        board["gestures.bin"] = weights
    with opened(name) as target:
        target.put(board)
        refused(
            rf"^{name} cannot import gestures: ValueError: (\S*[/\\])?gestures\.bin {message}",
            *(verdict, target, artifact),
            module=artifact.name,
        )


@pytest.mark.parametrize("what", DAMAGE)
@pytest.mark.parametrize(("name", "options"), KINDS, ids=KIND_IDS)
def test_damaged_weights(tmp_path, name, options, what):
    artifact = exported(tmp_path, **options)
    data = artifact.files["gestures.bin"]
    damage, said = DAMAGE[what]
    run_with(name, artifact, damage(data), said.format(n=len(data) - 12))


@pytest.mark.parametrize(("name", "options"), KINDS, ids=KIND_IDS)
def test_weights_of_another_model_or_none(tmp_path, name, options):
    artifact, other = (exported(tmp_path, seed, **options) for seed in (0, 1))
    data, wrong = (made.files["gestures.bin"] for made in (artifact, other))
    assert len(data) == len(wrong)
    run_with(name, artifact, wrong, "is of another model: copy the one exported with this module")
    run_with(name, artifact, None, "is missing: copy it beside the module")
    with opened(name) as target:  # the artifact itself is right
        assert verdict(target, artifact).ok


def test_every_bit_counts(tmp_path):
    artifact = exported(tmp_path, **STREAM)
    code = compile(artifact.path.read_text(), "gestures.py", "exec")
    data = artifact.files["gestures.bin"]
    for bit in range(0, 8 * len(data), 19):
        artifact.path.with_suffix(".bin").write_bytes(flipped(data, bit // 8, bit % 8))
        with pytest.raises(
            ValueError, match=r"gestures\.bin is (damaged|of another|not a weights)"
        ):
            exec(code, {"__file__": str(artifact.path)})


# A firmware that cannot run this module: which one to export instead.


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        (
            "unix",
            {"board": "pico"},
            r"^unix cannot import gestures: SyntaxError: invalid micropython decorator "
            r"\(it has no compiler for tier thumb: export with --tier viper or --tier plain\)$",
        ),
        ("unix", {"board": "pico2"}, "no compiler for tier thumb: export with --tier viper or --t"),
        (
            "cpython",
            {"board": "unix"},
            r"^cpython cannot import gestures: ModuleNotFoundError: No module named 'micropython' "
            r"\(it has no compiler for tier viper: export with --tier plain\)$",
        ),
        ("cpython", {"board": "pico"}, r"no compiler for tier thumb: export with --tier plain\)$"),
        ("wasm", {"board": "unix"}, r"no compiler for tier viper: export with --tier plain\)$"),
        (
            "unix",
            {"board": "pico", "mpy": True},
            r"^unix cannot import gestures: ValueError: incompatible .mpy arch \(gestures.mpy is "
            r"compiled for board pico \(armv6m\), but unix is x64: export with the right "
            r"--board, or without --mpy\)$",
        ),
        (
            "cpython",
            {"board": "unix", "mpy": True},
            "^cpython cannot run gestures.mpy: export without --mpy$",
        ),
        (
            "unix",
            {"board": "microbit"},
            "^unix cannot run gestures.hex: use --target microbit, or drag it onto the board's MIC",
        ),
        (
            "unix",
            {"board": "samd51", "tier": "plain", "weights": "romfs"},
            r"gestures.bin is not in mapped flash: put it .* \(or export with --weights stream\)$",
        ),
    ],
    ids=lambda value: "+".join(map(str, value.values())) if isinstance(value, dict) else None,
)
def test_a_module_for_another_interpreter(tmp_path, name, options, message):
    artifact = exported(tmp_path, **options)
    with opened(name) as target:
        refused(message, verdict, target, artifact)
        refused(message, bench, target, artifact)


def test_what_is_advised_works(tmp_path):
    """The tiers that the messages above name."""
    for name, options in (
        ("unix", {"board": "pico", "tier": "viper"}),
        ("unix", {"board": "pico", "tier": "plain"}),
        ("cpython", {"board": "unix", "tier": "plain"}),
        ("unix", {"board": "pico", "tier": "plain", "mpy": True}),
    ):
        with opened(name) as target:
            assert verdict(target, exported(tmp_path, **options)).ok


def test_a_mpy_of_another_version(tmp_path):
    artifact = exported(tmp_path, board="unix", mpy=True)
    data = bytearray(artifact.files["gestures.mpy"])
    data[1] -= 1
    artifact = replace(artifact, files={"gestures.mpy": bytes(data)})
    with opened("unix") as target:
        refused(
            r"ValueError: incompatible .mpy file \(gestures.mpy is compiled for board unix: export",
            *(verdict, target, artifact),
            force=True,
        )


@needs_pty
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"board": "pico"},
            r"SyntaxError: .* \(it has no .* --tier viper or --tier plain\); the pr",
        ),
        (
            {"board": "pico", "mpy": True},
            r"incompatible .mpy arch \(gestures.mpy is .* x64: export",
        ),
    ],
)
def test_deploying_a_module_for_another_interpreter(tmp_path, monkeypatch, options, message):
    artifact = exported(tmp_path, **options)
    with boards(tmp_path / "board", monkeypatch) as start:
        board = start()
        with PortTarget(board.port) as target:
            text = refused(message, deploy, artifact, target)
        assert text.endswith("; the previous gestures.py is untouched")
        assert files(board) == {"gestures.py": OLD}


# A full disk: the old files stay complete.


@pytest.mark.parametrize(
    ("options", "room"),
    [({"board": "microbit"}, 300_000), ({"board": "pico"}, 3000), (STREAM, 1000)],
    ids=["hex", "py", "py and weights"],
)
def test_full_disk_leaves_the_old_export(tmp_path, options, room):
    old = exported(tmp_path, **options)
    before = {path.name: path.read_bytes() for path in old.path.parent.iterdir()}
    assert max(map(len, old.files.values())) > room
    with disk_of(room):
        refused(
            r"cannot write .*: choose another folder with -o, or free some space",
            program(1, **options).write,
            old.path.parent,
            rows(20),
        )
    assert {path.name: path.read_bytes() for path in old.path.parent.iterdir()} == before
    program(1, **options).write(old.path.parent, rows(20))
    assert {path.name: path.read_bytes() for path in old.path.parent.iterdir()} != before
