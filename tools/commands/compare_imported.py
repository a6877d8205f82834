"""What `thumbnet compare` says of a network that was imported as integers."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path

from thumbnet.export import BoardFit, BoardProfile, best_fit, every_fit, list_boards, load_board
from thumbnet.importers import IntegerNetwork
from thumbnet.trainer import Model, ThumbnetError

from ..report.analysis.fitting_boards import export_options, fit_as_json
from ..terminal.console import Console
from ..terminal.wording import microseconds
from ..workflow.agreement import Agreement, agreement, made_readings
from ..workflow.any_network import load_rows

USUAL = "pico"
"""The board whose ways are shown if none is named."""

COLUMNS = ["board", "tier", "weights", "compiled", "files", "heap to import", "kept", "time"]


def compare_imported(
    console: Console,
    model: tuple[IntegerNetwork, Path],
    other: tuple[Model | IntegerNetwork, Path] | None,
    boards: tuple[str, ...],
    data: str | None,
    label: str | None,
) -> None:
    """Print the ways to export a network of integers, and how another one agrees with it.

    Parameters
    ----------
    console
        Where to print.
    model
        The network, and its file.
    other
        Another network of the same task, and its file.
    boards
        Names of boards; if there are none, every board is tried.
    data, label
        Rows to test with.

    Raises
    ------
    ThumbnetError
        If a board is not known, or the other network or the rows do not fit.

    """
    network, path = model
    if data is not None and other is None and not network.task.has_classes:
        raise ThumbnetError(
            f"{path} answers with numbers, so --data alone says nothing of it: name its float file "
            "after it, or import it with --task classifier"
        )
    x, y = made_readings(network), None
    if data is not None:
        x, y = load_rows(network, path, data, label)
    # The networks first: a message about files should not come after a minute of estimates.
    found = None
    if other is not None:
        found = agreement(model, other, x, y, made=data is None)
    elif data is not None:
        found = agreement(model, model, x, y, made=False)
    shown = [load_board(name) for name in dict.fromkeys(boards or (USUAL,))]
    rest = [] if boards else [board for board in list_boards() if board.name != USUAL]
    fits = _fits(console, network, shown, rest)
    console.table(COLUMNS, [_cells(fit) for fit in fits])
    if rest:
        console.say(f"of {USUAL} every way, of other boards the fastest that fits; --board for one")
    console.say(
        "every way gives the same integers, so the same answers; --bits and --calibration are not "
        "compared, because the file's weights and ranges stay as they are"
    )
    if found is not None:
        _say(console, found, path, None if other is None else other[1])
    fitting = [fit for fit in fits if fit.estimate is not None]
    if fitting:
        console.say(f"next: thumbnet export {shlex.quote(str(path))} {export_options(fitting[0])}")
    console.result(
        {
            "ways": [fit_as_json(fit) for fit in fits],
            "agreement": None if found is None else asdict(found),
        }
    )


def _fits(
    console: Console, network: IntegerNetwork, shown: list[BoardProfile], rest: list[BoardProfile]
) -> list[BoardFit]:
    fits: list[BoardFit] = []
    with console.progress("board", len(shown) + len(rest)) as update:
        for done, board in enumerate(shown):
            fits += every_fit(network.graph, board)
            update(done + 1)
        for done, board in enumerate(rest, len(shown)):
            fits.append(best_fit(network.graph, board))
            update(done + 1)
    return fits


def _cells(fit: BoardFit) -> list[str]:
    """Return a line of the table."""
    need = fit.estimate
    compiled = "" if not fit.tier else "--mpy" if fit.mpy else "-"
    head = [fit.board.name, fit.tier, fit.weights, compiled]
    if need is None:
        return [*head, "too large", "", "", ""]
    return [
        *head,
        f"{need.flash + need.romfs:,}",
        f"{need.import_heap:,}",
        f"{need.steady_heap:,}",
        microseconds(need.time * 1e6),
    ]


def _say(console: Console, found: Agreement, path: Path, other: Path | None) -> None:
    rows = (
        f"{found.rows:,} made rows (--data FILE for real ones)"
        if found.made
        else (f"{found.rows:,} rows")
    )
    if other is not None and found.same is not None:
        console.say(f"{path} and {other} give the same class for {found.same:.2%} of {rows}")
    elif other is not None:
        console.say(f"{path} against {other}: {found.sqnr:.1f} dB signal to noise on {rows}")
    if found.accuracies is not None:
        second = "" if other is None else f", {found.accuracies[1]:.2%} of {other}"
        console.say(f"accuracy on {rows}: {found.accuracies[0]:.2%} of {path}{second}")
