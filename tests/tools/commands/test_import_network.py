"""`thumbnet import`, and `thumbnet export` of what others trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.cli import last_json, thumbnet
from support.imported import residual_net
from support.micropython import needs_micropython
from support.onnx_classifiers import quantized
from support.onnx_models import onnx_model, save

SHAPE = (6, 7, 3)
"""Of the input of `residual_net`."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "net.tflite").write_bytes(residual_net())
    return tmp_path


def test_from_file_to_proof(folder: Path) -> None:
    needs_micropython()
    done = thumbnet("import net.tflite --json", folder)
    assert last_json(done) == {"network": "net.npz", "source": "int8 .tflite"}
    assert "level = round(reading / 0.02) + 125" in done.stderr
    made = last_json(thumbnet("export net.npz --board unix --vectors 20 --json", folder))
    assert (made["kind"], made["vectors"]) == ("classifier", 24)
    again = thumbnet("export net.tflite --board unix --vectors 20 -o again", folder)
    assert again.returncode == 0, again.stderr
    assert (folder / "again/net.py").read_bytes() == (folder / "build/net.py").read_bytes()
    proof = thumbnet("verify build/net.py --target unix", folder)
    assert "24 of 24 rows equal, 216 integers" in proof.stdout, proof.stderr


def test_quantized_onnx_keeps_its_integers(folder: Path) -> None:
    needs_micropython()
    (folder / "res.onnx").write_bytes(quantized("ds_cnn", "QUInt8"))
    done = thumbnet("import res.onnx --json", folder)
    assert last_json(done) == {
        "network": "res.npz",
        "source": "uint8 ONNX, rows with channels last",
    }
    assert "its integers as they are: 1x49x10 -> conv 11x3 16" in done.stderr
    made = thumbnet("export res.onnx --board unix --vectors 2 --json", folder)
    assert made.returncode == 0, made.stderr
    proof = thumbnet("verify build/res.py --target unix", folder)
    assert "rows equal" in proof.stdout, proof.stderr


def test_a_folder_gets_the_module(folder: Path) -> None:
    done = thumbnet("import net.tflite -o made --name other", folder)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (folder / "made").iterdir()) == ["other.json", "other.py"]


def test_held_out_rows_are_in_units_of_the_training(folder: Path) -> None:
    levels = np.random.default_rng(0).integers(0, 256, (30, 126))
    np.savez(folder / "rows.npz", x=(levels - 125) * 0.02, y=np.arange(30) % 4)
    done = thumbnet("export net.tflite --data rows.npz --json", folder)
    assert last_json(done)["accuracy_integer"] is not None
    assert last_json(done)["vectors"] == 34


def test_a_float_network_for_a_folder_is_told_how(folder: Path) -> None:
    dense = onnx_model([("MatMul", ("x", "w"), {})], {"w": np.eye(3)}, (3,))
    save(folder, dense).rename(folder / "a b.onnx")
    done = thumbnet("import 'a b.onnx' -o made", folder)
    assert "thumbnet export 'a b.onnx' --data FILE -o made" in done.stderr


def test_rows_with_channels_first_are_refused(folder: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(30, *SHAPE))
    np.savez(folder / "last.npz", x=rows, y=np.arange(30) % 4)
    np.savez(folder / "first.npz", x=np.moveaxis(rows, -1, 1), y=np.arange(30) % 4)
    assert thumbnet("export net.tflite --data last.npz", folder).returncode == 0
    done = thumbnet("export net.tflite --data first.npz", folder)
    assert "channels last: save x.transpose(0, 2, 3, 1)" in done.stderr


def test_names_go_into_the_module(folder: Path) -> None:
    (folder / "names.txt").write_text("\ufeffa\n b c \nd\ne\n\n")
    assert "'a', 'b c', 'd', 'e'" in thumbnet("import net.tflite --names names.txt", folder).stdout
    assert thumbnet("export net.npz --board unix", folder).returncode == 0
    assert "LABELS = ('a', 'b c', 'd', 'e')\n" in (folder / "build/net.py").read_text()
    done = thumbnet("export net.npz --board unix --names 1,2,3,4", folder)
    assert done.returncode == 0, done.stderr
    assert "LABELS = ('1', '2', '3', '4')\n" in (folder / "build/net.py").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("import .", "it is a folder: name the file of a network in it"),
        ("import net.txt", "export the network as one of these"),
        ("import net.tflite --data digits", "it has its ranges: leave it out"),
        ("export net.tflite --bits 4", "--bits has no meaning for net.tflite"),
        ("export net.tflite --data digits", "has rows of 64 values, but net.tflite takes 126"),
        ("export net.tflite --board microbit", "does not run on this board"),
        ("import net.tflite --names a,b", "net.tflite: 2 names for 4 classes: give one for each"),
        ("import net.tflite --names a,,b,c", "a name in --names is empty"),
        ("import net.tflite --names no.txt", "no.txt: no such file"),
        ("export net.tflite --task regression --names a,b,c,d", "a regression has no classes"),
    ],
)
def test_refused_in_one_line(folder: Path, arguments: str, message: str) -> None:
    done = thumbnet(arguments, folder)
    assert done.returncode == 1
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
