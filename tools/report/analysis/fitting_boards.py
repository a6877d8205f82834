"""How the network fits each board: the fastest first, and what the report says of each."""

from __future__ import annotations

from collections.abc import Iterable

from thumbnet.export import BoardFit, BoardProfile, Graph, best_fit

from ...json_lines import JsonObject


def fits(graph: Graph, boards: Iterable[BoardProfile]) -> list[BoardFit]:
    """Return a fit for each board: first those where the network fits, by time, then the rest."""
    return sorted((best_fit(graph, board) for board in boards), key=_by_time)


def _by_time(fit: BoardFit) -> tuple[bool, float, str]:
    need = fit.estimate
    return need is None, need.time if need else 0, fit.board.name


def takes_windows(found: Iterable[BoardFit]) -> bool:
    """Return whether times are those of the push that fills a window of a `Stream`."""
    return any(fit.estimate is not None and fit.estimate.decision is not None for fit in found)


def export_options(fit: BoardFit) -> str:
    """Return the options of `thumbnet export` for an export that fits."""
    words = ["--board", fit.board.name]
    if fit.tier != fit.board.tiers[0]:
        words += ["--tier", fit.tier]
    return " ".join([*words, *(["--mpy"] if fit.mpy else [])])


def fit_as_json(fit: BoardFit) -> JsonObject:
    """Return what `--json` prints."""
    facts: JsonObject = {"board": fit.board.name, "fits": fit.estimate is not None}
    if fit.estimate is None:
        return {**facts, "reason": fit.refusal}
    return {
        **facts,
        "tier": fit.tier,
        "weights": fit.weights,
        "mpy": fit.mpy,
        "seconds": fit.estimate.seconds,
        "decision_seconds": fit.estimate.decision,
        "files_bytes": fit.estimate.flash + fit.estimate.romfs,
        "heap_bytes_to_import": fit.estimate.import_heap,
        "heap_bytes_kept": fit.estimate.steady_heap,
    }
