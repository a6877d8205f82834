"""What a network for windows takes on a board, by the exporter's estimates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from thumbnet.export import BoardFit, BoardProfile, best_fit, convert
from thumbnet.trainer import Sequential, ThumbnetError, Windows

ROOMY = "unix"
"""A profile with memory for every network: that of the board is judged afterwards."""


@dataclass(frozen=True)
class BoardCost:
    """How a network runs on a board.

    Attributes
    ----------
    seconds
        Of the `push` that completes a window; None if the network does not fit.
    between
        Seconds from one decision to the next.
    heap
        Bytes of heap that the import takes at its peak.
    fit
        How it would be exported; None if it cannot be.
    refusal
        Why it does not fit, or takes too long; "" if it does neither.

    """

    seconds: float | None
    between: float
    heap: int | None
    fit: BoardFit | None
    refusal: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return what `--json` prints."""
        return {
            "fits": not self.refusal,
            "seconds": self.seconds,
            "seconds_between_decisions": self.between,
            "heap_bytes": self.heap,
            "reason": self.refusal or None,
        }


def board_cost(model: Sequential, data: Windows, hop: int, board: BoardProfile) -> BoardCost:
    """Estimate what a network takes on a board.

    Parameters
    ----------
    model
        A built network, trained or not: its size counts, not its weights.
    data
        Windows that it takes.
    hop
        Samples from one decision to the next.
    board
        The board.

    """
    between = hop / data.stream.rate
    try:
        program = convert(model, model.samples["calibration"], board=ROOMY)
        fit = best_fit(program.graph, board)
    except ThumbnetError as error:
        return BoardCost(None, between, None, None, str(error))
    need = fit.estimate
    if need is None:
        return BoardCost(None, between, None, fit, fit.refusal)
    late = ""
    if need.time > between:
        late = (
            f"a decision takes about {1000 * need.time:.3g} ms on {board.name}, but they are "
            f"{1000 * between:.3g} ms apart: take a larger --hop"
        )
    return BoardCost(need.time, between, need.import_heap, fit, late)
