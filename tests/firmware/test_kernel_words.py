"""Every kernel lists the words of `p` as the exporter declares them, and reads each by its name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from support.imported_spec import IMPORTED
from support.kernel_words import FIRMWARE, WORDS, Words, kernel_files, listed_words, words_of
from support.thumb_text import data_lines

from thumbnet.export.emit.firmware_source import inlined

FILES = kernel_files()
PYTHON = [path for path in FILES if path.parent.name in ("plain", "viper", "runtime")]
ASSEMBLY = [path for path in FILES if path not in PYTHON]
EACH = {"ids": lambda path: f"{path.parent.name}-{path.stem}"}

ALSO = {
    "activation_min": {"low"},
    "activation_max": {"high"},
    "x_at": {"source"},
    "y_at": {"at", "first", "target"},
    "inputs": {"taps"},
    "outputs": {"channels"},
    "bias": {"acc"},
}
"""What a kernel may call a word beside its name."""

ASSEMBLED = {"add_xnnpack", "average_pool_tflite", "conv_xnnpack", "depthwise_conv_xnnpack"}
"""Kernels of imported networks that are in assembly."""

IN_VIPER = {
    *("scores_of_levels", "softmax_tflite", "svdf_features", "svdf_sums", "lstm_tflite"),
    "softmax_onnx",
    *(IMPORTED.keys() - ASSEMBLED),
}
"""Kernels that the thumb tiers run in viper where a board has it."""

IN_BYTECODE = {"layer_normalization"}
"""Kernels that the thumb tiers run as plain bytecode."""

P_REGISTERS = {"fully_connected": ("r3", "r4")}
"""Registers that hold the address of `p`, where not only r3 does; r5 is that of an output's."""


def test_every_tier_has_its_kernels() -> None:
    names = {tier: {p.stem for p in FILES if p.parent.name == tier} for tier in ("plain", "viper")}
    assert names["plain"] == WORDS.keys() - {"recurrent"}
    assert names["viper"] == names["plain"] - {"fully_connected_lanes"}
    thumb = {p.stem for p in FILES if p.parent.name == "thumb"}
    assert thumb == names["viper"] - IN_BYTECODE - IN_VIPER
    assert [p.stem for p in FILES if p.parent.name == "runtime"] == ["recurrent"]
    assert {p.stem for p in FILES if p.parent.name == "thumb_dsp"} == {"fully_connected"}
    assert {p.stem for p in FILES if p.parent.name == "microbit"} == {"fully_connected", "lookup"}


@pytest.mark.parametrize("path", FILES, **EACH)
def test_words_are_listed_as_declared(path: Path) -> None:
    assert listed_words(path.read_text(encoding="utf-8")) == layout(path)


def test_a_list_is_read() -> None:
    text = "# p: n, x_at (of x, (x)), 0.\n@micropython.viper\ndef copy(x, w, y, p):\n"
    with pytest.raises(AssertionError):
        assert listed_words(text) == Words(("n", "x_at", ""))
    text = text.replace(", (x)", "")
    assert listed_words(text) == Words(("n", "x_at", ""))
    text = text.replace(
        "0.", "0, then bias,\n# multiplier and shift of each output. n is odd.\n# Also."
    )
    assert listed_words(text) == Words(("n", "x_at", ""), ("bias", "multiplier", "shift"))
    for wrong in ("def copy(x, w, y, p):\n", text + "\n\n" + text):
        with pytest.raises(ValueError, match="lists of p"):
            listed_words(wrong)


# Names, in plain and viper


def reads(tree: ast.AST) -> Iterator[ast.Subscript]:
    """Every place where a word of `p` is read."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "p":
            yield node


def named(tree: ast.AST, words: Words) -> Iterator[tuple[ast.Subscript, str, str]]:
    """Yield what is read and goes into a variable: the place, the word and the variable's name."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign | ast.AugAssign):
            continue
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        names = [ast.unparse(n) for n in target.elts] if isinstance(target, ast.Tuple) else []
        for n, read in enumerate(reads(node.value)):
            at = read.slice
            if isinstance(at, ast.Constant):  # name = p[4] << up >> up
                assert isinstance(target, ast.Name)
                yield read, words.front[ast.literal_eval(at)], target.id
            elif isinstance(at, ast.Slice):  # name, name = p[4:6]
                first, stop = (
                    0 if n is None else ast.literal_eval(n) for n in (at.lower, at.upper)
                )
                if first == len(words.front):  # all that is repeated
                    yield read, words.repeated[0], ast.unparse(target).removesuffix("s")
                    continue
                for word, name in zip(words.front[first:stop], names, strict=True):
                    yield read, word, name
            else:  # acc = p[k] - excess, or name, name = p[k + 1], p[k + 2]
                place = re.fullmatch(r"k(?: \+ (\d))?", ast.unparse(at))
                assert place
                name = names[n] if names else ast.unparse(target)
                yield read, words.repeated[int(place[1] or 0)], name


