"""What a module's `.json` and text say of its columns and classes, and what is refused of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.exported import program

from thumbnet.export.program.about_network import about_network, check_about
from thumbnet.export.program.module_labels import labels_in
from thumbnet.trainer import TableColumns, ThumbnetError


def test_labels_are_read_from_the_text_of_a_module() -> None:
    path = Path("m.py")
    names = ("it's", 'a "b"', "c\nLABELS = ('no',)", "é")
    for text in (f"LABELS = {names!r}\n", f"# header\nX = 1\nLABELS = {names!r}\nY = 2\n"):
        assert labels_in(path, {"m.py": text.encode()}) == names
    wide = "LABELS = (\n    'a',\n    'b',\n)\n"
    assert labels_in(path, {"m.py": wide.encode()}) == ("a", "b")
    others = ("", "LABELS = (", "LABELS = (1, 2)\n", "LABELS = (exit(), 'a')\n", "XLABELS = ('a',)")
    for text in (*others, "LABELS = (\n" + "'a',\n" * 100_000):  # at once
        assert labels_in(path, {"m.py": text.encode()}) == ()
    assert labels_in(Path("m.mpy"), {"m.mpy": b"M\x06\xff"}) == ()
    assert labels_in(Path("m.hex"), {"m.hex": b":no hex"}) == ()


def test_a_compiled_module_keeps_its_labels_beside_it() -> None:
    assert about_network(None, ("a", "b"), compiled=True) == {"labels": ["a", "b"]}
    assert about_network(None, ("a", "b"), compiled=False) == {}
    assert about_network(None, ("0", "1"), compiled=True) == {}


@pytest.mark.parametrize("inputs", [-1, 0, 1])
def test_what_does_not_fit_the_network_is_refused(inputs: int) -> None:
    graph = program().graph
    (size,) = graph.tensors[graph.input].shape
    (outputs,) = graph.tensors["scores"].shape
    table = TableColumns(("y",), tuple(f"x{k}" for k in range(size + inputs))).get_config()
    names = ["a"] * max(2, outputs)
    good = {"table": table, "labels": names}
    if not inputs:
        assert check_about(good, graph) == good
        for labels in (["a"], [1, 2], "ab", None, ["\0", *names[1:]]):
            with pytest.raises(ValueError, match="labels"):
                check_about({**good, "labels": labels}, graph)
        for value in ([], {"more": 1}, {"table": []}, {"table": {"features": 1}}):
            with pytest.raises((ValueError, ThumbnetError)):
                check_about(value, graph)
        return
    with pytest.raises(ValueError, match="other columns than the network has inputs"):
        check_about(good, graph)
