"""The same module, the same vectors, the same answers on every target."""

import subprocess
from pathlib import Path

import pytest
from support.fake_artifact import SOURCE, FakeArtifact, damaged
from support.micropython import needs_micropython

from thumbnet.tools.run.verification import finish, same, verify
from thumbnet.tools.targets import CPythonTarget, Target, UnixTarget, open_target
from thumbnet.tools.targets import interpreter as interpreters
from thumbnet.trainer import ThumbnetError

FILES = {"gestures.py": SOURCE.read_bytes()}
ROWS = [[1, 2, 3, 4], [5, 6, 7, 800], [0, -1, 5, 2]]


@pytest.fixture(params=["cpython", "unix", "port"])
def target(request, tmp_path):
    if request.param != "cpython":
        needs_micropython()
    if request.param == "port":
        pty_board = pytest.importorskip("support.pty_board", reason="a pty needs a Unix")
        board = pty_board.PtyBoard(tmp_path / "board")
        with open_target(None, port=board.port) as opened:
            yield opened
        board.close()
    else:
        with open_target(request.param, heap="32k") as opened:
            yield opened


def run(target: Target, files: dict[str, bytes], rows=ROWS, script="selftest"):
    return list(target.run(script, target.stage("gestures", files), rows))


def test_answers(target):
    first, *answers, last = run(target, FILES)
    assert first["begin"].startswith("gestures")
    assert first["python"] == ("cpython" if target.name == "cpython" else "micropython")
    assert [a["scores"] for a in answers] == [[35, 30, 36], [7995, 54, 840], [25, -3, 168]]
    assert [a["predict"] for a in answers] == [2, 0, 2]
    assert answers[0]["probabilities"] == [1, 1, 32766]
    assert last == {"end": 3}


def test_can_run_again(target):
    assert run(target, FILES)[1:] == run(target, FILES)[1:]


LEVELS = b"""
def predict(values):
    return int(isinstance(values, (bytes, bytearray)))
def scores(values):
    return [len(values), sum((i + 1) * v for i, v in enumerate(values))] * 80
"""


@pytest.mark.parametrize("script", ["selftest", "bench"])
def test_levels_arrive_as_bytes(target, script):
    """All of them, whatever a REPL or a line would make of them, and other rows after them."""
    rows = [bytes(range(256)) * 5 + b"12\n[3]\n", b"'\x04\\\r", [1, 2, 3], bytes(1288), b""]
    answers = run(target, {"gestures.py": LEVELS}, rows, script)[1:-1]
    if script == "bench":
        assert all(answer["us"] > 0 for answer in answers)
        return
    sums = [sum((i + 1) * v for i, v in enumerate(row)) for row in rows]
    wanted = [[len(row), total] * 80 for row, total in zip(rows, sums, strict=True)]
    assert [answer["scores"] for answer in answers] == wanted
    assert [answer["predict"] for answer in answers] == [1, 1, 0, 1, 1]


def test_other_output_is_passed_over(target):
    noisy = {"gestures.py": FILES["gestures.py"] + b"\nprint('hello', {1: 2})\n"}
    assert len(run(target, noisy)) == len(ROWS) + 2


def test_bad_input_comes_back_as_a_line(target):
    assert run(target, FILES, [[1, 2, 3]])[1] == {
        "error": "ValueError",
        "message": "expected 4 values, got 3",
    }


def test_missing_function_has_no_key(target):
    text = b"def predict(values):\n    return 1.5\n"
    assert run(target, {"gestures.py": text}, [[1]])[1] == {"predict": 1.5}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"x = 1 / 0\n", "cannot import gestures.*: ZeroDivisionError: "),
        (b"def predict(\n", "cannot import gestures.*: SyntaxError: "),
        (b"import nowhere_to_be_found\n", "cannot import gestures.*Error: .*nowhere_to_be_found"),
    ],
)
def test_import_error_is_one_line(target, text, message):
    with pytest.raises(ThumbnetError, match=message) as caught:
        run(target, {"gestures.py": text})
    assert "\n" not in str(caught.value)


def test_bench_script(target):
    first, *lines, last = run(target, FILES, script="bench")
    assert last == {"end": 3}
    assert all(line["us"] > 0 for line in lines)
    if target.name == "cpython":
        assert first["heap_bytes_import"] is None
        assert lines[0]["heap"] is None
    else:
        assert 500 < first["heap_bytes_import"] < 4000
        assert 32 <= lines[0]["heap"] <= 500


def test_heap_too_small_says_what_to_do():
    needs_micropython()
    big = {"gestures.py": b"def predict(v):\n    return 0\nW = bytes(40000)\n"}
    with UnixTarget("16k") as target, pytest.raises(ThumbnetError) as caught:
        run(target, big)
    assert "MemoryError: memory allocation failed" in str(caught.value)
    assert "give a larger --heap" in str(caught.value)


def test_heap_too_small_for_the_interpreter():
    needs_micropython()
    with UnixTarget("1k") as target, pytest.raises(ThumbnetError, match="give a larger --heap"):
        run(target, FILES)