def layout(path: Path) -> Words:
    """The declared layout; of what convolutions share, theirs."""
    return words_of("conv" if path.stem == "gather" else path.stem, path.parent.name)


@pytest.mark.parametrize("path", [*PYTHON, FIRMWARE / "plain" / "gather.py"], **EACH)
def test_words_are_read_by_name(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = list(named(tree, layout(path)))
    assert {ast.unparse(read) for read in reads(tree)} == {ast.unparse(read) for read, *_ in found}
    for _, word, name in found:
        assert name in {word, "_", *ALSO.get(word, ())}, (word, name)
    # All of p at once.
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and ast.unparse(node.value) == "p":
            (target,) = node.targets
            assert isinstance(target, ast.Tuple)
            for word, name in zip(layout(path).front, target.elts, strict=True):
                assert ast.unparse(name) in {word, *ALSO.get(word, ())}


@pytest.mark.parametrize("path", PYTHON, **EACH)
def test_what_is_repeated_begins_behind_the_words(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    words = layout(path)
    front, each = len(words.front), len(words.repeated)
    if path.parent.name == "viper":
        found = re.findall(r"int\(p\) \+ (\d+)", text)
        assert found == [str(4 * front)] * bool(each)
    elif words.repeated == ("multiplier", "shift"):
        assert f"k = {front} + {each} * (count - fewest)" in text
    elif words.repeated == ("sum",):
        assert f", p, {front})" in text  # level_of searches there
    elif words.repeated == ("offset",):
        assert f"offsets = p[{front}:]" in text
    elif each:
        loop = f"for k in range({front}, {front} + {each} * outputs, {each}):"
        assert loop in text or (f"k = {front}\n" in text and f"k += {each}\n" in text)


ROW_WORDS = {
    "load": ("x_at", "copy"),
    "store": ("y_at", "copy"),
    "cell": ("reset", "gru", "lstm", "simple_rnn"),
}
"""What `recurrent` changes in `p` of its rows: the word, and the kernels that have it."""


def test_recurrent_changes_words_of_its_rows_by_name() -> None:
    tree = ast.parse((FIRMWARE / "runtime" / "recurrent.py").read_text(encoding="utf-8"))
    places = {
        ast.unparse(node.targets[0]): ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
    }
    found = {
        (ast.unparse(node.value), ast.unparse(node.slice))
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)
    }
    assert found == {(row, f"_{word.upper()}") for row, (word, *_) in ROW_WORDS.items()}
    assert places.keys() == {name for _, name in found}
    for word, *kernels in ROW_WORDS.values():
        for kernel, tier in product(kernels, ("plain", "viper", "thumb", "thumb_dsp")):
            assert words_of(kernel, tier).index(word) == places[f"_{word.upper()}"]


# Names, in assembly


@pytest.mark.parametrize("path", ASSEMBLY, **EACH)
def test_loads_name_their_word(path: Path) -> None:
    words = layout(path)
    front, each = words.places, {name: k for k, name in enumerate(words.repeated)}
    holders = P_REGISTERS.get(path.stem, ("r3",))
    count = 0
    text = inlined(path)
    for line in text.splitlines():
        found = re.fullmatch(r" +(?:ldr|str)\(r\d, \[(r\d), (\d+)\]\)(?:  # (.*))?", line)
        if found and found[1] in holders:
            assert int(found[2]) == 4 * front[found[3]], line
        elif found and found[1] == "r5":
            assert int(found[2]) == 4 * each[found[3]], line
        elif moved := re.fullmatch(r" +add\(r5, (\d\d)\)(?:  # (.*))?", line):
            # To the first output's words, or on to the next.
            size = words.index(moved[2]) if moved[2] else len(each)
            assert int(moved[1]) == 4 * size, line
        count += bool(found)
    packed = " ".join(comment for *_, comment, _ in data_lines(text))
    assert count or "[r3, x_at]" in packed
    assert not re.search(r"\[r3, \d", packed)
