"""`thumbnet report` as a command: its results, and how it fails."""

from __future__ import annotations

import errno
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import reports
from support.cli import COMMAND, last_json, thumbnet
from support.faults import disk_of

from thumbnet.tools import cli

pytestmark = pytest.mark.emulated

MODELS = ("pictures", "features", "numbers", "bare")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Model files, and one that is none."""
    folder = tmp_path_factory.mktemp("report")
    for name in MODELS:
        getattr(reports, name)().save(folder / f"{name}.npz")
    (folder / "text.npz").write_text("no model")
    np.savez(folder / "data.npz", x=np.eye(4), y=np.arange(4))
    (folder / "cut.npz").write_bytes((folder / "bare.npz").read_bytes()[:200])
    (folder / "few.csv").write_text("a,b,label\n" + "1,2,x\n3,4,y\n" * 4)
    return folder


def test_report(folder: Path) -> None:
    done = thumbnet("report pictures.npz --board pico --board esp8266 --json", folder)
    assert done.returncode == 0, done.stderr
    result = last_json(done)
    assert result["report"] == "pictures.html"
    assert (folder / "pictures.html").stat().st_size == result["bytes"]
    assert result["samples"] == 359
    assert (result["score"], result["refused"]) == ("accuracy", 0)
    assert result["float"] == pytest.approx(reports.pictures().info["accuracy"])
    assert abs(result["integer"] - result["float"]) < 0.02
    assert result["macs"] == 64 * 16 + 16 * 10
    assert {board["board"] for board in result["boards"]} == {"pico", "esp8266"}
    assert [layer["name"] for layer in result["layers"]][-2:] == ["prediction", "probabilities"]
    assert "accuracy on 359 held-out examples: " in done.stderr
    assert "open it in a browser" in done.stderr


def test_the_same_model_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """Whatever the run, and whatever the user's own style of charts is."""
    own = "lines.linewidth: 9\nsvg.fonttype: path\nxtick.major.pad: 20\naxes.titlepad: 30\n"
    (tmp_path / "matplotlibrc").write_text(own)
    pages = []
    for number, config in ((1, folder), (2, tmp_path)):
        env = {"PYTHONHASHSEED": str(number), "MPLCONFIGDIR": str(config), "TZ": f"UTC{number}"}
        done = thumbnet(f"report features.npz -o {number}.html --board pico", folder, env)
        assert done.returncode == 0, done.stderr
        pages.append((folder / f"{number}.html").read_bytes())
    assert pages[0] == pages[1]
    assert str(folder).encode() not in pages[0]


def test_a_bare_model_is_judged_by_other_data(folder: Path) -> None:
    done = thumbnet("report bare.npz --data digits --board pico --json -o other.html", folder)
    result = last_json(done)
    assert result["samples"] == 1797
    assert result["missing"] == []
    assert result["integer"] is not None
    result = last_json(thumbnet("report bare.npz --json", folder))
    assert result["samples"] == 0
    assert result["float"] is result["integer"] is None
    assert len(result["missing"]) == 2


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ("none.npz", 1, "none.npz: no such file"),
        ("text.npz", 1, "text.npz: not a thumbnet model"),
        ("data.npz", 1, "data.npz: not a thumbnet model"),
        ("cut.npz", 1, "cut.npz: truncated or damaged"),
        ("bare.npz -o page.pdf", 1, "-o page.pdf: the page is HTML: name it page.html"),
        ("bare.npz -o no/page.html", 1, "-o no/page.html: there is no folder no: create it first"),
        ("bare.npz -o folder.html", 1, "-o folder.html is a folder: add the name of a file"),
        ("bare.npz --board picco", 1, "unknown board 'picco': did you mean 'pico'?"),
        ("bare.npz --data flowers", 1, "no data set 'flowers'"),
        (
            "pictures.npz --data few.csv",
            1,
            "few.csv has rows of 2 values, but pictures.npz takes 64",
        ),
        ("pictures.npz --data digits --label y", 1, "a label column can be chosen in CSV files"),
        ("", 2, "Missing argument 'MODEL'"),
    ],
)
def test_it_fails_in_one_line(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: str,
    code: int,
    message: str,
) -> None:
    monkeypatch.chdir(folder)
    (folder / "folder.html").mkdir(exist_ok=True)
    before = sorted(folder.iterdir())
    assert cli.main(["report", *arguments.split(), "--json"]) == code
    said = capsys.readouterr()
    assert len(said.err.splitlines()) == 1
    assert message in said.err
    assert list(json.loads(said.out)) == ["error"]
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize("missing", [["matplotlib"], ["matplotlib", "jinja2"]])
def test_a_missing_library_is_named(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    missing: list[str],
) -> None:
    from thumbnet.tools.commands import report

    def find_spec(name: str) -> Any:
        return None if name in missing else importlib.util.find_spec(name)

    monkeypatch.setattr(report, "find_spec", find_spec)
    assert cli.main(["report", str(folder / "bare.npz")]) == 1
    assert capsys.readouterr().err == (
        f"thumbnet: the report needs {' and '.join(missing)}, not installed: run "
        "`pip install 'thumbnet[report]'`\n"
    )


def test_charts_are_loaded_for_a_page_only() -> None:
    code = (
        "import sys, thumbnet.tools.commands.report\n"
        "assert not {'matplotlib', 'jinja2'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_full_disk_leaves_the_old_page(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("old")
    arguments = ["report", str(folder / "numbers.npz"), "-o", str(page), "--board", "pico"]
    assert cli.main(arguments) == 0  # loads everything, so that no cache is written below
    page.write_text("old")
    with disk_of(2000):
        assert cli.main(arguments) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
    assert page.read_text() == "old"


def test_a_folder_that_cannot_be_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def read_only(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.chdir(folder)
    monkeypatch.setattr("thumbnet.trainer.files.atomic._beside", read_only)
    assert cli.main(["report", "bare.npz", "-o", "page.html"]) == 1
    assert capsys.readouterr().err == (
        "thumbnet: cannot write page.html: Read-only file system: choose another place with -o, "
        "or free some space\n"
    )
    assert not (folder / "page.html").exists()


def test_an_unfinished_training_has_no_report(tmp_path: Path) -> None:
    rows = "".join(f"{n},{n * 2.5}\n" for n in range(40))
    (tmp_path / "line.csv").write_text("x,y\n" + rows)
    assert thumbnet("train line.csv --epochs 2 --checkpoint kept.npz", tmp_path).returncode == 0
    done = thumbnet("report kept.npz", tmp_path)
    assert done.returncode == 1
    assert "checkpoint of an unfinished training" in done.stderr
    assert (
        last_json(thumbnet("report line.npz --board pico --json", tmp_path))["score"] == "r_squared"
    )


def test_a_reader_that_goes_away(folder: Path) -> None:
    line = f"{' '.join(COMMAND)} report bare.npz | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], cwd=folder, capture_output=True, text=True)
    assert done.returncode in (0, 141)
    assert done.stderr == ""