def test_endless_module_is_stopped():
    with CPythonTarget() as target:
        target.patience = 0.5
        with pytest.raises(ThumbnetError, match="cpython gave no answer for"):
            run(target, {"gestures.py": b"while True:\n    pass\n"})


def test_module_that_exits_is_a_failure(target):
    if target.name not in ("cpython", "unix"):
        pytest.skip("a board reports SystemExit in its own way")
    text = FILES["gestures.py"] + b"\nimport sys\n\n\ndef predict(values):\n    sys.exit(0)\n"
    with pytest.raises(ThumbnetError, match="stopped before the end of selftest"):
        run(target, {"gestures.py": text})


def test_temporary_folder_is_removed():
    with CPythonTarget() as target:
        run(target, FILES)
        assert target.folder.exists()
    assert not target.folder.exists()


def test_no_module_of_this_computer_is_seen(tmp_path, monkeypatch):
    (tmp_path / "gestures.py").write_text("raise RuntimeError('the wrong one')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("MICROPYPATH", str(tmp_path))
    with CPythonTarget() as target:
        assert len(run(target, FILES)) == 5


# verify: it must be able to say no.


def verdict(target, artifact):
    return finish(verify(target, artifact))


def test_verify_equal(target):
    v = verdict(target, FakeArtifact())
    assert v.ok
    assert (v.inputs, v.answered, v.equal, v.integers) == (20, 20, 20, 20 * 7)
    assert v.accuracy == 1.0
    assert v.as_json()["target"] == target.name


def test_verify_sees_one_changed_weight(target):
    artifact = FakeArtifact()
    artifact.files = {"gestures.py": damaged(FILES["gestures.py"])}
    v = verdict(target, artifact)
    assert not v.ok
    assert v.answered == 20
    assert v.equal < 20
    first = v.differences[0]
    assert first.row == 1  # the weight meets a zero in row 0
    assert first.key == "scores"
    assert str(first).startswith("row 1, scores: expected [")


def test_verify_sees_a_row_that_is_missing(target):
    artifact = FakeArtifact()
    artifact.inputs = artifact.inputs[:-1]
    wanted = FakeArtifact().expected()
    artifact.expected = lambda: wanted
    v = verdict(target, artifact)
    assert not v.ok
    assert (v.inputs, v.answered, v.equal) == (20, 19, 19)
    assert v.reason() == "only 19 of 20 rows were answered"


def test_verify_sees_an_answer_too_many():
    artifact = FakeArtifact()
    wanted = artifact.expected()[:-1]
    artifact.expected = lambda: wanted
    with CPythonTarget() as target:
        v = verdict(target, artifact)
    assert not v.ok
    assert v.differences[0].key == "row"


def test_verify_sees_a_function_that_is_missing():
    artifact = FakeArtifact()
    artifact.files = {"gestures.py": FILES["gestures.py"].replace(b"probabilities", b"probable")}
    with CPythonTarget() as target:
        v = verdict(target, artifact)
    assert v.equal == 0
    assert v.differences[0].key == "probabilities"
    assert v.differences[0].got == "nothing"


def test_verify_shows_errors_and_goes_on():
    artifact = FakeArtifact()
    wanted = artifact.expected()
    artifact.expected = lambda: wanted
    artifact.inputs[3] = [1]
    with CPythonTarget() as target:
        v = verdict(target, artifact)
    assert (v.answered, v.equal) == (20, 19)
    assert v.differences[0].got == "ValueError: expected 4 values, got 1"


def test_verify_without_vectors_is_no_proof():
    artifact = FakeArtifact(rows=0)
    with CPythonTarget() as target:
        v = verdict(target, artifact)
    assert not v.ok
    assert "no vectors" in v.reason()


@pytest.mark.parametrize(
    ("want", "got", "equal"),
    [
        (3, 3, True),
        (3, 4, False),
        (1, 1.0, False),
        (1, True, False),
        ([1, 2], [1, 2], True),
        ([1, 2], [1, 2, 3], False),
        ([1, 2], 1, False),
        (2, 2.0, False),
        (2, "2", False),
    ],
)
def test_same(want, got, equal):
    assert same(want, got) is equal


def test_scripts_are_device_code():
    """No import beyond these, no f-string: the micro:bit v1 knows none."""
    import ast

    from thumbnet.tools.targets import firmware_text

    for script in ("selftest", "bench", "install"):
        tree = ast.parse(firmware_text(script))
        names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
        assert names <= {"gc", "json", "os", "sys", "time"}
        assert not any(isinstance(n, (ast.ImportFrom, ast.JoinedStr)) for n in ast.walk(tree))


def test_selftest_alone_on_micropython(tmp_path):
    """As a user would run it on a board, without a host."""
    needs_micropython()
    from thumbnet.tools.targets import firmware_text

    (tmp_path / "selftest.py").write_text(firmware_text("selftest"))
    (tmp_path / "gestures.py").write_bytes(FILES["gestures.py"])
    (tmp_path / "rows.jsonl").write_text("[1, 2, 3, 4]\n")
    program = Path(str(interpreters.find_micropython()))
    done = subprocess.run(
        [str(program), "-c", "import selftest; selftest.main('gestures', 'rows.jsonl')"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(done.stdout.splitlines()) == 3
