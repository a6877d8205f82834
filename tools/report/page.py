"""The HTML page: the figures of the report in words, the charts, and the template."""

from __future__ import annotations

import shlex
from importlib.metadata import version
from typing import Any

import jinja2
import numpy as np
from markupsafe import Markup

from thumbnet.export import BoardFit, module_name

from ..terminal.wording import WEIGHT_PLACES
from .analysis.error_analysis import Confusion, mean_absolute_error
from .analysis.fitting_boards import export_options, takes_windows
from .analysis.held_out import HeldOut
from .analysis.layer_table import LayerRow
from .charts import plots
from .charts.examples import BARS, STRIPS, draw_example
from .charts.svg import Chart
from .contents import Report
from .findings import LOW_SQNR
from .imported_section import imported_values
from .text_format import count, decibels, duration, number, percent, shape, whole_percent

Values = dict[str, Any]

ACROSS = 60
"""Characters up to which class names stand side by side above a table; longer ones are rotated."""

OUTPUTS = 3
"""Number of outputs of a regression that get charts of their own; more share one chart."""


def render(report: Report, model: str) -> str:
    """Return the whole page. The same report gives the same bytes: the page has no date.

    Parameters
    ----------
    report
        What to show.
    model
        Path of the model file, for the commands at the end of the page.

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
    """Turn what is in backticks into code, and escape everything."""
    parts = enumerate(text.split("`"))
    return Markup("").join(Markup("<code>{}</code>").format(p) if k % 2 else p for k, p in parts)


def _breaks(text: str) -> Markup:
    """Allow line breaks after underscores, and escape everything."""
    return Markup("_<wbr>").join(text.split("_"))


def _page(report: Report, model: str) -> Values:
    held, table = report.held_out, report.confusion
    return {
        "lead": _lead(report),
        "origin": _origin(report),
        "figures": _figures(report),
        "training": [plots.training(curve) for curve in report.curves],
        "held_out": "" if held is None else _held_out(held, report),
        "answers": _answers(held, table),
        "classes": [] if table is None else _classes(table),
        "matrix": [] if table is None else _matrix(table),
        "upright": table is not None and sum(len(name) + 3 for name in table.labels) > ACROSS,
        **_worst(report),
        "layers": [_layer(layer) for layer in report.layers],
        **imported_values(report.imported),
        "parameters": f"{report.parameters:,}",
        "macs": "" if report.macs is None else f"{report.macs:,}",
        "times": plots.times(report.fits),
        "takes_windows": takes_windows(report.fits),
        "boards": [_board(fit) for fit in report.fits if fit.estimate is not None],
        "refusals": [
            {"title": fit.board.title, "reason": fit.refusal}
            for fit in report.fits
            if fit.estimate is None
        ],
        "steps": _steps(report, shlex.quote(model)),
    }


def _lead(report: Report) -> str:
    held, form = report.held_out, report.input_format
    task = "A network" if report.imported is None else "A network from elsewhere"
    if held is not None and held.labels:
        task += f" that distinguishes {count(len(held.labels), 'class', 'classes')}"
    elif held is not None:
        outputs = held.truth.shape[1]
        task += f" that predicts {f'{outputs} numbers' if outputs > 1 else 'a number'}"
    given = f", given {form.description}" if form is not None else ""
    size = count(report.parameters, "parameter")
    if report.macs is not None:
        size += f", {count(report.macs, 'multiply-accumulate')}"
    return f"{task}{given}: {report.description.replace('->', '→')}. {size}."


def _origin(report: Report) -> str:
    info, parts = report.info, []
    if isinstance(info.get("dataset"), str) and info["dataset"]:
        parts.append(f"data set {info['dataset']}")
    if isinstance(info.get("training_rows"), int):
        parts.append(count(info["training_rows"], "training example"))
    if isinstance(info.get("epochs"), int):
        parts.append(count(info["epochs"], "epoch"))
    if isinstance(info.get("seed"), int):
        parts.append(f"seed {info['seed']}")
    text = ", ".join(parts)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _figures(report: Report) -> list[Values]:
    held, table, whole = report.held_out, report.confusion, report.whole_test_set
    if held is None:
        return []
    what, form = ("accuracy", percent) if held.labels else ("R squared", "{:.4f}".format)
    some, found = "", list[tuple[str, str, str]]()
    if whole is not None:
        every = f"of all {whole.rows:,} held out"
        some = f"of {len(held.x):,} of {whole.rows:,} held out"
        if whole.score is not None:
            found.append((f"float {what}", form(whole.score), every))
        if table is not None and table.uneven and whole.balanced is not None:
            found.append(("float balanced accuracy", percent(whole.balanced), every))
    for kind, predicted in (("float", held.floats), ("integer", held.integers)):
        score = None if predicted is None else held.score(predicted)
        if score is not None:
            found.append((f"{kind} {what}", form(score), some))
    if report.score_4_bits is not None:
        found.append(("with 4-bit weights", form(report.score_4_bits), some))
    if table is not None and table.uneven:
        found.append(("balanced accuracy", percent(table.balanced_accuracy), some))
    error = held.error(held.predicted)
    if error is not None:
        found.append(("mean absolute error", number(error), some))
    return [{"name": name, "value": value, "of": of} for name, value, of in found]


def _held_out(held: HeldOut, report: Report) -> str:
    whole = report.whole_test_set
    rows, together = count(len(held.x), "example"), ""
    if held.recordings is not None:
        rows += f" of {count(len(set(held.recordings.tolist())), 'recording')}"
    if held.by_recording is not None:
        right, recordings = held.by_recording
        together = (
            f" By the majority of its windows, {right} of {recordings} recordings are correct."
        )
    network = "float" if held.integers is None else "integer"
    if held.floats is None:
        return f"The network on {rows}.{together}"
    some = "" if whole is None else f", of {whole.rows:,} that were held out"
    left = f"; {held.refused:,} more were out of range" if held.refused else ""
    seen = "which also chose its ranges" if report.chose_ranges else "that training never saw"
    comma = "," if report.chose_ranges else ""
    return f"The {network} network on {rows}{comma} {seen}{some}{left}.{together}"


def _answers(held: HeldOut | None, table: Confusion | None) -> list[Chart]:
    if held is None:
        return []
    if table is not None:
        return [plots.confusions(table)]
    outputs = held.truth.shape[1]
    if outputs > OUTPUTS:
        pairs = [(held.truth.ravel(), held.predicted.ravel(), f"all {outputs} outputs")]
    else:
        names = ["predicted and true"] if outputs == 1 else [f"output {k}" for k in range(outputs)]
        pairs = [(held.truth[:, k], held.predicted[:, k], name) for k, name in enumerate(names)]
    return [make(*pair) for pair in pairs for make in (plots.scatter, plots.residuals)]


def _classes(table: Confusion) -> list[Values]:
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


def _matrix(table: Confusion) -> list[Values]:
    if len(table.labels) > plots.SHOWN:
        return []
    return [
        {"name": name, "counts": row.tolist()}
        for name, row in zip(table.labels, table.matrix, strict=True)
    ]


def _worst(report: Report) -> Values:
    """Return the drawings, and the text above them."""
    held, form = report.held_out, report.input_format
    title = "The worst mistakes"
    if held is None or form is None:
        missing = "There are no held-out examples to show."
        return {"worst": [], "worst_title": title, "worst_words": missing}
    if not held.labels:
        title = "The worst predictions"
        words = "The examples with the largest errors."
    elif held.wrong:
        order = ", the most certain first" if held.odds is not None else ""
        words = f"{len(report.worst)} of {count(held.wrong, 'wrong answer')}{order}."
    else:
        title = "The least certain answers"
        words = "There is no mistake to show. These are the least certain correct answers."
    if form.kind == "features" and form.shape[0] <= BARS:
        words += (
            " A full bar is the largest value of the training examples, an empty bar the smallest."
        )
    if form.kind == "window" and form.shape[1] > STRIPS:
        words += f" The first {STRIPS} of {form.shape[1]} channels are drawn."
    drawn = [_drawn(report, held, k) for k in report.worst]
    return {"worst": drawn, "worst_title": title, "worst_words": words}


def _drawn(report: Report, held: HeldOut, k: int) -> Chart:
    assert report.input_format is not None
    if held.labels:
        predicted, true = held.labels[held.predicted[k]], held.labels[held.truth[k]]
        sure = ""
        if held.probable and held.odds is not None:
            sure = f" ({whole_percent(held.odds[k, held.predicted[k]])})"
        words = f"predicts {predicted}{sure}, is {true}"
        if held.recordings is not None:
            words += f"; {held.recordings[k]}"
    elif held.truth.shape[1] > OUTPUTS:
        error = mean_absolute_error(held.truth[k], held.predicted[k])
        words = f"off by {number(error)} on average"
    else:
        pairs = zip(held.predicted[k].tolist(), held.truth[k].tolist(), strict=True)
        words = "; ".join(f"predicts {number(a)}, is {number(b)}" for a, b in pairs)
    return draw_example(report.input_format, held.x[k], f"Example {k}: {words}", words)


def _layer(layer: LayerRow) -> Values:
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
        "low": layer.sqnr is not None and layer.sqnr < LOW_SQNR,
    }


def _board(fit: BoardFit) -> Values:
    assert fit.estimate is not None
    return {
        "title": fit.board.title,
        "how": f"{fit.tier}{', compiled' if fit.mpy else ''}, weights in "
        f"{WEIGHT_PLACES.get(fit.weights, fit.weights)}",
        "files": f"{fit.estimate.flash + fit.estimate.romfs:,}",
        "heap": f"{fit.estimate.import_heap:,}",
        "share": whole_percent(fit.estimate.import_heap / fit.board.heap),
        "kept": f"{fit.estimate.steady_heap:,}",
        "time": duration(fit.estimate.time),
    }


def _steps(report: Report, model: str) -> list[Values]:
    """Return the commands to run next."""
    fit = report.chosen
    if report.input_format is None:
        again = f"thumbnet report {model} --data your-readings.csv"
        return [{"words": "Add examples to evaluate it with:", "command": again}]
    if fit is None and report.imported is not None:
        words = "Make it smaller where it was trained, and import it again."
        return [{"words": words, "command": ""}]
    if fit is None:
        again = "thumbnet train your-readings.csv -o smaller.npz --hidden 8"
        return [{"words": "Train another network, on your own readings:", "command": again}]
    module = f"build/{module_name(report.name, fit.board.name)}"
    module += ".hex" if fit.board.delivery == "hex" else ".mpy" if fit.mpy else ".py"
    export = f"thumbnet export {model} {export_options(fit)} -o build/"
    steps = [("Write the module for a board:", export)]
    if fit.board.delivery == "hex" or not fit.tier.startswith("thumb"):
        steps.append(("Prove that it gives the same integers there:", f"thumbnet verify {module}"))
    if fit.board.delivery != "hex":
        steps.append(
            ("Put it on the board, which tests it first:", f"thumbnet deploy {module} --port PORT")
        )
    return [{"words": words, "command": command} for words, command in steps]
