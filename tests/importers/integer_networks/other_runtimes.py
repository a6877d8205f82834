"""How much of LiteRT's default results other runtimes give: the figures of docs/import.md.

    THUMBNET_DATA=... python tests/importers/integer_networks/other_runtimes.py [ROWS]

For each network of MLPerf Tiny: thumbnet, LiteRT without its delegate XNNPACK, LiteRT's reference
kernels, and TFLite Micro (package tflite-micro), as shares of equal rows and of equal integers.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from support.imported_scores import interpreter
from support.litert import varied_rows
from support.tflite_builder import Network, build
from support.tflite_files import mlperf_file
from support.tflite_kept import lstm_layer, svdf
from support.tflite_values import number, place

from thumbnet.export.stages.reference import execute
from thumbnet.importers import IntegerNetwork, read

SHAPES = {"kws": (49, 10, 1), "ad": (640,), "ic": (32, 32, 3), "vww": (96, 96, 3)}
BATCH = 25


def by_litert(path: Path, resolver: str) -> Callable[[Any], Any]:
    made = interpreter(path.read_bytes(), resolver)
    (start,), (end,) = made.get_input_details(), made.get_output_details()

    def run(row: Any) -> Any:
        made.set_tensor(start["index"], row.reshape(start["shape"]))
        made.invoke()
        return made.get_tensor(end["index"]).ravel()

    return run


def by_micro(path: Path) -> Callable[[Any], Any]:
    from tflite_micro import runtime

    made = runtime.Interpreter.from_file(str(path))
    shape = made.get_input_details(0)["shape"]

    def run(row: Any) -> Any:
        made.set_input(row.reshape(shape), 0)
        made.invoke()
        return made.get_output(0).ravel()

    return run


def by_thumbnet(path: Path, rows: Any) -> Any:
    network = read(path)
    assert isinstance(network, IntegerNetwork)
    scores = network.graph.producer("scores")
    assert scores is not None
    (zero,) = scores.attributes["x_zero_point"]
    levels = rows.reshape(len(rows), -1).astype(np.int64) + 128
    parts = [
        execute(network.graph, levels[at : at + BATCH], ["scores"])["scores"]
        for at in range(0, len(rows), BATCH)
    ]
    return np.concatenate(parts) + zero - 128


def with_states(networks: int, count: int) -> None:
    """Print the same for random SVDFs and LSTMs in TFLite Micro."""
    for name, make in (("SVDF", svdf), ("LSTM", micro_lstm)):
        rows_equal, equal, far = [], [], 0
        for seed in range(networks):
            rng = np.random.default_rng(seed)
            net, outputs = make(rng)
            if -1 in net.operators[0].inputs[:4]:  # TFLite Micro needs biases
                continue
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "net.tflite"
                path.write_bytes(build(net.model(*outputs)))
                x = varied_rows(rng, net.tensors[net.inputs[0]].shape[1:], count)
                runs = (by_litert(path, "AUTO"), by_micro(path))
                usual, other = (np.array([run(row) for row in x]).astype(int) for run in runs)
            rows_equal.append((usual == other).all(axis=1).mean())
            equal.append((usual == other).mean())
            far = max(far, int(np.abs(usual - other).max()))
        print(
            f"{name}, {len(equal)} random ones: TFLite Micro {np.mean(rows_equal):.1%} "
            f"{np.mean(equal):.1%}  farthest {far}",
            flush=True,
        )


def micro_lstm(rng: Any) -> tuple[Network, list[int]]:
    """An LSTM of the kind that TFLite Micro takes."""
    net = Network()
    x = net.input((1, number(rng, 1, 6), number(rng, 1, 8)), *place(rng, -6, -1))
    return net, [lstm_layer(net, rng, x, number(rng, 1, 9), usual=True)]


def main(count: int) -> None:
    print(f"{count} rows; equal to LiteRT with XNNPACK: rows, integers")
    for name, shape in SHAPES.items():
        path = mlperf_file(f"{name}_int8")
        rows = varied_rows(np.random.default_rng(0), shape, count)
        usual = by_litert(path, "AUTO")
        expected = np.array([usual(row) for row in rows])
        found = {"thumbnet": by_thumbnet(path, rows)}
        others = {
            "LiteRT without XNNPACK": by_litert(path, "BUILTIN_WITHOUT_DEFAULT_DELEGATES"),
            "LiteRT's reference kernels": by_litert(path, "BUILTIN_REF"),
            "TFLite Micro": by_micro(path),
        }
        found |= {title: np.array([run(row) for row in rows]) for title, run in others.items()}
        for title, values in found.items():
            same = values == expected
            far = int(np.abs(values.astype(int) - expected).max())
            print(
                f"{name:4} {title:27} {same.all(axis=1).mean():7.1%} {same.mean():7.1%}"
                f"  farthest {far}",
                flush=True,
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
    with_states(60, 20)
