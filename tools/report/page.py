"""The page of HTML: the report's numbers in words, its charts, and the template around them."""

from __future__ import annotations

import shlex
from importlib.metadata import version
from typing import Any

import jinja2
import numpy as np
from markupsafe import Markup

from ..modules import name_for
from . import charts
from .drawings import BARS, STRIPS, draw
from .findings import FEWEST_DECIBELS
from .gather import Report
from .heldout import HeldOut, Rest
from .layers import Layer
from .on_boards import Fit, decides
from .scores import Confusion, mean_absolute_error
from .svg import Chart
from .words import count, decibels, duration, number, percent, shape, whole_percent

Row = dict[str, Any]

PLACES = {
    "module": "the module",
    "stream": "a file, read piece by piece",
    "romfs": "mapped flash",
    "flash": "flash, read in place",
}
ACROSS = 60
"""Characters of the names of classes that stand side by side above a table; more are turned."""

OUTPUTS = 3
"""Numbers of a regression that get charts of their own; of more, all are in one."""


def render(report: Report, model: str) -> str:
    """The whole page; `model` is the path of the model's file, for the commands at its end.

    The same report gives the same bytes: nothing in it tells the time.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("thumbnet.tools.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters |= {"ticks": _ticks, "breaks": _breaks}
    assert environment.loader is not None
    style, _, _ = environment.loader.get_source(environment, "report.css")
    return environment.get_template("report.html").render(
        report=report, page=_page(report, model), style=style, version=version("thumbnet")
    )


def _ticks(text: str) -> Markup:
    """What stands in backticks becomes code; everything is escaped."""
    parts = enumerate(text.split("`"))
    return Markup("").join(Markup("<code>{}</code>").format(p) if k % 2 else p for k, p in parts)


def _breaks(text: str) -> Markup:
    """A name that may be broken behind its underscores; everything is escaped."""
    return Markup("_<wbr>").join(text.split("_"))


def _page(report: Report, model: str) -> Row:
    held, table = report.held_out, report.confusion
    return {
        "lead": _lead(report),
        "origin": _origin(report),
        "figures": _figures(report),
        "training": [charts.training(curve) for curve in report.curves],
        "held_out": "" if held is None else _held_out(held, report.rest),
        "answers": _answers(held, table),
        "classes": [] if table is None else _classes(table),
        "matrix": [] if table is None else _matrix(table),
        "upright": table is not None and sum(len(name) + 3 for name in table.labels) > ACROSS,
        **_worst(report),
        "layers": [_layer(layer) for layer in report.layers],
        "parameters": f"{report.parameters:,}",
        "macs": "" if report.macs is None else f"{report.macs:,}",
        "times": charts.times(report.fits),
        "decides": decides(report.fits),
        "boards": [_board(fit) for fit in report.fits if fit.need is not None],
        "refusals": [
            {"title": fit.board.title, "reason": fit.refusal}
            for fit in report.fits
            if fit.need is None
        ],
        "steps": _steps(report, shlex.quote(model)),
    }


def _lead(report: Report) -> str:
    held, form = report.held_out, report.form
    task = "A network"
    if held is not None and held.labels:
        task = f"A network that tells {count(len(held.labels), 'class', 'classes')} apart"
    elif held is not None:
        outputs = held.truth.shape[1]
        task = (
            f"A network that predicts {outputs} numbers"
            if outputs > 1
            else "A network that predicts a number"
        )
    given = f", given {form.words}" if form is not None else ""
    size = count(report.parameters, "parameter")
    if report.macs is not None:
        size += f", {count(report.macs, 'multiply-accumulate')}"
    return f"{task}{given}: {report.words.replace('->', '→')}. {size}."


def _origin(report: Report) -> str:
    info, parts = report.info, []
    if isinstance(info.get("dataset"), str) and info["dataset"]:
        parts.append(f"data set {info['dataset']}")
    if isinstance(info.get("training_rows"), int):
        parts.append(f"{count(info['training_rows'], 'example')} to learn from")
    if isinstance(info.get("epochs"), int):
        parts.append(count(info["epochs"], "epoch"))
    if isinstance(info.get("seed"), int):
        parts.append(f"seed {info['seed']}")
    text = ", ".join(parts)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _figures(report: Report) -> list[Row]:
    held, table, rest = report.held_out, report.confusion, report.rest
    if held is None:
        return []
    what, form = ("accuracy", percent) if held.labels else ("R squared", "{:.4f}".format)
    some, found = "", list[tuple[str, str, str]]()
    if rest is not None:
        every = f"of all {rest.rows:,} held out"
        some = f"of {len(held.x):,} of {rest.rows:,} held out"
        if rest.score is not None:
            found.append((f"float {what}", form(rest.score), every))
        if table is not None and table.uneven and rest.balanced is not None:
            found.append(("float balanced accuracy", percent(rest.balanced), every))
    for kind, said in (("float", held.floats), ("integer", held.integers)):
        score = None if said is None else held.score(said)
        if score is not None:
            found.append((f"{kind} {what}", form(score), some))
    if report.narrow is not None:
        found.append(("with 4-bit weights", form(report.narrow), some))
    if table is not None and table.uneven:
        found.append(("balanced accuracy", percent(table.balanced_accuracy), some))
    error = held.error(held.said)
    if error is not None:
        found.append(("mean absolute error", number(error), some))
    return [{"name": name, "value": value, "of": of} for name, value, of in found]


def _held_out(held: HeldOut, rest: Rest | None) -> str:
    rows, together = count(len(held.x), "example"), ""
    if held.recordings is not None:
        rows += f" of {count(len(set(held.recordings.tolist())), 'recording')}"
    if held.by_recording is not None:
        right, recordings = held.by_recording
        together = f" Judged by most of their windows, {right} of {recordings} are told right."
    whose = "the float network" if held.integers is None else "the integers"
    some = "" if rest is None else f", of {rest.rows:,} that were held out"
    left = f", {held.refused:,} more were out of range" if held.refused else ""
    return f"What {whose} say of {rows} that training never saw{some}{left}.{together}"


def _answers(held: HeldOut | None, table: Confusion | None) -> list[Chart]:
    if held is None:
        return []
    if table is not None:
        return [charts.confusions(table)]
    outputs = held.truth.shape[1]
    if outputs > OUTPUTS:
        pairs = [(held.truth.ravel(), held.said.ravel(), f"all {outputs} outputs")]
    else:
        names = ["predicted and true"] if outputs == 1 else [f"output {k}" for k in range(outputs)]
        pairs = [(held.truth[:, k], held.said[:, k], name) for k, name in enumerate(names)]
    return [make(*pair) for pair in pairs for make in (charts.scatter, charts.residuals)]


def _classes(table: Confusion) -> list[Row]:
    wrong = table.matrix - np.diag(np.diag(table.matrix))
    rows = []
    for k, name in enumerate(table.labels):
        other = int(wrong[k].argmax())
        times = count(int(wrong[k, other]), "time").replace(" ", "\u00a0")
        rows.append(
            {
                "name": name,
                "examples": f"{table.rows[k]:,}",
                "found": _share(table.recall[k]),
                "right": _share(table.precision[k]),
                "taken": f"{table.labels[other]} ({times})" if wrong[k, other] else "",
            }
        )
    return rows


def _share(value: float) -> str:
    return "–" if np.isnan(value) else percent(float(value))


def _matrix(table: Confusion) -> list[Row]:
    if len(table.labels) > charts.SHOWN:
        return []
    return [
        {"name": name, "counts": row.tolist()}
        for name, row in zip(table.labels, table.matrix, strict=True)
    ]


def _worst(report: Report) -> Row:
    """The drawings, and what is said above them."""
    held, form = report.held_out, report.form
    title = "The worst mistakes"
    if held is None or form is None:
        missing = "There are no held-out examples to find them among."
        return {"worst": [], "worst_title": title, "worst_words": missing}
    if not held.labels:
        title = "The worst predictions"
        words = "The examples whose prediction is farthest off."
    elif held.wrong:
        sure = ", the surest first" if held.odds is not None else ""
        words = f"{len(report.worst)} of {count(held.wrong, 'wrong answer')}{sure}."
    else:
        title = "The least sure answers"
        words = "There is no mistake to show: of these right answers it was least sure."
    if form.kind == "features" and form.shape[0] <= BARS:
        words += (
            " A full bar is the largest value of the training examples, an empty one the least."
        )
    if form.kind == "window" and form.shape[1] > STRIPS:
        words += f" Of {form.shape[1]} channels the first {STRIPS} are drawn."
    drawn = [_drawn(report, held, k) for k in report.worst]
    return {"worst": drawn, "worst_title": title, "worst_words": words}


def _drawn(report: Report, held: HeldOut, k: int) -> Chart:
    assert report.form is not None
    if held.labels:
        said, true = held.labels[held.said[k]], held.labels[held.truth[k]]
        sure = ""
        if held.probable and held.odds is not None:
            sure = f" ({whole_percent(held.odds[k, held.said[k]])})"
        words = f"says {said}{sure}, is {true}"
        if held.recordings is not None:
            words += f"; {held.recordings[k]}"
    elif held.truth.shape[1] > OUTPUTS:
        words = f"off by {number(mean_absolute_error(held.truth[k], held.said[k]))} in the mean"
    else:
        pairs = zip(held.said[k].tolist(), held.truth[k].tolist(), strict=True)
        words = "; ".join(f"predicts {number(a)}, is {number(b)}" for a, b in pairs)
    return draw(report.form, held.x[k], f"Example {k}: {words}", words)


def _layer(layer: Layer) -> Row:
    low, high = layer.low, layer.high
    return {
        "name": layer.name,
        "what": layer.what,
        "shape": shape(layer.shape) or "1",
        "parameters": f"{layer.parameters:,}" if layer.parameters else "",
        "macs": f"{layer.macs:,}" if layer.macs else "",
        "range": "" if low is None or high is None else f"{number(low)} to {number(high)}",
        "step": "" if layer.step is None else number(layer.step),
        "sqnr": "" if layer.sqnr is None else decibels(layer.sqnr),
        "low": layer.sqnr is not None and layer.sqnr < FEWEST_DECIBELS,
    }


def _board(fit: Fit) -> Row:
    assert fit.need is not None
    return {
        "title": fit.board.title,
        "how": f"{fit.tier}{', compiled' if fit.mpy else ''}, weights in "
        f"{PLACES.get(fit.weights, fit.weights)}",
        "files": f"{fit.need.flash + fit.need.romfs:,}",
        "heap": f"{fit.need.import_heap:,}",
        "share": whole_percent(fit.need.import_heap / fit.board.heap),
        "kept": f"{fit.need.steady_heap:,}",
        "time": duration(fit.need.time),
    }


def _steps(report: Report, model: str) -> list[Row]:
    """Commands that lead on from here."""
    fit = report.chosen
    if report.form is None:
        again = f"thumbnet report {model} --data your-readings.csv"
        return [{"words": "Bring examples to judge it by:", "command": again}]
    if fit is None:
        again = "thumbnet train your-readings.csv -o smaller.npz --hidden 8"
        return [{"words": "Train another network, on your own readings:", "command": again}]
    module = f"build/{name_for(report.name)}"
    module += ".hex" if fit.board.delivery == "hex" else ".mpy" if fit.mpy else ".py"
    steps = [("Write the module for a board:", f"thumbnet export {model} {fit.options} -o build/")]
    if fit.board.delivery == "hex" or not fit.tier.startswith("thumb"):
        steps.append(("Prove that it gives the same integers there:", f"thumbnet verify {module}"))
    if fit.board.delivery != "hex":
        steps.append(
            ("Put it on the board, tested on the way:", f"thumbnet deploy {module} --port PORT")
        )
    return [{"words": words, "command": command} for words, command in steps]
