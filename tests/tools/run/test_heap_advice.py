"""A heap that is too small for a module: the need and the have, on every kind of target."""

import re
import sys

import pytest
from support.deploying import OLD, boards, files
from support.exported import exported
from support.faults import opened, refused, verdict

from thumbnet.tools.run.deployment import deploy
from thumbnet.tools.run.import_failures import heap_advice, heap_needed
from thumbnet.tools.run.measurement import bench
from thumbnet.tools.targets.port import PortTarget
from thumbnet.trainer import ThumbnetError

STREAM = {"weights": "stream"}
VIPER = {"board": "unix", "weights": "stream"}
needs_pty = pytest.mark.skipif(sys.platform == "win32", reason="a pty needs a Unix")

SIZES = re.compile(
    r"cannot import gestures\S*: MemoryError: memory allocation failed, allocating [0-9]+ bytes "
    r"\(the heap of \S+ is too small for this model, which needs about ([0-9,]+) bytes to "
    r"import; it has ([0-9,]+) (?:free|in all): give a larger --heap(.*)\)$"
)


def sizes(text):
    found = SIZES.search(text)
    assert found is not None, text
    return [int(size.replace(",", "")) for size in found.groups()[:2]]


def advice(text):
    """What stands behind the larger heap."""
    found = SIZES.search(text)
    assert found is not None, text
    return found[3]


@pytest.mark.parametrize(
    ("options", "heap"),
    [
        ({}, 24),
        (STREAM, 24),
        ({"board": "unix"}, 24),
        (VIPER, 24),
        ({"board": "unix", "mpy": True, "units": 240}, 26),
    ],
    ids=lambda options: "+".join(map(str, options.values())) if isinstance(options, dict) else "",
)
def test_heap_too_small_for_the_import(tmp_path, options, heap):
    artifact = exported(tmp_path, **options)
    with opened("unix", heap=f"{heap}k") as target:
        text = refused("MemoryError", verdict, target, artifact)
    need, have = sizes(text)
    # The weights of the last are what matters, the code is of the others.
    fewer = ", or train a network with fewer hidden units"
    assert advice(text) == (fewer if options.get("mpy") else ", or export with --mpy")
    assert need == heap_needed(artifact, 2 << 10)
    assert heap * 1024 - 8000 < have < heap * 1024 - 2000
    with opened("unix", heap=f"{heap + (need - have) // 1024 + 1}k") as target:  # so much suffices
        assert verdict(target, artifact, limit=2).ok


def test_heap_too_small_for_bench(tmp_path):
    """... which takes more than verify."""
    artifact = exported(tmp_path, board="unix", mpy=True)
    for heap in range(30, 10, -1):
        with opened("unix", heap=f"{heap}k") as target:
            try:
                bench(target, artifact, rows=1)
            except ThumbnetError as error:
                need, have = sizes(str(error))
                assert verdict(target, artifact, limit=1).ok
                break
    assert have <= heap * 1024
    assert need == heap_needed(artifact)


def test_heap_too_small_for_the_interpreter(tmp_path):
    artifact = exported(tmp_path)
    with opened("unix", heap="8k") as target:
        need, have = sizes(refused("MemoryError", verdict, target, artifact))
    assert (need, have) == (heap_needed(artifact), 8192)


@pytest.mark.emulated
@pytest.mark.parametrize(
    ("units", "options"),
    [
        (9, {}),
        (160, STREAM),
        (160, {"board": "unix"}),
        (9, VIPER),
        *(
            pytest.param(*case, marks=pytest.mark.slow)
            for case in ((160, {}), (9, STREAM), (9, {"board": "unix"}), (160, VIPER))
        ),
    ],
    ids=str,
)
def test_the_advice_is_enough(tmp_path, options, units):
    """The module that the refusal proposes is imported and answers, in that very heap."""
    artifact, tried = exported(tmp_path, units=units, **options), 0
    for heap in range(40, 12, -2):
        with opened("unix", heap=f"{heap}k") as target:
            try:
                assert verdict(target, artifact, limit=2).ok
                continue
            except ThumbnetError as error:
                said = re.search(r"export with ([^,)]*)", str(error))
        for words in said[1].split(" or ") if said else ():
            other = exported(tmp_path, units=units, **{**options, **as_arguments(words)})
            with opened("unix", heap=f"{heap}k") as target:
                assert verdict(target, other).ok, (heap, words)
            tried += 1
    assert tried > 2


def as_arguments(options):
    """The arguments of convert() for options of export."""
    words = options.replace("--mpy", "--mpy True").split()
    pairs = zip(words[::2], words[1::2], strict=True)
    return {name[2:]: value == "True" or value for name, value in pairs}


def test_a_target_without_mpy_is_not_told_of_it(tmp_path):
    artifact = exported(tmp_path, board="unix", units=120)
    with opened("cpython") as target:
        assert "--mpy" not in str(heap_advice(target, artifact, 40_000, 30_000))


@needs_pty
@pytest.mark.parametrize("force", [False, True])
def test_heap_too_small_on_a_board(tmp_path, monkeypatch, force):
    artifact = exported(tmp_path, units=120, board="generic")
    with boards(tmp_path / "board", monkeypatch) as start:
        monkeypatch.undo()
        board = start(heap="36k")
        with PortTarget(board.port) as target:
            text = refused("heap", deploy, artifact, target, force=force)
        assert files(board) == {"gestures.py": OLD}
    said = (
        "MemoryError: .* which needs about ([0-9,]+) bytes to import; it has ([0-9,]+) free: export"
    )
    if not force:
        said = (
            "gestures.py needs about ([0-9,]+) bytes of heap on .* and ([0-9,]+) are free: export"
        )
    need, have = (int(size.replace(",", "")) for size in re.search(said, text).groups())
    assert have < 36 * 1024
    assert have < need == heap_needed(artifact, 2 << 10)


def test_need_of_every_kind(tmp_path):
    """It is that of the very build, and of the processor that imports it."""
    large = {"units": 120, "board": "unix"}
    module, mpy, stream = (
        heap_needed(exported(tmp_path, **large, **more))
        for more in ({}, {"mpy": True}, {"weights": "stream"})
    )
    assert mpy < 0.8 * module
    assert stream != module
    dsp = exported(tmp_path, board="pico2")
    assert dsp.build.tier == "thumb_dsp"
    assert 5000 < heap_needed(dsp) < heap_needed(dsp, 2 << 10)
