"""The cost of a written module on a board, and what would fit instead."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..board_fit.capacity import Request
from ..board_fit.estimate import Estimate, estimate
from ..board_fit.suggestions import fewer_weights, larger_board, other_ways
from ..boards.profile import BoardProfile
from .artifact import Artifact


def estimate_artifact(artifact: Artifact, processor: str = "") -> Estimate:
    """Estimate what a written module costs on the board that it was made for.

    Parameters
    ----------
    artifact
        The module.
    processor
        The `-march` of mpy-cross for the processor that runs it; empty for that of the board.

    Returns
    -------
    Estimate
        Sizes in bytes, times in seconds.

    """
    board = replace(artifact.board, arch=processor) if processor else artifact.board
    build = artifact.build
    return estimate(
        artifact.graph, board, _tier(artifact), build.weights, artifact.mpy, build.lanes
    )


@dataclass(frozen=True)
class Alternatives:
    """What fits a board that a written module does not fit.

    Attributes
    ----------
    options
        Options of `thumbnet export`; each of them is enough.
    smaller
        Whether a network with fewer hidden units fits in the same export.
    board
        A larger board, if neither of the above helps.

    """

    options: list[str]
    smaller: bool
    board: str | None


def alternatives(artifact: Artifact, board: BoardProfile) -> Alternatives:
    """Find out what fits a board that a written module does not fit.

    Parameters
    ----------
    artifact
        The module.
    board
        A profile that describes the actual target.

    Returns
    -------
    Alternatives
        What fits; all of it is empty if nothing does.

    """
    graph = artifact.graph
    request = Request(_tier(artifact), artifact.build.weights, artifact.mpy)
    options = other_ways(graph, board, request)
    smaller = fewer_weights(graph, board, request) is not None
    other = None if options or smaller else larger_board(graph, board, request)
    return Alternatives(options, smaller, other)


def _tier(artifact: Artifact) -> str:
    """Return the tier under its name in profiles."""
    return artifact.build.tier.removesuffix("_dsp")
