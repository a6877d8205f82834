"""Real recordings of a smartwatch, from their features to the decisions of a stream."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from support.data import needs_aeon
from support.micropython import needs_micropython

from thumbnet.export import convert
from thumbnet.tools.targets import find_micropython
from thumbnet.tools.workflow.architecture import build
from thumbnet.tools.workflow.settings import TrainSettings
from thumbnet.tools.workflow.training import fit
from thumbnet.trainer import cut, load_motions

RUN = """
import json, motions
for line in open("rows.jsonl"):
    stream = motions.Stream()
    print(json.dumps([stream.push(v) for v in json.loads(line)]))
"""


@pytest.mark.parametrize("features", [("mean", "deviation", "crossings"), ("deviation", "bands")])
def test_activities(features: tuple[str, ...], tmp_path: Path) -> None:
    needs_aeon()
    needs_micropython()
    train, test = load_motions()
    # Cut together: of one resolution and reach.
    data = cut([*train, *test], 64, 12, features, bands=4)
    learned = data.take(np.flatnonzero(data.recording < len(train)))
    held_out = data.take(np.flatnonzero(data.recording >= len(train)))
    recipe = TrainSettings(hidden=(16,), epochs=150, vote=(1, 1))
    model = build(learned, recipe, "motions")
    fit(model, learned, held_out, recipe)
    assert model.info["accuracy"] > 0.9
    program = convert(model, model.samples["calibration"], name="motions")
    predicted = program.predict(held_out.x)
    assert abs(np.mean(predicted == held_out.y) - model.info["accuracy"]) < 0.03
    program.write(tmp_path)
    lines = [json.dumps(one.values.tolist()) for one in test]
    (tmp_path / "rows.jsonl").write_text("\n".join(lines))
    done = subprocess.run(
        [str(find_micropython()), "-X", "heapsize=512k", "-c", RUN],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(test), done.stderr
    decided = [k for answer in answers for k in answer if k is not None]
    assert decided == predicted.tolist()
