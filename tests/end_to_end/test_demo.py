"""`thumbnet demo digits` keeps its promises."""

import numpy as np
import pytest
from support.cli import last_json, thumbnet
from support.data import needs_aeon
from support.micropython import needs_micropython

from thumbnet.tools.terminal.text_art import draw_channels, draw_image, halve_image, side_by_side


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    needs_micropython()
    folder = tmp_path_factory.mktemp("demo")
    return folder, thumbnet("demo digits --json", folder)


def test_goals(demo):
    _, done = demo
    assert done.returncode == 0, done.stderr
    result = last_json(done)
    assert result["target"] == "unix"
    assert result["inputs"] == result["equal"] >= 359
    assert result["accuracy_float"] >= 0.97
    assert abs(result["accuracy_float"] - result["accuracy"]) <= 0.003
    # Not the seconds, which depend on the machine: what has to be computed.
    assert result["macs"] == 64 * 32 + 32 * 10
    assert result["heap_bytes_import"] < 20_000
    assert len(done.stdout.splitlines()) == 1


def test_report(demo):
    _, done = demo
    text = done.stderr
    assert "epoch 60/60  loss " in text
    for words in ("float accuracy", "integer accuracy", "parity", "363 of 363", "module", "heap"):
        assert words in text
    assert text.count("board: ") == 4
    assert "\u2588\u2588" in text or "##" in text


def test_next_steps_can_be_pasted(demo):
    folder, done = demo
    steps = [line.strip() for line in done.stderr.splitlines() if "thumbnet bench" in line]
    assert steps == ["thumbnet bench build/digits/digits.py --heap 40k"]
    assert thumbnet(steps[0].removeprefix("thumbnet "), folder).returncode == 0
    assert sorted(p.name for p in (folder / "build" / "digits").iterdir()) == [
        "digits.json",
        "digits.npz",
        "digits.py",
    ]


def test_plain_characters_where_there_are_no_blocks(tmp_path):
    needs_micropython()
    done = thumbnet("demo", tmp_path, env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    assert "##" in done.stdout
    assert "?" not in done.stdout


def test_heap_too_small(tmp_path):
    needs_micropython()
    done = thumbnet("demo --heap 12k", tmp_path)
    assert done.returncode == 1
    assert "MemoryError" in done.stderr
    assert "give a larger --heap" in done.stderr


def test_output_is_a_file(tmp_path):
    needs_micropython()
    (tmp_path / "build").touch()
    done = thumbnet("demo", tmp_path)
    assert done.returncode == 1
    assert "choose another folder with -o" in done.stderr


def test_motions(tmp_path):
    """Recordings of a smartwatch: a convolution on all held-out windows."""
    needs_micropython()
    needs_aeon()
    done = thumbnet("demo motions --json", tmp_path)
    assert done.returncode == 0, done.stderr
    result = last_json(done)
    assert (
        result["inputs"] == result["equal"] == 128
    )  # 120 windows, 4 extremes, 4 through the Stream
    assert result["accuracy_float"] >= 0.97
    assert abs(result["accuracy_float"] - result["accuracy"]) <= 0.01
    assert "Running 120 windows that it has never seen" in done.stderr
    assert done.stderr.count("board: ") == 3
    assert "50x6 -> conv 5 8 relu -> conv 5 16 relu -> average of all -> 4 softmax" in done.stderr


@pytest.mark.slow
@pytest.mark.usefixtures("mnist")
def test_mnist(tmp_path):
    needs_micropython()
    done = thumbnet("demo mnist --json", tmp_path)
    assert done.returncode == 0, done.stderr
    result = last_json(done)
    assert result["inputs"] == result["equal"] == 204
    assert result["accuracy_float"] >= 0.97
    assert "of all 10,000" in done.stderr
    assert result["heap_bytes_per_inference"] > 100_000


def test_draw():
    pixels = np.array([[0, 16], [8, 4]])
    assert draw_image(pixels, 0, 16) == ["  ██", "▒▒░░"]
    assert draw_image(pixels, 0, 16, unicode=False) == ["  ##", "++.."]


def test_side_by_side():
    assert side_by_side([["ab", "cd"], ["e", "f"]], ["x", "long"], gap="  ") == (
        "ab  e\ncd  f\nx   long"
    )


def test_curves():
    window = np.array([[0.0, 5.0], [1.0, 5.0], [2.0, 9.0]])
    assert draw_channels(window, [0, 0], [2, 9]) == ["▁▅█", "▅▅█"]
    assert draw_channels(window, [0, 0], [2, 9], unicode=False) == ["_~^", "~~^"]


def test_smaller():
    assert halve_image([[0, 2, 9], [4, 6, 9], [7, 7, 7]]).tolist() == [[3.0]]
