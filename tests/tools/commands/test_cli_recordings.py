"""`thumbnet train FOLDER --window 50` on what apps export: rate, channels, and what it says."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.app_exports import (
    Files,
    comma,
    each,
    edge_impulse_export,
    headed,
    phyphox,
    printed,
    sensor_csv,
    sensor_logger,
    write,
    zipped,
)
from support.cli import thumbnet
from support.motions import motion

from thumbnet.trainer import StreamSettings, load_model

pytestmark = pytest.mark.emulated

TRAIN = "train data --window 50 --epochs 20 --hidden 4 -o net.npz"
AXES = ("x", "y", "z")
BOTH = tuple(f"{sensor} {axis}" for sensor in ("Accelerometer", "Gyroscope") for axis in AXES)


def archives(make: object) -> Files:
    assert callable(make)
    return {f"{a}/2024-05-01_0{k}.zip": zipped(make(one)) for a, k, one in each()}


LOGS = {f"{a}/{k}.txt": printed(lambda k, t, v: str(tuple(v)))(one) for a, k, one in each()}


@pytest.mark.parametrize(
    ("files", "option", "channels", "said"),
    [
        (archives(lambda one: sensor_logger(one, Gyroscope=sensor_csv)), "", BOTH,
         "Accelerometer, Gyroscope are joined by time, at the samples of Accelerometer ("),
        (archives(lambda one: phyphox(one, ";", ",")), "",
         tuple(f"Acceleration {axis} (m/s^2)" for axis in AXES),
         "the numbers have decimal commas"),
        (edge_impulse_export(), "", ("accX", "accY", "accZ"),
         "9 recordings, 36 s in all: rest (3), shake (3), wave (3)"),
        ({f"{a}.{k}.csv": headed(",time,x,y,z",
            lambda k, t, v: f"{k},2024-05-01 00:00:{t:06.3f},{comma(v)}")(one)
          for a, k, one in each()}, "", AXES,
         "'index' only counts the rows, and is left out"),
    ],
)  # fmt: skip
def test_training(
    files: Files, option: str, channels: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    write(tmp_path / "data", files)
    done = thumbnet(TRAIN + option, tmp_path)
    assert done.returncode == 0, done.stderr
    assert said in done.stdout
    settings = StreamSettings.from_config(load_model(tmp_path / "net.npz").info["stream"])
    assert settings.channels == channels
    assert settings.rate == pytest.approx(50, rel=1e-3)


def test_a_log_without_times(tmp_path: Path) -> None:
    """The refusal names an option, and with it the network is trained, exported and measured."""
    write(tmp_path / "data", LOGS)
    done = thumbnet(TRAIN, tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("give the rate of the samples (--rate 100)")
    assert thumbnet(f"{TRAIN} --rate 100", tmp_path).returncode == 0
    # New recordings, in an archive, have the rate of the network.
    files = {f"rest/{k}.txt": printed(lambda k, t, v: comma(v))(motion("rest", k)) for k in (7, 8)}
    write(tmp_path, {"new.zip": zipped(files)})
    done = thumbnet("export net.npz --data new.zip -o build", tmp_path)
    assert done.returncode == 0, done.stderr
