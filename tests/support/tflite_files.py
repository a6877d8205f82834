"""The .tflite files that tests read: those of MLPerf Tiny, and what installed packages bring."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

from .require import require

MLPERF = tuple(
    f"{name}_{kind}" for name in ("ad", "ic", "kws", "vww") for kind in ("float", "int8")
)
"""Anomalies in sound, images, keywords, persons in images: each with float32 and with int8."""

_BRINGING = ("pymicro_wakeword", "tflite_micro", "ai_edge_litert")


def mlperf_file(name: str) -> Path:
    """The file of a network of MLPerf Tiny; skips where THUMBNET_DATA has none."""
    path = Path(os.environ.get("THUMBNET_DATA", "")) / "models" / f"{name}.tflite"
    if not path.is_file():
        require(
            "mlperf", "the networks of MLPerf Tiny are not in the folder models of THUMBNET_DATA"
        )
    return path


def installed_files() -> dict[str, Path]:
    """The files that installed packages bring, by name: at least four of microWakeWord."""
    found: dict[str, Path] = {}
    for package in _BRINGING:
        spec = find_spec(package)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            found |= {path.stem: path for path in sorted(Path(folder).rglob("*.tflite"))}
    return found
