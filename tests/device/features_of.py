"""Prints the features of the windows in cases.json, and what a ring buffer of them unrolls to."""

import json
import sys
from array import array

for folder in sys.argv[2:]:
    sys.path.insert(0, folder)

average, bands, features, raw_window, spread = [
    __import__(name) for name in ("average", "bands", "features", "raw_window", "spread")
]
NAMES = ("mean", "deviation", "rms", "crossings", "bands")
FUNCTIONS = [getattr(__import__(name), name) for name in NAMES]


def one(x, settings):
    n = len(x)
    for module in (average, spread, bands):
        module.FRACTION = settings["fraction"]
    bands.BANDS = settings["bands"]
    bands.SINES = array("h", settings["sines"])
    bands.REAL = array("h", [0] * (n // 2))
    bands.IMAGINARY = array("h", [0] * (n // 2))
    values = array("i", [0] * (4 + settings["bands"]))
    counts = array("i", x)
    at = 0
    for function in FUNCTIONS:
        at = function(counts, values, at)
    assert at == len(values)
    return list(values)


def turned(rows, kind, at):
    """Channel after channel, and sample after sample, of a ring buffer that begins at `at`."""
    n = len(rows[0])
    flat = [v for row in rows for v in row]
    size = len(flat)
    ring = array(kind, flat[size - at :] + flat[: size - at])
    features.CHANNELS = list(range(n))
    features.CHANNEL = array("i", [0] * len(rows))
    features.VALUES = array("i", [0] * size)
    features.FEATURES = (copied,)
    features._NARROW = kind == "h"
    raw_window.VALUES = array(kind, [0] * size)
    raw_window._HALVES = 1 if kind == "h" else 2
    return list(features.features(ring, at)), list(raw_window.features(ring, at))


def copied(x, y, at):
    for v in x:
        y[at] = v
        at += 1
    return at


for line in open(sys.argv[1]):
    case = json.loads(line)
    if "rows" in case:
        print(json.dumps(turned(case["rows"], case["kind"], case["at"])))
    else:
        print(json.dumps(one(case["x"], case)))
