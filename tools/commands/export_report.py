"""What `thumbnet export` says of the files that it wrote."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from thumbnet.export import (
    Artifact,
    Estimate,
    Program,
    QuantizationResult,
    estimate_artifact,
    texts_of,
)
from thumbnet.trainer import write_atomically

from ..targets.interpreter import compiles_viper
from ..terminal.console import Console
from ..terminal.wording import WEIGHT_PLACES, measured_rows, microseconds
from ..transport.romfs_image import write_image
from ..workflow.sound_words import keeps_up
from ..workflow.training import TEST_ROWS


def _refused(info: dict[str, Any], classes: bool) -> str:
    """Say how many rows the board refuses, and what the accuracy is if they count as wrong."""
    count = info.get("refused", 0)
    if not count:
        return ""
    all_rows = f"; counted as wrong: {_with_refused(info):.4f}" if classes else ""
    return (
        f"; the board refuses {count:,} more, which are outside the accepted range "
        f"(see --margin){all_rows}"
    )


def _with_refused(info: dict[str, Any]) -> float:
    """Return the accuracy if refused rows count as wrong."""
    return float(info["integer"] * info["samples"] / (info["samples"] + info.get("refused", 0)))


def _measured(info: dict[str, Any], classes: bool) -> dict[str, Any]:
    """Return the figures of the held-out rows for --json."""
    refused = info.get("refused", 0)
    found: dict[str, Any] = {"rows": info.get("samples", 0), "refused": refused}
    found["held_out"] = not info.get("chose_ranges") if "integer" in info else None
    name = "accuracy" if classes else "r_squared"
    found[f"{name}_float"], found[f"{name}_integer"] = info.get("float"), info.get("integer")
    if classes:
        known = "integer" in info
        found["accuracy_refused_as_wrong"] = _with_refused(info) if known else None
    return found


def _sample(info: dict[str, Any], program: Program) -> str:
    """Say so if a model carries only some of the rows that it was tested on."""
    about = {} if program.model is None else program.model.info
    carried, tested = info["samples"] + info.get("refused", 0), about.get("test_rows", 0)
    if carried != TEST_ROWS or not isinstance(tested, int) or tested <= carried:
        return ""
    return f" (of the {tested:,} that training measured)"


def _width(program: Program) -> str:
    """Return whether weights have the width that the network was trained for, in words."""
    if program.bits == program.trained:
        return f"weights of {program.trained} bits, as in training"
    return (
        f"weights of {program.bits} bits, but it was trained for {program.trained} "
        "(leave out --bits)"
    )


def say_limits(console: Console, artifact: Artifact, program: Program) -> None:
    """Say what the module cannot do, on this computer or for want of memory."""
    if artifact.board.name == "unix" and artifact.build.tier == "viper" and not compiles_viper():
        console.say(
            "tier viper needs MicroPython on x86-64; on this computer, which is an Arm, it has no "
            "compiler for viper: export with --board unix_arm64",
            "yellow",
        )
    model = program.model
    if model is not None and texts_of(model) and not program.facts.texts:
        names = model.input_spec.names if model.input_spec is not None else None
        console.say(
            f"{artifact.board.name} has no memory for the texts of this network: pass numbers, 1 "
            "for the text that a row has and 0 for the others, in the order "
            f"{', '.join(names or ())}",
            "yellow",
        )


def write_romfs(console: Console, artifact: Artifact) -> None:
    """Write the image of ROMFS beside a module, and say what to do with it."""
    image, path = write_image(artifact.files), artifact.path.with_suffix(".romfs")
    room = artifact.board.romfs
    if len(image) > room:
        console.say(
            f"{path} has {len(image):,} bytes, the ROMFS {room:,}: deploy --romfs", "yellow"
        )
    write_atomically({path: image})
    console.say(
        f"{path}  {len(image):,} bytes: `mpremote romfs deploy` replaces all that ROMFS holds by "
        "it; `thumbnet deploy --romfs` keeps the rest"
    )


SLOW = 1e9
"""Hertz below which a processor does not keep up with a microphone in bytecode."""

TOO_SLOW_FOR_SOUND = (
    "in bytecode (tier plain), a front end takes about fifty times as long as in viper, so the "
    "board cannot keep up with a microphone: name your board with --board, or its fastest tier "
    "with --tier (`thumbnet boards` lists them)"
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
    info, sizes = artifact.info, {name: len(data) for name, data in artifact.files.items()}
    classes = artifact.kind == "classifier"
    word = "accuracy" if classes else "R squared"
    console.say(
        f"{artifact.path}  {sizes[artifact.path.name]:,} bytes, {artifact.macs:,} "
        "multiply-accumulates, "
        f"tier {artifact.build.tier}, weights in {WEIGHT_PLACES[artifact.build.weights]}"
    )
    if program.fitted:
        console.say(_width(program))
    if "integer" in info:
        floats = f", {info['float']:.4f} in float" if "float" in info else ""
        console.say(
            f"{word} on {info['samples']:,} {measured_rows(info)}{_sample(info, program)}: "
            f"{info['integer']:.4f} in integers{floats}{_refused(info, classes)}"
        )
        if info.get("chose_ranges"):
            console.say(
                f"these rows also chose the ranges, so the {word} on others may be lower", "yellow"
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
        console.say("every row to test with is outside the accepted range: see --margin", "yellow")
    made = estimate_artifact(artifact)
    sound = artifact.graph.sound is not None
    console.say(
        f"estimate for {artifact.board.name}: {_time(made, sound)}, "
        f"{made.import_heap:,} bytes of heap to import, {made.steady_heap:,} kept"
    )
    if artifact.graph.sound is not None and made.load is not None:
        text, fits = keeps_up(artifact.graph.sound, made.load)
        console.say(text, None if fits else "yellow")
    elif sound and artifact.board.clock < SLOW:
        console.say(TOO_SLOW_FOR_SOUND, "yellow")
    for file in list(artifact.files)[1:]:
        console.say(
            f"{artifact.path.parent / file}  {sizes[file]:,} bytes, belongs to it: put both on the "
            "board"
        )
    tier, suffix = artifact.build.tier, artifact.path.suffix
    machine_code = suffix == ".mpy" and tier != "plain" and artifact.board.name != "unix"
    runs_here = suffix == ".hex" or not (tier.startswith("thumb") or machine_code)
    next_verb = "verify" if runs_here else "deploy --port PORT"
    if artifact.build.weights == "romfs":
        next_verb = "deploy --romfs --port PORT"
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
            "module_bytes": sizes[artifact.path.name],
            "file_bytes": sizes,
            "macs": artifact.macs,
            **_measured(info, classes),
            "accuracy_8_bits" if classes else "r_squared_8_bits": (
                None if eight is None else eight.accuracy
            ),
            "balanced_float": balanced.get("balanced_float"),
            "balanced_integer": balanced.get("balanced_integer"),
            "balanced_8_bits": None if eight is None else eight.balanced,
            "vectors": len(artifact.inputs),
            "estimate": asdict(made),
        }
    )


def _time(made: Estimate, sound: bool) -> str:
    """Return how long an answer takes: with a Stream, the push that fills a window."""
    if made.decision is not None:
        return f"{microseconds(made.decision * 1e6)} for the push that fills a window"
    text = f"{microseconds(made.seconds * 1e6)} per inference"
    return f"{text}, without the front end of the sound" if sound else text
