"""`thumbnet export --data`: rows of another file to test with; classes are matched by name."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.cli import last_json, thumbnet

HEADER = "x,y,gesture\n"


def rows(name: str, x: int, y: int) -> str:
    return "".join(f"{x + n % 3 / 10:.1f},{y + n % 5 / 10:.1f},{name}\n" for n in range(40))


THREE = {"circle": (1, 1), "rest": (5, 9), "wave": (9, 2)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("data")
    text = HEADER + "".join(rows(name, *place) for name, place in THREE.items())
    (folder / "train.csv").write_text(text)
    (folder / "two.csv").write_text(HEADER + rows("wave", 9, 2) + rows("rest", 5, 9))
    (folder / "other.csv").write_text(HEADER + rows("wave", 9, 2) + rows("jump", 5, 9))
    assert thumbnet("train train.csv --epochs 40 -o net.npz", folder).returncode == 0
    return folder


def test_classes_are_matched_by_name(folder: Path) -> None:
    done = thumbnet("export net.npz --data two.csv --json", folder)
    assert done.returncode == 0, done.stderr
    assert last_json(done)["accuracy_integer"] == 1.0


def test_a_label_unseen_in_training(folder: Path) -> None:
    done = thumbnet("export net.npz --data other.csv", folder)
    assert done.returncode == 1
    assert "label 'jump' was not in training: use one of circle, rest, wave" in done.stderr


def test_the_module_is_the_same_as_without(folder: Path) -> None:
    """Ranges are those of the training: a few rows of a test would make them too narrow."""
    assert thumbnet("export net.npz -o own --json", folder).returncode == 0
    done = thumbnet("export net.npz --data two.csv -o two --json", folder)
    assert done.returncode == 0, done.stderr
    assert "chose the ranges" not in done.stdout
    texts = ((folder / name / "net.py").read_text() for name in ("own", "two"))
    own, two = (text.partition("INPUTS") for text in texts)
    assert "80 held-out rows" in " ".join(two[0].replace("#", "").split())
    assert two[2] == own[2]
