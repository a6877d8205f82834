"""From a trained model, or an imported graph, to a `Program` that is built for a board."""

from __future__ import annotations

from dataclasses import replace

import numpy.typing as npt

from thumbnet.trainer import Model, ThumbnetError

from ..board_fit.choose_build import choose_build
from ..boards.load_profile import load_board
from ..boards.module_names import check_name
from ..boards.profile import BoardProfile
from ..emit.check import checked
from ..emit.header import Facts, describe_layers
from ..emit.stream_literals import stream_of
from ..graph.graph import Graph
from ..kernels.build import Build
from ..quantizer.task import Task
from ..stages.check_graph import verify
from ..stages.pipeline import Options, stages
from .program import LONGEST, Program
from .real_time import in_real_time
from .text_columns import texts_of
from .with_sound import sound_of


def convert(
    model: Model,
    x: npt.ArrayLike,
    *,
    name: str = "model",
    board: str | BoardProfile = "generic",
    resolution: float | tuple[float, ...] | None = None,
    threshold: float | None = None,
    margin: float = 0.125,
    tier: str | None = None,
    weights: str | None = None,
    mpy: bool = False,
    calibration: str = "min_max",
    bits: int | None = None,
    check: int | None = None,
) -> Program:
    """Convert a trained model to integers.

    Parameters
    ----------
    model
        A `Sequential` or `Model` that takes raw units and ends with a Dense layer.
    x
        Representative inputs, (n, features) in raw units: a few hundred rows of the training set.
    name
        The module's name on the board: `import name`.
    board
        A board profile or its name; see `list_boards()`.
    resolution
        The size of one input count in raw units, 1/N; by default that of `model.input_spec`.
    threshold
        For one sigmoid output: the lowest probability of class 1, 0.5 by default.
    margin
        How far a reading may lie beyond the range of `x`, as a share of its width, if
        `model.input_spec` declares no range. The board rejects readings beyond that.
    tier
        `plain`, `viper` or `thumb`; the board's fastest by default.
    weights
        Where the weights live: `module`, `stream` (a file, read through a buffer) or `romfs` (a
        file in mapped flash); by default the first of module, romfs, stream that fits.
    mpy
        Compile the module with mpy-cross: importing takes less heap, but on one processor only.
    calibration
        How the range of each layer's values is chosen: `min_max`, `percentile` or `mse` (least
        squared error). Ranges set by training with `fit(quantize=...)` are kept.
    bits
        The width of the weights of dense, convolution and recurrent layers, 8 or 4; by default the
        width that the model was trained for with `fit(quantize=...)`, else 8.
    check
        0: the module compares the CRC-32 of its weights and parameters when it is imported; N: also
        before every N-th call; None: only when a program calls `check()`.

    Returns
    -------
    Program
        The integer network, built for the board.

    Raises
    ------
    ThumbnetError
        If a layer cannot be converted, an accumulator could overflow, the network does not fit the
        board, or an argument is invalid.

    """
    profile = load_board(board) if isinstance(board, str) else board
    check_name(name, profile.name)
    options = Options(name, resolution, threshold, margin, calibration, bits)
    done = list(stages(model, x, options))
    graphs = {graph.stage: graph for graph, _ in done}
    graph, task = done[-1]
    graph = sound_of(model, replace(graph, stream=stream_of(model, graph)))
    spec = model.input_spec
    names = spec.names if spec is not None and spec.names is not None else ()
    facts = Facts(task.labels, describe_layers(graph, model), names, texts_of(model))
    try:
        build = _built(graph, profile, tier, weights, mpy, check, facts)
    except ThumbnetError:
        if profile.delivery != "hex" or not facts.texts:
            raise
        # A micro:bit v1 may have memory for the network, but not for its texts.
        facts = replace(facts, texts=())
        build = _built(graph, profile, tier, weights, mpy, check, facts)
    graph = in_real_time(graph, profile, build)
    return Program(
        *(graph, graphs["calibrate"], task, facts, profile, build, options, mpy),
        model=model,
    )


def convert_graph(
    graph: Graph,
    task: Task,
    layers: str,
    *,
    board: str | BoardProfile = "generic",
    tier: str | None = None,
    weights: str | None = None,
    mpy: bool = False,
    check: int | None = None,
) -> Program:
    """Build an integer graph that was made elsewhere for a board.

    Parameters
    ----------
    graph
        A fused integer graph; its name is that of the module.
    task
        What its scores mean.
    layers
        Its layers in words, for the header.
    board, tier, weights, mpy, check
        See `convert`.

    Returns
    -------
    Program
        The network, built for the board. It has no float network to compare with.

    Raises
    ------
    ThumbnetError
        If the network does not fit the board, or an argument is invalid.

    """
    profile = load_board(board) if isinstance(board, str) else board
    check_name(graph.name, profile.name)
    facts = Facts(task.labels, layers)
    build = _built(verify(graph), profile, tier, weights, mpy, check, facts)
    return Program(graph, None, task, facts, profile, build, Options(graph.name), mpy)


def _built(
    graph: Graph,
    profile: BoardProfile,
    tier: str | None,
    weights: str | None,
    mpy: bool,
    check: int | None,
    facts: Facts,
) -> Build:
    longest = replace(facts, board=profile.name, accuracy=LONGEST)
    build = choose_build(graph, profile, tier, weights, mpy, longest)
    return build if check is None else replace(build, check=checked(check, build))
