"""Recordings as apps and programs write them, of the three motions that never were."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from support.motions import LABELS, motion
from thumbnet.trainer import Recording

EPOCH = 1_714_550_400_000_000_000
"""2024-05-01 08:00:00 UTC in nanoseconds."""

Line = Callable[[int, float, list[float]], str]
"""A line of text from the number of a sample, its time in seconds, and its readings."""
Files = dict[str, bytes]
"""Contents by path."""


def zipped(files: Files) -> bytes:
    """A zip archive of files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def write(folder: Path, files: Files) -> Path:
    """Write files below a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def each(recordings: int = 2) -> Iterator[tuple[str, int, Recording]]:
    """So many recordings of each label: label, number, readings."""
    for label in LABELS:
        for k in range(recordings):
            yield label, k, motion(label, k)


def comma(values: list[float]) -> str:
    return ",".join(f"{value:.3f}" for value in values)


def sensor_csv(one: Recording, rate: float = 50.0, start: float = 0.0, scale: float = 1.0) -> bytes:
    """A sensor of Sensor Logger: its times jitter, and its axes are written as z, y, x."""
    rng = np.random.default_rng(len(one))
    count = int(len(one) * rate / one.rate)
    times = start + (np.arange(count) + rng.uniform(0, 0.2, count)) / rate
    known = np.arange(len(one)) / one.rate
    out = ["time,seconds_elapsed,z,y,x"]
    values = np.stack([np.interp(times - start, known, column) for column in one.values.T], axis=1)
    for time, (x, y, z) in zip(times.tolist(), (scale * values).tolist(), strict=True):
        nanoseconds = round(time * 1e9)
        out.append(f"{EPOCH + nanoseconds},{nanoseconds / 1e9:.9f},{z:.7f},{y:.7f},{x:.7f}")
    return ("\n".join(out) + "\n").encode()


METADATA = (
    b"version,device name,recording epoch time,recording time,recording timezone,platform,"
    b"appVersion,device id,sensors,sampleRateMs,standardisation,platform version\n"
    b"3,Pixel 7,1714550400000,2024-05-01_08-00-00,Europe/London,android,1.31,abc,"
    b"Accelerometer|Gyroscope,20|20,false,34\n"
)


def sensor_logger(one: Recording, **sensors: Callable[[Recording], bytes]) -> Files:
    """The files of one recording of Sensor Logger."""
    made = {"Accelerometer": sensor_csv, **sensors}
    return {
        **{f"{name}.csv": make(one) for name, make in made.items()},
        "Metadata.csv": METADATA,
        "Annotation.csv": b"time,seconds_elapsed,text,millisecond_press_duration\n",
    }


def sensor_json(one: Recording) -> bytes:
    """Sensor Logger's JSON: all numbers are text."""
    found: list[dict[str, Any]] = [{"sensor": "Metadata", "version": "3", "platform": "ios"}]
    for sensor, scale in (("Accelerometer", 1.0), ("Gyroscope", 0.5)):
        for k, (x, y, z) in enumerate(one.values.tolist()):
            at = k * 20_000_000
            found.append(
                {
                    **{"sensor": sensor, "time": str(EPOCH + at), "seconds_elapsed": str(at / 1e9)},
                    **{"z": str(scale * z), "y": str(scale * y), "x": str(scale * x)},
                }
            )
    return json.dumps(found).encode()


def phyphox_csv(
    one: Recording,
    separator: str = ",",
    decimal: str = ".",
    name: str = "Acceleration",
    fill: int = 0,
) -> bytes:
    """A data set of phyphox: quoted names, numbers in the form 0.000000000E0, NaN as filling."""

    def number(value: float) -> str:
        mantissa, exponent = f"{value:.9E}".split("E")
        return f"{mantissa}E{int(exponent)}".replace(".", decimal)

    names = ("Time (s)", *(f"{name} {axis} (m/s^2)" for axis in "xyz"))
    out = [separator.join(f'"{n}"' for n in names)]
    for k, values in enumerate(one.values.tolist()):
        out.append(separator.join(map(number, (k / one.rate, *values))))
    out += [separator.join([number(9.0), "NaN", "NaN", "NaN"])] * fill
    return ("\n".join(out) + "\n").encode()


def phyphox_meta(pause: float | None = None) -> Files:
    """The folder meta of phyphox, with a pause if there was one."""
    events = [("START", 0.0, 1759650000.0)]
    if pause is not None:
        events += [("PAUSE", pause, 1759650000.0 + pause), ("START", pause, 1759650050.0)]
    events.append(("PAUSE", 4.0, 1759650060.0))
    text = '"event","experiment time","system time","system time text"\n' + "".join(
        f'"{event}",{time:.9E},{system:.3f},"2025-10-05 10:20:00.000 UTC+02:00"\n'
        for event, time, system in events
    )
    return {
        "meta/device.csv": b'"property","value"\n"version","1.2.0"\n"deviceModel","Pixel 6a"\n',
        "meta/time.csv": text.encode(),
    }


def phyphox(one: Recording, separator: str = ",", decimal: str = ".") -> Files:
    """The files of an experiment of phyphox."""
    return {"Raw Data.csv": phyphox_csv(one, separator, decimal), **phyphox_meta()}


def edge_impulse(one: Recording) -> dict[str, Any]:
    """The data acquisition format of Edge Impulse."""
    return {
        "protected": {"ver": "v1", "alg": "HS256", "iat": 1564128599},
        "signature": "b0ee0572a1984b93b6bc56e6576e2cbbd6bccd65d0c356e26b31bbc9a48210c6",
        "payload": {
            "device_name": "ac:87:a3:0a:2d:1b",
            "device_type": "DISCO-L475VG-IOT01A",
            "interval_ms": 1000 / one.rate,
            "sensors": [{"name": f"acc{axis}", "units": "m/s2"} for axis in "XYZ"],
            "values": one.values.tolist(),
        },
    }


def edge_impulse_export() -> Files:
    """A whole project of Edge Impulse, as it is exported."""
    files: Files = {"README.txt": b"# Exported dataset\n"}
    listed = []
    for label, k, one in each(3):
        part = "testing" if k == 2 else "training"
        path = f"{part}/{label}.4tge{k}.ingestion-5d794bbc4d-7rc5s.json"
        files[path] = json.dumps(edge_impulse(one)).encode()
        entry = {"path": path, "name": f"{label}.4tge{k}", "category": part}
        listed.append({**entry, "label": {"type": "label", "label": label}})
    files["info.labels"] = json.dumps({"version": 1, "files": listed}).encode()
    return files


def printed(line: Line) -> Callable[[Recording], bytes]:
    """What writes a recording line by line."""
    return lambda one: "".join(
        f"{line(k, k / one.rate, values)}\n" for k, values in enumerate(one.values.tolist())
    ).encode()


def headed(header: str, line: Line) -> Callable[[Recording], bytes]:
    """What writes a recording as a table."""
    return lambda one: f"{header}\n".encode() + printed(line)(one)
