"""A network that is to hear: its front end, and when a word counts as heard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from thumbnet.export import Graph, with_sound
from thumbnet.trainer import (
    BACKGROUNDS,
    Model,
    ThumbnetError,
    TrainedSound,
    parse_json,
    read_bytes,
)

MOST_MANIFEST = 2**16
"""Bytes of the .json that comes with a network of microWakeWord."""


def hearing(
    graph: Graph,
    path: Path,
    sound: str | None,
    cutoff: float | None,
    mean_of: int | None,
    labels: Sequence[str] = (),
) -> Graph:
    """Return a network with a `Stream` of sound; the network itself if no sound is asked for.

    Parameters
    ----------
    graph
        The network.
    path
        Its file: cutoff and mean_of may stand in the `.json` beside it.
    sound
        The name of its front end.
    cutoff, mean_of
        The mean of how many probabilities has to exceed what.
    labels
        Of its classes, if it has several outputs; silence, noise or background is one that is not
        reported as heard.

    Raises
    ------
    ThumbnetError
        If one of these is missing, or does not fit the network.

    """
    if sound is None:
        for option, value in (("--cutoff", cutoff), ("--mean-of", mean_of)):
            if value is not None:
                raise ThumbnetError(f"{option} is for a Stream of sound: add --sound microwakeword")
        return graph
    manifest = _manifest(path.with_suffix(".json"))
    cutoff = manifest.get("probability_cutoff") if cutoff is None else cutoff
    mean_of = manifest.get("sliding_window_size") if mean_of is None else mean_of
    if type(cutoff) not in (int, float) or type(mean_of) is not int:
        raise ThumbnetError(
            f"{path}: no .json of microWakeWord beside it says when the word counts as heard: add "
            "--cutoff 0.9 --mean-of 5"
        )
    several = graph.tensors["scores"].shape != (1,)
    quiet = [k for k, label in enumerate(labels) if several and label.lower() in BACKGROUNDS]
    background = quiet[0] if quiet else -1
    return with_sound(
        graph, sound, cutoff=float(cutoff or 0), mean_of=mean_of, background=background
    )


def hear_as(
    network: Model, path: Path, sound: str | None, cutoff: float | None, mean_of: int | None
) -> None:
    """Set when a network that was trained on sounds has heard one of them.

    Parameters
    ----------
    network, path
        A network of floats, and its file.
    sound, cutoff, mean_of
        The options; None if not given.

    Raises
    ------
    ThumbnetError
        If one is given that does not suit the network.

    """
    config = network.info.get("sound")
    given = {"--sound": sound, "--cutoff": cutoff, "--mean-of": mean_of}
    for option, value in given.items():
        if value is not None and config is None:
            raise ThumbnetError(
                f"{option} is for an int8 .tflite, or a network of `thumbnet train --sound`: "
                f"{path} has float weights, and no Stream of sound"
            )
    if config is None:
        return
    if sound is not None:
        raise ThumbnetError(
            f"--sound is for an int8 .tflite: {path} knows its front end, so leave it out"
        )
    trained = TrainedSound.from_config(config)
    trained = replace(
        trained,
        cutoff=trained.cutoff if cutoff is None else cutoff,
        mean_of=trained.mean_of if mean_of is None else mean_of,
    )
    network.info["sound"] = trained.get_config()


def keep_manifest(path: Path, folder: Path, name: str) -> None:
    """Raise ThumbnetError if an export would write its own .json over that of microWakeWord."""
    target = folder / f"{name}.json"
    beside = path.with_suffix(".json")
    if beside.is_file() and target.resolve() == beside.resolve() and _manifest(beside):
        raise ThumbnetError(
            f"the export would write its {target.name} over that of microWakeWord in {folder}: "
            "choose another folder with -o"
        )


def _manifest(path: Path) -> Mapping[str, Any]:
    """Return the settings in the .json of a network of microWakeWord; empty if it is none."""
    if not path.is_file():
        return {}
    try:
        found = parse_json(read_bytes(path, MOST_MANIFEST).decode())
    except (ThumbnetError, ValueError):
        return {}  # an artifact's, or of another program
    micro = found.get("micro") if isinstance(found, dict) else None
    return micro if isinstance(micro, dict) else {}
