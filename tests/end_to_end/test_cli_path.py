"""The whole path through the command line, as a user takes it, in its own folder."""

import json
import shutil
from pathlib import Path

import pytest
from support.cli import last_json, thumbnet
from support.micropython import needs_micropython

from thumbnet.tools.cli import main

ROOMS = "hour,lux,people\n" + "".join(
    f"{hour},{lux},{'many' if (hour * 37 + lux) % 100 > 50 else 'few'}\n"
    for hour in range(24)
    for lux in range(0, 100, 9)
)
SCORES = "hours,score\n" + "".join(f"{n / 10},{20 + 7.5 * n / 10:.2f}\n" for n in range(1, 81))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A trained and exported network, made once."""
    folder = tmp_path_factory.mktemp("path")
    (folder / "rooms.csv").write_text(ROOMS)
    (folder / "scores.csv").write_text(SCORES)
    assert thumbnet("train rooms.csv --epochs 4 --hidden 8,4", folder).returncode == 0
    assert thumbnet("export rooms.npz", folder).returncode == 0
    return folder


@pytest.fixture
def own(folder, tmp_path):
    """A copy that a test may spoil."""
    return Path(shutil.copytree(folder, tmp_path / "own"))


def test_train_says_what_it_does(folder):
    done = thumbnet("train rooms.csv --epochs 4 -o again.npz --hidden 8 --json", folder)
    assert done.returncode == 0
    assert "Total params" in done.stderr
    assert "epoch 4/4  loss " in done.stderr
    result = last_json(done)
    assert len(done.stdout.splitlines()) == 1
    assert result["model"] == "again.npz"
    assert 0 <= result["accuracy"] <= 1
    assert not (folder / "again.checkpoint.npz").exists()


def test_train_repeats_to_the_last_bit(folder):
    import numpy as np

    for name in ("one.npz", "two.npz"):
        assert thumbnet(f"train rooms.csv --epochs 2 -o {name} --seed 5", folder).returncode == 0
    with np.load(folder / "one.npz") as one, np.load(folder / "two.npz") as two:
        weights = [name for name in one.files if name.startswith("weights/")]
        assert len(weights) == 4
        assert all(np.array_equal(one[name], two[name]) for name in weights)


def test_regression_in_real_units(folder):
    needs_micropython()
    done = thumbnet(
        "train scores.csv --hidden 0 --epochs 60 --learning-rate 0.05 --optimizer sgd --json",
        folder,
    )
    assert last_json(done)["r_squared"] > 0.99
    assert last_json(thumbnet("export scores.npz --json", folder))["kind"] == "regression"
    result = last_json(thumbnet("verify build/scores.py --json", folder))
    assert result["equal"] == result["inputs"]
    assert result["accuracy"] is None
    assert result["mean_absolute_error"] < 1  # points of a score of 20 to 80


def test_export_reports(folder):
    result = last_json(thumbnet("export rooms.npz -o other --name chamber --json", folder))
    assert result["module"] == str(Path("other") / "chamber.py")
    assert (folder / "other" / "chamber.py").stat().st_size == result["module_bytes"]
    assert result["macs"] == 2 * 8 + 8 * 4 + 4 * 2
    assert result["accuracy_integer"] is not None


def test_export_makes_a_name_that_boards_import(own):
    shutil.copy(own / "rooms.npz", own / "2-rooms.npz")
    done = thumbnet("export 2-rooms.npz", own)
    assert done.returncode == 0
    assert "the module is named m2_rooms: '2-rooms' cannot be imported on generic" in done.stdout
    assert f"next: thumbnet verify {Path('build') / 'm2_rooms.py'}" in done.stdout
    assert (own / "build" / "m2_rooms.py").exists()
    assert "is called" not in thumbnet("export rooms.npz", own).stdout
    done = thumbnet("export 2-rooms.npz --name 2-rooms", own)
    assert done.returncode == 1
    assert "'2-rooms' cannot be imported on a board" in done.stderr


def test_export_passes_margin_and_threshold_on(folder):
    def ends(margin: str) -> int:
        assert thumbnet(f"export rooms.npz -o wide --margin {margin}", folder).returncode == 0
        return max(row[1] for row in json.loads((folder / "wide/rooms.json").read_text())["inputs"])

    assert (ends("0"), ends("1")) == (99, 198)  # lux goes from 0 to 99
    assert thumbnet("export rooms.npz --margin -1", folder).returncode == 2
    done = thumbnet("export rooms.npz -o wide --threshold 0.7", folder)
    assert done.returncode == 1
    assert "threshold" in done.stderr


def test_export_counts_the_rows_that_the_module_refuses(own):
    from thumbnet.trainer import load_model

    model = load_model(own / "rooms.npz")
    model.samples["test_x"][:3] += 1000
    model.save(own / "rooms.npz")
    held_out = len(model.samples["test_x"])
    done = thumbnet("export rooms.npz", own)
    (line,) = [line for line in done.stdout.splitlines() if "held-out" in line]
    assert line.startswith(f"accuracy on {held_out - 3} held-out rows")
    assert "in float; the board refuses 3 more, which are outside the accepted range" in line


def test_export_warns_of_a_layer_that_lost_much(folder, monkeypatch, capsys):
    from thumbnet.tools import cli
    from thumbnet.tools.commands import export

    monkeypatch.chdir(folder)
    assert cli.main(["export", "rooms.npz", "-o", "noisy"]) == 0
    assert "loses precision" not in capsys.readouterr().out
    monkeypatch.setattr(export, "LOW_SQNR", 300)
    assert cli.main(["export", "rooms.npz", "-o", "noisy"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if "loses precision" in line]
    assert any(line.startswith("layer scores loses precision in integers (") for line in lines)
    assert all("dB, less than 300)" in line for line in lines)


def test_tiny_units_keep_their_precision(tmp_path):
    needs_micropython()
    rows = "".join(f"{n * 1.25e-8:.4e},{'high' if n > 150 else 'low'}\n" for n in range(300))
    (tmp_path / "amps.csv").write_text("current,kind\n" + rows)
    assert thumbnet("train amps.csv --epochs 30", tmp_path).returncode == 0
    done = thumbnet("export amps.npz --json", tmp_path)
    assert last_json(done)["accuracy_integer"] > 0.9
    result = last_json(thumbnet("verify build/amps.py --json", tmp_path))
    assert result["equal"] == result["inputs"] > 50


@pytest.mark.parametrize("target", ["cpython", "unix --heap 40k"])
def test_verify(folder, target):
    needs_micropython()
    done = thumbnet(f"verify build/rooms.py --target {target} --json", folder)
    assert done.returncode == 0
    result = last_json(done)
    assert result["target"] == target.split()[0]
    assert result["inputs"] == result["equal"] == result["answered"] > 50
    assert 0 <= result["accuracy"] <= 1
    assert result["intact"] is True


def one_weight_changed(path: Path) -> None:
    """Change one weight in the text of a generated module."""
    import re

    text = path.read_text()
    literal = re.search(r"b[\"'](?:\\x[0-9a-f]{2}|[^\\\"'])+", text[text.index("=") :])
    assert literal is not None
    weights = re.findall(r"\\x[0-9a-f]{2}", literal.group())
    assert weights
    old = weights[0]
    new = f"\\x{(int(old[2:], 16) ^ 0x40):02x}"
    path.write_text(text.replace(old, new, 1))


def test_verify_says_no(own):
    module = own / "build" / "rooms.py"
    one_weight_changed(module)
    done = thumbnet("verify build/rooms.py --target cpython --json --force", own)
    assert done.returncode == 1
    assert "is not the file that export wrote: --force runs it " in done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith("thumbnet: rooms on cpython: ")
    assert "scores: expected [" in last
    result = last_json(done)
    assert result["equal"] < result["inputs"]
    assert result["error"] in last
    assert result["intact"] is False


@pytest.mark.parametrize("verb", ["verify", "bench"])
def test_the_json_is_taken_for_its_module(own, verb):
    line = f"{verb} build/rooms.json --target cpython"
    assert thumbnet(line, own).returncode == 0
    (own / "build" / "rooms.py").unlink()
    done = thumbnet(line, own)
    assert done.returncode == 1
    assert "name the module that `thumbnet export` wrote" in done.stderr


def test_verify_says_no_to_too_few_answers(own):
    module = own / "build" / "rooms.py"
    text = module.read_text() + "\n\nimport sys\nsys.modules[__name__].predict = None\n"
    module.write_text(text)
    done = thumbnet("verify build/rooms.py --target cpython --force", own)
    assert done.returncode == 1
    assert " 0 of " in done.stderr


def test_bench(folder):
    needs_micropython()
    result = last_json(thumbnet("bench build/rooms.py --heap 64k --json", folder))
    assert set(result) == {
        "target",
        "macs",
        "us_per_inference",
        "us_per_decision",
        "instructions_per_inference",
        "module_bytes",
        "heap_bytes_import",
        "heap_bytes_free",
        "heap_bytes_per_inference",
        "estimates",
        "intact",
    }
    assert result["us_per_inference"] > 1
    assert 500 < result["heap_bytes_import"] < 20_000
    assert result["heap_bytes_per_inference"] == 0


def test_bench_on_cpython_knows_no_heap(folder):
    result = last_json(thumbnet("bench build/rooms.py --target cpython --json", folder))
    assert result["heap_bytes_import"] is None
    assert result["heap_bytes_per_inference"] is None
    assert result["us_per_inference"] > 0


def test_bench_refuses_what_answers_wrong(own):
    one_weight_changed(own / "build" / "rooms.py")
    done = thumbnet("bench build/rooms.py --target cpython --json --force", own)
    assert done.returncode == 1
    assert "gives wrong answers on cpython" in last_json(done)["error"]


def test_heap_too_small(folder):
    needs_micropython()
    done = thumbnet("verify build/rooms.py --heap 5k", folder)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "give a larger --heap" in done.stderr


def test_deploy(folder, tmp_path):
    needs_micropython()
    pty_board = pytest.importorskip("support.pty_board", reason="a pty needs a Unix")
    board = pty_board.PtyBoard(tmp_path / "board")
    command = f"deploy build/rooms.json --port {board.port}"
    done = thumbnet(f"{command} --json", folder)
    assert done.returncode == 0, done.stderr
    result = last_json(done)
    assert (result["state"], result["inputs"], result["equal"]) == ("deployed", 16, 16)
    assert (board.folder / "rooms.py").read_bytes() == (folder / "build/rooms.py").read_bytes()
    assert "is up to date" in thumbnet(command, folder).stdout
    verified = last_json(thumbnet(f"verify build/rooms.py --port {board.port} --json", folder))
    assert verified["target"] == board.port
    assert verified["equal"] == verified["inputs"] > 50
    measured = last_json(thumbnet(f"bench build/rooms.py --port {board.port} --json", folder))
    assert measured["heap_bytes_import"] > 500
    assert sorted(p.name for p in board.folder.iterdir()) == ["rooms.py"]
    board.close()


def test_deploy_refuses_an_edited_module(own):
    module = own / "build" / "rooms.py"
    module.write_text(module.read_text() + "# mine\n")
    done = thumbnet("deploy build/rooms.py --port /dev/null", own)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ([], "no board is plugged in as far as this computer can see: plug it in"),
        (["/dev/one", "/dev/two"], "choose one with --port: /dev/one (a board), /dev/two"),
        (["/dev/none"], "no port /dev/none"),
    ],
)
def test_the_only_board_needs_no_port(folder, monkeypatch, capsys, there, said):
    ports = [(port, "a board") for port in there]
    monkeypatch.setattr("thumbnet.tools.commands.options.candidate_ports", lambda: ports)
    assert main(["deploy", str(folder / "build" / "rooms.py")]) == 1
    assert said in capsys.readouterr().err


def test_boards(folder):
    done = thumbnet("boards --json", folder)
    assert [b["name"] for b in last_json(done)["boards"]][:1] == ["generic"]
    assert "MicroPython" in done.stderr


def test_doctor(folder):
    needs_micropython()
    done = thumbnet("doctor --json", folder)
    assert done.returncode == 0
    what = {f["what"]: f["state"] for f in last_json(done)["findings"]}
    assert what["MicroPython"] == what["NumPy"] == what["mpremote"] == "ok"


def test_files_are_json_and_python(folder):
    json.loads((folder / "build" / "rooms.json").read_text())
    compile((folder / "build" / "rooms.py").read_text(), "rooms.py", "exec")
