"""`export --romfs`: an image that MicroPython mounts, whose weights stay where they are."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from support.cli import thumbnet
from support.micropython import needs_micropython

from thumbnet.export import load_artifact
from thumbnet.tools.targets import find_micropython
from thumbnet.tools.transport.romfs_image import read_image
from thumbnet.trainer import Dense, Sequential

ON_BOARD = """
import gc, json, sys, vfs
vfs.mount(vfs.VfsRom(open('net.romfs', 'rb').read()), '/rom')
sys.path[:] = ['/rom']
rows = json.load(open('rows.json'))
gc.collect()
before = gc.mem_alloc()
import net
gc.collect()
print(json.dumps([gc.mem_alloc() - before, [list(net.scores(row)) for row in rows]]))
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    network = Sequential([Dense(96, "relu"), Dense(256, "relu"), Dense(3, "softmax")], seed=0)
    network.build((5,))
    x = np.random.default_rng(0).normal(size=(9, 5))
    network.compile("adam", "sparse_categorical_crossentropy")
    network.fit(x, np.arange(9) % 3, epochs=1, verbose=0)
    network.save(folder / "net.npz")
    np.savetxt(
        folder / "rows.csv",
        np.c_[x, np.arange(9) % 3],
        delimiter=",",
        fmt="%.4f",
        header="a,b,c,d,e,y",
        comments="",
    )
    return folder


@pytest.mark.parametrize("mpy", ["", " --mpy"])
def test_the_module_runs_from_its_image(model: Path, mpy: str) -> None:
    needs_micropython()
    out = model / f"out{len(mpy)}"
    done = thumbnet(
        f"export net.npz --data rows.csv --board giga --tier plain --romfs{mpy} -o {out}", model
    )
    assert done.returncode == 0, done.stderr
    assert "net.romfs" in done.stdout
    assert "next: thumbnet deploy --romfs --port PORT" in done.stdout
    made = load_artifact(out / "net.json")
    assert read_image((out / "net.romfs").read_bytes()) == made.files
    (out / "rows.json").write_text(json.dumps([[float(v) for v in row] for row in made.inputs]))
    command = [str(find_micropython()), "-X", "heapsize=512k", "-c", ON_BOARD]
    ran = subprocess.run(command, cwd=out, capture_output=True, text=True, check=True)
    kept, answers = json.loads(ran.stdout)
    assert answers == [row["scores"] for row in made.expected()]
    assert len(made.files["net.bin"]) > 25_000
    assert kept < 25_000


def test_what_does_not_go_together(model: Path) -> None:
    done = thumbnet("export net.npz --data rows.csv --board giga --romfs --weights module", model)
    assert "--romfs is for weights in mapped flash, not --weights module" in done.stderr
    done = thumbnet("export net.npz --data rows.csv --board pico --romfs", model)
    assert "`romfs = BYTES` if `mpremote romfs query` finds some" in done.stderr
