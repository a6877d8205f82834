"""`thumbnet train --window`: from recordings to a module with a Stream, and what goes wrong."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from support.cli import last_json, thumbnet
from support.micropython import needs_micropython
from support.motions import motion, motions, write_folder, write_table

from thumbnet.tools.targets import find_micropython
from thumbnet.trainer import StreamSettings, cut, load_model, read_recordings

pytestmark = pytest.mark.emulated

TRAIN = "train motions --window 32 --epochs 12 --hidden 6"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Recordings of three motions; of one there are more and longer ones."""
    folder = tmp_path_factory.mktemp("windows")
    made = [*motions(3), *(motion("rest", k, 500) for k in (7, 8, 9))]
    write_folder(folder / "motions", made)
    write_table(folder / "all.csv", made)
    return folder


def settings(path: Path) -> StreamSettings:
    return StreamSettings.from_config(load_model(path).info["stream"])


def test_the_whole_way(folder: Path) -> None:
    needs_micropython()
    done = thumbnet(
        f"{TRAIN.replace('12', '60')} --hop 16 --features mean,deviation,bands --bands 2 --json",
        folder,
    )
    assert done.returncode == 0, done.stderr
    assert "windows of 9 recordings to train, " in done.stderr
    assert " windows of 3 recordings held out" in done.stderr
    assert " held-out windows: " in done.stderr
    assert "balanced " in done.stderr
    result = last_json(done)
    assert result["accuracy"] > 0.6
    assert 0 <= result["balanced_accuracy"] <= 1
    made = settings(folder / "motions.npz")
    assert (made.window, made.hop, made.rate, made.vote) == (32, 16, 50, (1, 3))
    assert made.features == ("mean", "deviation", "bands")
    assert made.channels == ("x", "y", "z")
    assert last_json(thumbnet("export motions.npz --json", folder))["accuracy_integer"] > 0.6
    result = last_json(thumbnet("verify build/motions.py --json", folder))
    assert result["equal"] == result["inputs"]
    # On the board: ten lines, a label a decision.
    rows = motion("shake", 99, 120).values.tolist()
    sketch = f"""
import motions
stream = motions.Stream()
for sample in {rows!r}:
    if stream.push(sample) is not None:
        print(stream.label)
"""
    (folder / "build" / "sketch.py").write_text(sketch)
    done = subprocess.run(
        [str(find_micropython()), "sketch.py"], cwd=folder / "build", capture_output=True, text=True
    )
    assert done.stdout.splitlines() == ["shake"] * 6


def test_one_table_is_the_same(folder: Path) -> None:
    line = "train all.csv --window 32 --epochs 12 --hidden 6 --label label --recording recording"
    result = last_json(thumbnet(f"{line} -o table.npz --json", folder))
    assert thumbnet(f"{TRAIN} -o folder.npz", folder).returncode == 0
    assert settings(folder / "table.npz") == settings(folder / "folder.npz")
    assert result["training_rows"] == load_model(folder / "folder.npz").info["training_rows"]


def test_defaults_and_choices(folder: Path) -> None:
    assert thumbnet(f"{TRAIN} -o a.npz", folder).returncode == 0
    made = settings(folder / "a.npz")
    assert (made.hop, made.features) == (16, ("mean", "deviation", "crossings"))
    line = f"{TRAIN} -o b.npz --features raw --vote 2/3 --rate 50 --time ms:ms"
    assert thumbnet(line, folder).returncode == 0
    made = settings(folder / "b.npz")
    assert (made.features, made.vote, made.shape) == (("raw",), (2, 3), (32, 3))
    assert thumbnet(f"{TRAIN} -o c.npz --lstm 3", folder).returncode == 0
    assert settings(folder / "c.npz").features == ("raw",)
    done = thumbnet("export b.npz", folder)
    assert done.returncode == 0, done.stderr
    stored = json.loads((folder / "build" / "b.json").read_text())
    assert stored["graph"]["stream"]["vote"] == [2, 3]


