"""What `thumbnet export` says of the files that it wrote."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from thumbnet.export import Artifact, Estimate, Program, QuantizationResult, estimate_artifact

from ..terminal.console import Console
from ..terminal.wording import WEIGHT_PLACES, microseconds


def _refused(info: dict[str, Any]) -> str:
    count = info.get("refused", 0)
    return f"; {count:,} more are outside the accepted range (see --margin)" if count else ""


def _width(program: Program) -> str:
    """Return whether weights have the width that the network was trained for, in words."""
    if program.bits == program.trained:
        return f"weights of {program.trained} bits, as in training"
    return (
        f"weights of {program.bits} bits, but it was trained for {program.trained} "
        "(leave out --bits)"
    )


def report(
    console: Console,
    artifact: Artifact,
    program: Program,
    balanced: Mapping[str, float | None],
    eight: QuantizationResult | None,
) -> None:
    """Print what the export wrote and what to do next.

    balanced: the balanced accuracies of uneven classes. eight: the result with weights of 8 bits.
    """
    info, size = artifact.info, sum(map(len, artifact.files.values()))
    word = "accuracy" if artifact.kind == "classifier" else "R squared"
    console.say(
        f"{artifact.path}  {size:,} bytes, {artifact.macs:,} multiply-accumulates, "
        f"tier {artifact.build.tier}, weights in {WEIGHT_PLACES[artifact.build.weights]}"
    )
    if program.fitted:
        console.say(_width(program))
    if "integer" in info:
        floats = f", {info['float']:.4f} in float" if "float" in info else ""
        console.say(
            f"{word} on {info['samples']:,} held-out rows: {info['integer']:.4f} in integers"
            f"{floats}{_refused(info)}"
        )
        if balanced.get("balanced_integer") is not None:
            console.say(
                f"balanced accuracy (the mean over the classes): "
                f"{balanced['balanced_integer']:.4f} in integers, "
                f"{balanced['balanced_float']:.4f} in float"
            )
        if eight is not None:
            more = "" if eight.balanced is None else f", balanced {eight.balanced:.4f}"
            console.say(f"with weights of 8 bits it would be {eight.accuracy:.4f}{more} (--bits 8)")
    elif info.get("refused"):
        console.say("every held-out row is outside the accepted range: see --margin", "yellow")
    made = estimate_artifact(artifact)
    console.say(
        f"estimate for {artifact.board.name}: {_time(made)}, "
        f"{made.import_heap:,} bytes of heap to import, {made.steady_heap:,} kept"
    )
    for file in list(artifact.files)[1:]:
        console.say(f"{artifact.path.parent / file} belongs to it: put both on the board")
    runs_here = artifact.path.suffix == ".hex" or not artifact.build.tier.startswith("thumb")
    next_verb = "verify" if runs_here else "deploy --port PORT"
    console.say(f"next: thumbnet {next_verb} {shlex.quote(str(artifact.path))}")
    console.result(
        {
            "module": str(artifact.path),
            "board": artifact.board.name,
            "kind": artifact.kind,
            "tier": artifact.build.tier,
            "weights": artifact.build.weights,
            "bits": program.bits,
            "files": list(artifact.files),
            "module_bytes": size,
            "macs": artifact.macs,
            "accuracy_float": info.get("float"),
            "accuracy_integer": info.get("integer"),
            "accuracy_8_bits": None if eight is None else eight.accuracy,
            "balanced_float": balanced.get("balanced_float"),
            "balanced_integer": balanced.get("balanced_integer"),
            "balanced_8_bits": None if eight is None else eight.balanced,
            "vectors": len(artifact.inputs),
            "estimate": asdict(made),
        }
    )


def _time(made: Estimate) -> str:
    """Return how long an answer takes: with a Stream, the push that fills a window."""
    if made.decision is not None:
        return f"{microseconds(made.decision * 1e6)} for the push that fills a window"
    return f"{microseconds(made.seconds * 1e6)} per inference"
