"""MicroPython's WebAssembly build in Node: the same lines, and its absence in one."""

import sys
from pathlib import Path

import pytest
from support.emulators import needs_wasm
from support.fake_artifact import SOURCE, FakeArtifact, damaged

from thumbnet.tools.run.measurement import bench
from thumbnet.tools.run.verification import finish, verify
from thumbnet.tools.targets import CPythonTarget, open_target, wasm
from thumbnet.trainer import ThumbnetError

ROWS = [[1, 2, 3, 4], [5, 6, 7, 800], [0, -1, 5, 2], [1, 2, 3]]
HERE = Path(wasm.PACKAGE) / wasm.BUILD


def refused(message, call, *arguments, **options):
    with pytest.raises(ThumbnetError, match=message) as caught:
        call(*arguments, **options)
    assert "\n" not in str(caught.value)


def run(target, text, rows=ROWS, script="selftest", more=()):
    target.put({"gestures.py": text, **dict(more)})
    return list(target.run(script, "gestures", rows))


@pytest.fixture
def target():
    needs_wasm()
    with open_target("wasm") as opened:
        yield opened


def test_answers_are_those_of_cpython(target):
    first, *answers = run(target, SOURCE.read_bytes())
    with CPythonTarget() as other:
        assert answers == run(other, SOURCE.read_bytes())[1:]
    assert answers[0]["scores"] == [35, 30, 36]
    assert (first["python"], first["platform"]) == ("micropython", "webassembly")
    assert first["heap_free"] > 0


def test_levels_arrive_as_bytes(target):
    module = b"def predict(x):\n    return -1\n\n\ndef scores(x):\n    return list(x)\n"
    rows = [bytes(range(256)) * 2 + b"12\n[3]\n", b"\r\n", [1, 2]]
    assert [line["scores"] for line in run(target, module, rows)[1:-1]] == [*map(list, rows)]


def test_verify_can_say_no(target):
    artifact = FakeArtifact()
    assert finish(verify(target, artifact)).ok
    artifact.files = {"gestures.py": damaged(SOURCE.read_bytes())}
    assert not finish(verify(target, artifact)).ok


def test_bench(target):
    measured = bench(target, FakeArtifact(), rows=2)
    assert measured.us_per_inference > 0
    assert measured.heap_bytes_import is not None
    assert 500 < measured.heap_bytes_import < 4000
    assert measured.heap_bytes_per_inference is not None
    assert 32 <= measured.heap_bytes_per_inference <= 500


READER = b"""
def predict(values):
    return 1


def scores(values):
    with open("net.bin", "rb") as file:
        return file.read()
"""


def test_files_of_bytes_arrive(target):
    lines = run(target, READER, [[1]], more=[("net.bin", bytes(range(256)) * 9)])
    assert lines[1]["scores"] == list(range(256)) * 9


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"x = 1 / 0\n", "wasm cannot import gestures: ZeroDivisionError: "),
        (b"def predict(\n", "wasm cannot import gestures: SyntaxError: "),
        (b"import nowhere\n", "wasm cannot import gestures: ImportError: .*nowhere"),
        (b"import sys\nsys.exit(0)\n", "wasm stopped before the end of selftest"),
        (b"def predict(v):\n    raise KeyboardInterrupt\n", "wasm: KeyboardInterrupt"),
        (b"\xff\n", "wasm cannot import gestures: |wasm: "),
    ],
)
def test_failure_is_one_line(target, text, message):
    refused(message, run, target, text)


def test_endless_module_is_stopped(target):
    target.patience = 0.5
    refused("wasm gave no answer for 0.5 seconds", run, target, b"while True:\n    pass\n")


def test_other_output_is_passed_over(target):
    noisy = SOURCE.read_bytes() + "\nprint('h\u00e4llo', {1: 2})\n".encode()
    assert len(run(target, noisy)) == len(ROWS) + 2


def test_lines_come_one_by_one(target):
    text = b"def predict(values):\n    while values[0]:\n        pass\n    return 1\n"
    target.put({"gestures.py": text})
    lines = target.run("selftest", "gestures", [[0], [1]])
    assert next(lines)["begin"] == "gestures"
    assert next(lines) == {"predict": 1}
    target.patience = 1.0
    refused("wasm gave no answer for 1 seconds", next, lines)


def test_no_heap_size():
    refused("the heap size of wasm is fixed", open_target, "wasm", heap="32k")


# Where it is looked for


@pytest.fixture
def nowhere(monkeypatch, tmp_path):
    """A folder far from any node_modules, and a Node."""
    monkeypatch.delenv("THUMBNET_WASM", raising=False)
    monkeypatch.setattr(wasm, "__file__", str(tmp_path / "a" / "b" / "c" / "wasm.py"))
    monkeypatch.setattr(wasm, "find_node", lambda: Path(sys.executable))
    here = tmp_path / "x" / "y"
    here.mkdir(parents=True)
    monkeypatch.chdir(here)
    return tmp_path


def put(folder, name=HERE):
    path = folder / name
    path.parent.mkdir(parents=True)
    path.write_text("")
    return path


def test_package_missing(nowhere):
    refused(f"needs the npm package {wasm.PACKAGE}.*run `npm install", open_target, "wasm")


def test_node_missing(monkeypatch):
    monkeypatch.setattr(wasm, "find_node", lambda: None)
    refused("needs Node, .*`apt install nodejs npm`", open_target, "wasm")


def test_found_in_a_folder_above(nowhere):
    path = put(nowhere / "x" / "node_modules")
    assert wasm.find_build() == path
    nearer = put(nowhere / "x" / "y" / "node_modules")
    assert wasm.find_build() == nearer


def test_found_where_the_project_installs_it(nowhere):
    path = put(nowhere / "a" / ".build" / "wasm" / "node_modules")
    assert wasm.find_build() == path


def test_named(nowhere, monkeypatch):
    path = put(nowhere / "else" / "node_modules")
    for name in (path, path.parent, nowhere / "else"):
        monkeypatch.setenv("THUMBNET_WASM", str(name))
        assert wasm.find_build() == path
    monkeypatch.setenv("THUMBNET_WASM", str(nowhere / "wrong"))
    refused("THUMBNET_WASM is .*wrong, but there is no micropython.mjs", open_target, "wasm")