def test_balanced_accuracy_only_where_it_differs(folder: Path, tmp_path: Path) -> None:
    write_folder(tmp_path / "motions", motions(3))
    done = thumbnet(TRAIN, tmp_path)
    assert " held-out windows: " in done.stdout
    assert "balanced" not in done.stdout
    done = thumbnet(TRAIN, folder)
    line = next(line for line in done.stdout.splitlines() if "balanced" in line)
    assert line.endswith("(the mean over the classes, which have 11 to 30 rows)")


def test_balanced_accuracy_where_the_training_is_uneven(tmp_path: Path) -> None:
    made = [*motions(2), *(motion("rest", k) for k in (7, 8, 9))]  # one of each is held out
    write_folder(tmp_path / "motions", made)
    done = thumbnet(TRAIN, tmp_path)
    line = next(line for line in done.stdout.splitlines() if "balanced" in line)
    assert line.endswith("(the mean over the classes, which have 11 to 44 rows in training)")


def test_other_recordings_for_a_trained_network(folder: Path) -> None:
    """They are cut as those of the training were: by each verb, from a folder or a table."""
    assert thumbnet(f"{TRAIN} --hop 20 -o other.npz", folder).returncode == 0
    windows = len(cut(read_recordings(folder / "motions"), 32, 20))
    for data in ("motions", "all.csv --label label"):
        done = thumbnet(f"compare other.npz --data {data} --json", folder)
        assert done.returncode == 0, done.stderr
        line = f"export other.npz --data {data} -o build2 --json"
        assert last_json(thumbnet(line, folder))["accuracy_float"] == last_json(done)["float"]
    pytest.importorskip("matplotlib")
    done = thumbnet("report other.npz --data motions --board pico --json", folder)
    result = last_json(done)
    assert result["samples"] + result["refused"] == windows
    assert "recordings" in (folder / "other.html").read_text()
    done = thumbnet("report other.npz --data digits", folder)
    assert done.stderr == (
        "thumbnet: digits has rows of 64 values, but other.npz takes 9: use recordings of "
        "'x', 'y', 'z', as a CSV file or a folder of them\n"
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("train motions", "motions: a folder of recordings is cut into windows: say how long they "
                          "are, in samples, with --window 100 (see `thumbnet train --help`)"),
        ("train motions --window 300", "rest/0.csv has 200 samples, a window takes 300: take "
                                       "shorter windows, or leave it out (too short: 9 of 12)"),
        ("train motions --window 50 --features bands",
         "frequency bands need a window of a power of two, not 50 samples: take 32 or 64, or "
         "leave bands out"),
        ("train nowhere --window 50",
         "nowhere: no such file or folder: use a folder of recordings, or a CSV file"),
        ("train motions --window 50 --rate 20",
         "motions/rest/0.csv, line 2: column 'ms' says 50 samples a second (in ms), not 20: "
         "correct the rate, or leave it out"),
        ("train digits --window 50",
         "--window is for recordings of sensors, but digits is a data set of images: leave it out, "
         "or use a folder of recordings or a CSV file"),
        ("train all.csv --window 50 --label nope",
         "all.csv: no column 'nope', the columns are 'ms', 'x', 'y', 'z', 'label', 'recording': "
         "name another"),
    ],
)  # fmt: skip
def test_one_line_each(line: str, said: str, folder: Path) -> None:
    done = thumbnet(line, folder)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == f"thumbnet: {said}"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("train motions --hop 5", "--hop is for windows of recordings: add --window"),
        ("train a.csv --allow-constant",
         "--allow-constant is for windows of recordings: add --window"),
        ("train motions --window 1", "1 is not in the range x>=2"),
        ("train motions --window 9 --features mean,median",
         "'median' is not a feature: use raw, mean, deviation, rms, crossings, bands"),
        ("train motions --window 9 --vote 2of3",
         "'2of3' is not a vote: use a number such as 3, or 2/3"),
        ("train motions --window 32 --features mean --bands 4",
         "--bands is for the feature bands: name it in --features, or leave out --bands"),
        ("train motions --window 32 --bands 4", "--bands is for the feature bands: "),
        ("train motions --window 50 --task regression",
         "--task regression is for rows of a CSV file, but windows of recordings have labels: "
         "leave out --task or --window"),
        ("train motions --window 50 --conv abc",
         "'abc' is not a list of filters like 8,16 (0 for no convolution)"),
        ("train motions --window 50 --conv=-3", "'-3' is not a list of filters like 8,16 (0 for"),
        ("train motions --window 50 --gru 3 --lstm 3",
         "--gru and --lstm: a network has one recurrent layer: leave out one"),
        ("compare motions.npz --label kind", "--label is for a CSV file of --data: add --data"),
    ],
)  # fmt: skip
def test_usage(line: str, said: str, folder: Path) -> None:
    done = thumbnet(line, folder)
    assert done.returncode == 2
    assert said in done.stderr


