"""A module refuses a call during another, and never answers from mixed buffers."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from support.exported import program, rows
from support.micropython import needs_micropython
from support.networks import run_module
from support.streams import program as stream_program

from thumbnet.tools.targets import find_micropython

BUSY = "busy with another call: make one at a time"

THREADS = """
import _thread, json, time
import gestures as m
rows = {rows}
wanted = {wanted}
wrong = refused = right = running = 0
lock = _thread.allocate_lock()
def work(k):
    global wrong, refused, right, running
    for i in range(300):
        n = (i + k) % len(rows)
        try:
            good = [m.predict(rows[n]), m.scores(rows[n]), m.probabilities(rows[n])] == wanted[n]
            with lock:
                if good:
                    right += 1
                else:
                    wrong += 1
        except RuntimeError as error:
            assert str(error) == "{busy}", error
            with lock:
                refused += 1
    with lock:
        running -= 1
running = 3
for k in range(3):
    _thread.start_new_thread(work, (k,))
while running:
    time.sleep(0.01)
print(wrong, right > 0, refused > 0, right + refused)
"""


@pytest.mark.parametrize("tier", ["plain", "viper"])
@pytest.mark.parametrize("weights", ["module", "stream"])
def test_threads(tier: str, weights: str, tmp_path: Path) -> None:
    needs_micropython()
    made = program(board="unix", tier=tier, weights=weights)
    for name, data in made.files().items():
        (tmp_path / name).write_bytes(data)
    x = rows(7)
    answers = [made.predict(x), made.scores(x), made.probabilities(x)]
    wanted = [[values[n].tolist() for values in answers] for n in range(len(x))]
    code = THREADS.format(rows=x.astype(int).tolist(), wanted=wanted, busy=BUSY)
    done = subprocess.run(
        [str(find_micropython()), "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.stdout == "0 True True 900\n", done.stdout + done.stderr


class Nested(list[int]):
    """A sequence that calls the network while the network reads it."""

    def __init__(self, values: list[int], call: Any) -> None:
        super().__init__(values)
        self.call = call

    def __iter__(self) -> Any:
        self.call()
        return super().__iter__()


@pytest.mark.parametrize("name", ["predict", "scores", "probabilities", "predict_proba"])
def test_a_call_within_a_call(name: str) -> None:
    module = run_module(program().module())
    values = rows(1)[0].astype(int).tolist()
    wanted = module[name](values)
    for inner in ("predict", "scores", "probabilities"):
        with pytest.raises(RuntimeError, match=BUSY):
            module[name](Nested(values, lambda call=module[inner]: call(values)))
        assert module[name](values) == wanted  # the refused call has ended
    with pytest.raises(RuntimeError, match=BUSY):
        module[name](Nested(values, module["check"]))


def test_a_call_that_fails_ends() -> None:
    module = run_module(program().module())
    for name in ("predict", "scores", "probabilities"):
        for _ in range(2):
            with pytest.raises(ValueError, match="expected 12 numbers"):
                module[name]([1])


def test_a_push_within_a_call() -> None:
    module = run_module(stream_program("raw").module())
    stream = module["Stream"]()
    values = [0] * module["INPUTS"]
    sample = [0] * len(module["CHANNELS"])
    with pytest.raises(RuntimeError, match=BUSY):
        module["predict"](Nested(values, lambda: stream.push(sample)))
    with pytest.raises(ValueError, match="expected a list of"):
        stream.push(None)
    assert stream.push(sample) is None


def test_a_firmware_without_threads() -> None:
    text = program().module()
    with_none = text.replace("from _thread import", "from _no_thread import")
    assert with_none != text
    module = run_module(with_none)
    values = rows(1)[0].astype(int).tolist()
    with pytest.raises(RuntimeError, match=BUSY):
        module["predict"](Nested(values, lambda: module["scores"](values)))
    module["predict"](values)
