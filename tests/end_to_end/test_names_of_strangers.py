"""Names inside files, wherever they stand: none of them becomes the path of a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.cli import last_json, thumbnet

from thumbnet.trainer import Dense, InputSpec, Sequential

EVIL = "../../evil\nimport os\n"


def all_files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model all of whose names are evil, in a folder three levels deep."""
    folder = tmp_path_factory.mktemp("a") / "b" / "c"
    folder.mkdir(parents=True)
    layers = [
        Dense(4, activation="relu", name=EVIL),
        Dense(2, activation="softmax", name="/evil"),
    ]
    model = Sequential(layers, name=EVIL)
    rng = np.random.default_rng(0)
    x, y = rng.uniform(0, 9, (40, 3)), rng.integers(0, 2, 40)
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    model.fit(x, y, epochs=1, verbose=0)
    model.labels = (EVIL, "/evil")
    model.input_spec = InputSpec((3,), names=(EVIL, "/evil", "..\\evil"))
    model.samples = {"calibration": x, "test_x": x, "test_y": y}
    model.save(folder / "net.npz")
    board = Path(__file__).parents[2] / "export" / "boards" / "profiles" / "generic.toml"
    text = "\n".join(
        'title = "../../evil"' if line.startswith("title") else line
        for line in board.read_text(encoding="utf-8").splitlines()
    )
    (folder / "my.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("export net.npz --board my.toml -o out", {"out", "out/net.py", "out/net.json"}),
        ("export net.npz --weights stream -o bin", {f"bin{end}" for end in ("", "/net.bin")}),
        ("report net.npz --board my.toml", {"net.html"}),
    ],
)
def test_only_the_files_that_were_asked_for(folder: Path, line: str, written: set[str]) -> None:
    if line.startswith("report"):
        pytest.importorskip("matplotlib")
    top = folder.parent.parent
    before = all_files(top)
    done = thumbnet(f"{line} --json", folder)
    assert done.returncode == 0, done.stderr
    assert last_json(done)
    new = {Path(name).relative_to("b/c").as_posix() for name in all_files(top) - before}
    assert written <= new
    assert all(name.split("/")[-1].partition(".")[0] in ("net", "out", "bin") for name in new)
    assert "evil" not in " ".join(new)