def test_a_label_with_one_recording(tmp_path: Path) -> None:
    made = [*motions(2), motion("shake", 5)]
    write_folder(tmp_path / "motions", [one for one in made if one.name != "wave/1.csv"])
    done = thumbnet(TRAIN, tmp_path)
    assert done.stderr.splitlines()[-1] == (
        "thumbnet: label 'wave' has one recording, wave/0.csv: a test needs another, record it "
        "once more or leave the label out"
    )


def test_stuck_sensors_by_option_alone(tmp_path: Path) -> None:
    write_folder(tmp_path / "motions", motions(2))
    path = tmp_path / "motions" / "wave" / "1.csv"
    rows = [line.split(",") for line in path.read_text().splitlines()]
    path.write_text("\n".join(",".join([a, x, "0.5" if y != "y" else y, z]) for a, x, y, z in rows))
    done = thumbnet(TRAIN, tmp_path)
    assert done.stderr.splitlines()[-1].startswith(
        "thumbnet: wave/1.csv: channel 'y' is 0.5 in all its 200 samples, as of a sensor that is "
        "stuck: "
    )
    done = thumbnet(f"{TRAIN} --allow-constant", tmp_path)
    assert done.returncode == 0
    assert "no change of" not in done.stdout


def test_a_sensor_that_gets_stuck_is_pointed_out(tmp_path: Path) -> None:
    write_folder(tmp_path / "motions", motions(2))
    for k in (0, 1):
        path = tmp_path / "motions" / "wave" / f"{k}.csv"
        rows = [line.split(",") for line in path.read_text().splitlines()]
        rows[101:] = [[row[0], *rows[100][1:]] for row in rows[101:]]
        path.write_text("\n".join(map(",".join, rows)))
    done = thumbnet(TRAIN, tmp_path)
    assert done.returncode == 0, done.stderr
    assert (
        "wave/0.csv, line 101: no change of 'x', 'y', 'z' in 101 samples, learned as 'wave': cut "
        "them out if the sensor was stuck (1 more such recordings)\n"
    ) in done.stdout


def test_a_unit_that_is_guessed_is_said(tmp_path: Path) -> None:
    """And the rate that decides for another is the one that other recordings are held against."""
    write_folder(tmp_path / "motions", motions(2))
    for path in (tmp_path / "motions").rglob("*.csv"):
        header, *rows = path.read_text().splitlines()
        rows = [f"{k},{row.split(',', 1)[1]}" for k, row in enumerate(rows)]
        path.write_text("\n".join([header.replace("ms", "time"), *rows]))
    done = thumbnet(TRAIN, tmp_path)
    assert done.stdout.splitlines()[0] == (
        "the times in 'time' seem to be in ms: 1000 samples per second; if not, name the "
        "unit, as in --time time:s"
    )
    for options in ("--time time:s", "--rate 1"):
        done = thumbnet(f"{TRAIN} {options}", tmp_path)
        assert done.returncode == 0, done.stderr
        assert "seem to be" not in done.stdout
        assert settings(tmp_path / "motions.npz").rate == 1
    done = thumbnet("export motions.npz --data motions", tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_time_among_the_features_is_pointed_out(tmp_path: Path) -> None:
    text = "millis,x,label\n" + "".join(f"{20 * n},{n % 7},{'ab'[n % 2]}\n" for n in range(40))
    (tmp_path / "lab.csv").write_text(text)
    done = thumbnet("train lab.csv --epochs 1 -o net.npz", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "warning: 'millis' counts the rows" in done.stdout
    (tmp_path / "lab.csv").write_text(text.replace("millis", "light"))
    assert "looks like" not in thumbnet("train lab.csv --epochs 1 -o net.npz", tmp_path).stdout
