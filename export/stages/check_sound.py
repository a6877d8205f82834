"""Checks of the sound that becomes the input of a network."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from thumbnet.trainer import (
    LogMelSettings,
    SoundStream,
    ThumbnetError,
    level_table,
    log_mel_tables,
    sound_tables,
)

from ..graph.graph import FLOAT_STAGES, Graph
from ..ops.input import takes_bytes


def sound_faults(graph: Graph) -> Iterator[str]:
    """Yield the faults of the `Stream` of sound of a graph."""
    sound = graph.sound
    if sound is None:
        return
    if graph.stage in FLOAT_STAGES:
        yield "it has sound before it has integers: add sound to the integer graph"
        return
    if graph.stream is not None:
        yield "it has a Stream of samples and one of sound: thumbnet takes one of them"
    inputs = prod(graph.tensors[graph.input].shape)
    if sound.inputs != inputs:
        yield (
            f"{sound.frames} frames of {sound.front_end.features} features are {sound.inputs} "
            f"numbers, but it reads {inputs}"
        )
    spec = graph.tensors[graph.nodes[0].output]
    if not takes_bytes(graph) or not isinstance(spec.scale, float) or not spec.scale > 0:
        yield "a Stream of sound is for networks that take levels from 0 to 255"
    elif (fault := _outputs_fault(graph, sound)) is not None:
        yield fault
    else:
        try:
            front_end, levels = sound.front_end, (sound.unit, spec.scale, spec.zero_point)
            if isinstance(front_end, LogMelSettings):
                log_mel_tables.floor_of(front_end)
                log_mel_tables.level_scale(front_end, *levels)
            else:
                level_table(*levels)
                sound_tables.mel_bank(front_end)
                if front_end.has_gain:
                    sound_tables.gain_table(front_end)
        except ThumbnetError as error:
            yield str(error)


def _outputs_fault(graph: Graph, sound: SoundStream) -> str | None:
    """Return why its outputs are nothing to decide between; None if they are."""
    outputs = prod(graph.tensors["scores"].shape)
    if outputs == 1:
        return None if sound.background < 0 else "it has a background, but one output"
    if "probabilities" not in graph.tensors:
        return f"it has {outputs} outputs that are no probabilities: a Stream of sound needs some"
    if prod(graph.tensors["probabilities"].shape) != outputs:
        return f"it has {outputs} outputs, and another number of probabilities"
    if sound.background >= outputs:
        return f"class {sound.background} is its background, but it has {outputs} classes"
    return None
