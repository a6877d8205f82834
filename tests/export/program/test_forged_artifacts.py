"""Artifacts that were changed, digest and all: each kind of change is refused in one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.exact_cases import CASES

from thumbnet.export import convert, load_artifact
from thumbnet.export.program import artifact as artifact_module
from thumbnet.export.program import read_contents
from thumbnet.trainer import ThumbnetError

Edit = Callable[[Any], Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported")
    for name in {case[0] for case in FORGED.values()}:
        case = CASES[name]()
        x, y = (None, None) if case.y is None else (case.x[: len(case.y)], case.y)
        program = convert(case.model, case.x, name=name, **case.options)
        program.write(folder / name, x, y, vectors=2)
    return folder


def node(document: Any, op: str) -> Any:
    return next(node for node in document["graph"]["nodes"] if node["op"] == op)


def attributes(op: str, **changes: Any) -> Edit:
    """Change attributes of an operation; a list takes the place of an array's entries."""

    def edit(document: Any) -> None:
        found = node(document, op)["attributes"]
        for key, value in changes.items():
            if isinstance(value, list) and isinstance(found.get(key), dict):
                found[key] = {**found[key], "data": value}
            else:
                found[key] = value

    return edit


def tensor(name: str, **changes: Any) -> Edit:
    def edit(document: Any) -> None:
        found = next(t for t in document["graph"]["tensors"] if t["name"] == name)
        found.update(changes)

    return edit


def at(*path: Any) -> Edit:
    """Set the value at a path; the last one is the value."""
    *way, last, value = path

    def edit(document: Any) -> None:
        place = document
        for key in way:
            place = place[key]
        place[last] = value

    return edit


def without(*path: Any) -> Edit:
    *way, last = path

    def edit(document: Any) -> None:
        place = document
        for key in way:
            place = place[key]
        del place[last]

    return edit


def twice(document: Any) -> None:
    document["graph"]["tensors"].append(document["graph"]["tensors"][0])


DENSE, IMAGE, PLAIN = "hidden_tanh", "image_plain", "fully_connected"

FORGED: dict[str, tuple[str, Edit, str]] = {
    # The document.
    "a part is missing": (DENSE, without("info"), "'info' is missing"),
    "a part is unknown": (DENSE, at("x", 1), "'x' is unknown"),
    "files are a list": (DENSE, at("files", []), "files is []"),
    "info is text": (DENSE, at("info", "samples", "1"), "a number of info is '1'"),
    # The graph's own fields.
    "the graph is a list": (DENSE, at("graph", [[]]), "the graph has format a list of 1"),
    "another stage": (DENSE, at("graph", "stage", "quantize"), "is of the stage 'quantize'"),
    "a stage of floats": (DENSE, at("graph", "stage", "fold"), "unknown operation"),
    "the name is a number": (DENSE, at("graph", "name", 5), "5 is not a name"),
    "no operations": (DENSE, at("graph", "nodes", []), "nothing writes the output 'scores'"),
    "a tensor twice": (DENSE, twice, "two tensors have the same name"),
    "a shape of floats": (DENSE, tensor("x", shape=[12.0]), "has the shape [12.0]"),
    "a shape of a bool": (DENSE, tensor("x", shape=[True]), "has the shape [True]"),
    "a shape of 2**70": (DENSE, tensor("x", shape=[2**70]), "has the shape [118059162071741130342"),
    "a shape of 2**30": (DENSE, tensor("x", shape=[2**30]), "1,073,741,856 values between them"),
    "a shape of zeros": (DENSE, tensor("x", shape=[0]), "has the shape [0]"),
    "no axes": (DENSE, tensor("x", shape=[]), "'x' has no axes"),
    "an input of two axes": (DENSE, tensor("input", shape=[3, 4]), "it must be one row of int32"),
    "a scale that is text": (DENSE, tensor("x", scale="1"), "'1' is not a real number"),
    "no scale": (DENSE, tensor("x", scale={"dtype": "float64", "data": []}), "an array is empty"),
    "a zero point of 64 bits": (DENSE, tensor("x", zero_point=2**40), "not a number of 32 bits"),
    "a zero point of 30 bits": (DENSE, tensor("x", zero_point=2**29), "must not exceed 2**28"),
    "outputs are missing": (DENSE, at("graph", "outputs", ["scores"]), "its operations make"),
    "the input is not converted": (
        *(DENSE, lambda d: d["graph"]["nodes"].pop(0)),
        "'x' is read before it is written",
    ),
    # Operations and their attributes.
    "an unknown attribute": (DENSE, attributes(PLAIN, pad=0), "attribute 'pad' is unknown"),
    "a missing attribute": (
        *(DENSE, lambda d: node(d, PLAIN)["attributes"].pop("shift")),
        "attribute 'shift' is missing",
    ),
    "a table that is null": (DENSE, attributes(PLAIN, table=None), "table is None: it must be"),
    "a bool for a number": (DENSE, attributes(PLAIN, zero_point=True), "zero_point is True"),
    "text for a number": (DENSE, attributes(PLAIN, zero_point="1"), "zero_point is '1'"),
    "a list for an array": (
        *(DENSE, lambda d: node(d, PLAIN)["attributes"].update(bias=[0] * 9)),
        "it must be int64[outputs]",
    ),
    "an array of objects": (
        *(DENSE, at("graph", "nodes", 1, "attributes", "bias", "dtype", "O")),
        "an array of 'O'",
    ),
    "an array of long text": (
        *(DENSE, at("graph", "nodes", 1, "attributes", "bias", "dtype", "U99999999")),
        "an array of 'U99999999'",
    ),
    "an entry too large": (DENSE, attributes(PLAIN, weight=[[300]]), "does not fit int8"),
    "an entry of 64 bits": (DENSE, attributes(PLAIN, bias=[-(2**63)] * 9), "its entries must be"),
    "an entry that is real": (DENSE, attributes(PLAIN, bias=[0.5] * 9), "are not of that type"),
    "an entry that is a bool": (DENSE, attributes(PLAIN, bias=[True] * 9), "are not of that type"),
    "rows of two lengths": (DENSE, attributes(PLAIN, weight=[[1], [2, 3]]), "differ in length"),
    "an array of five axes": (DENSE, attributes(PLAIN, weight=[[[[[1]]]]]), "nested too deeply"),
    "no entries": (DENSE, attributes(PLAIN, bias=[]), "an array is empty"),
    "a shorter array": (DENSE, attributes(PLAIN, shift=[20]), "but weight has 9 outputs"),
    "weights of 4 bits": (DENSE, attributes(PLAIN, bits=4), "must lie in -8 to 7"),
    "weights of 5 bits": (DENSE, attributes(PLAIN, bits=5), "bits is 5"),
    "4 bits where there are none": (
        *("separable_plain", attributes("depthwise_conv", bits=4)),
        "attribute 'bits' is unknown",
    ),
    "a window of text": (IMAGE, attributes("max_pool", window="x" * 11), "window is 'xxxxxxxxxxx'"),
    "a window of 10": (IMAGE, attributes("max_pool", window=[1] * 10), "it must be 11 whole"),
    "a window of 2**70": (IMAGE, attributes("max_pool", window=[2**70] * 11), "0 to 2**24 each"),
    "a window of terabytes": (
        *(IMAGE, attributes("max_pool", window=[2**20, 1, 1, 1, 2**20, 1, 1, 0, 2**20 - 1, 1, 1])),
        "copies too many values",
    ),
    "too many positions": (
        *(IMAGE, attributes("max_pool", window=[1, 1, 1, 1, 1, 1, 1, 0, 0, 2**24, 2**24])),
        "copies too many values",
    ),
    "no inputs": (DENSE, at("graph", "nodes", 1, "inputs", []), "reads 0 tensors"),
    "two inputs": (DENSE, at("graph", "nodes", 1, "inputs", ["x", "x"]), "reads 2 tensors"),
    "one summand": (
        *("branches_plain", lambda d: node(d, "add")["inputs"].pop()),
        "reads 1 tensors: add takes 2",
    ),
    "time steps of another number": (
        *("gru_plain", attributes("gru", steps=5)),
        "5 steps of [7, 4] do not make [5]",
    ),
    "units of another number": (
        "gru_plain",
        attributes("gru", units=1),
        "steps of [7, 4] do not make [5]",
    ),
    "a flag of a layer": (
        *("states_plain", lambda d: node(d, "gru")["attributes"].update(sequences=1)),
        "sequences is 1: it must be true or false",
    ),
    "a softmax that overflows": (
        *("last_sigmoid_several", attributes("logistic_all", limit=300, steps=[2**29, 1])),
        "a score difference of 300 could reach 2**30",
    ),
    "a limit without a step": (
        *("last_sigmoid_several", attributes("logistic_all", limit=2**20, steps=[1])),
        "a limit of 1048576 with 1 steps",
    ),
    "a step of zero": ("regression_several", attributes("measure", units=[0, 1, 1]), "units has 0"),
    "a step of another length": ("regression_several", attributes("measure", units=[1]), "outputs"),
    "probabilities of two": (
        *("last_sigmoid_several", tensor("probabilities", shape=[2])),
        "'probabilities' has shape (2,)",
    ),
    "a channel too many": ("stream_raw", attributes("quantize_sensors", units=[1] * 5), "channels"),
    # A Stream.
    "a channel of another name": ("stream_raw", at("graph", "stream", "channels", 0, 5), "stream"),
    "a window of another length": ("stream_raw", at("graph", "stream", "window", 31), "its Stream"),
    "a rate that is text": ("stream_raw", at("graph", "stream", "rate", "x"), "stream"),
    "a stream of numbers": ("stream_raw", at("graph", "stream", 5), "stream"),
    # Board and build.
    "a board without a field": (DENSE, without("board", "heap"), "does not have the fields"),
    "a board's clock": (DENSE, at("board", "clock", 0), "clock is 0, expected hertz"),
    "a board's name": (DENSE, at("board", "name", "a\nb"), "name is 'a\\nb'"),
    "a board's tiers": (DENSE, at("board", "tiers", ["thumb"]), "tiers is ['thumb']"),
    "a tier of another board": (DENSE, at("build", "tier", "thumb"), "for tier 'thumb'"),
    "weights elsewhere": (DENSE, at("build", "weights", "flash"), "in 'flash'"),
    "a buffer of 2**40": (DENSE, at("build", "buffer", 2**40), "buffer of its build is 10995"),
    "a flag that is a number": (DENSE, at("build", "parts", 0), "parts of its build is 0"),
    "parts": (DENSE, at("build", "parts", True), "not one for its board"),
    "a check of text": (DENSE, at("build", "check", "1"), "check of its build is '1'"),
    "a check of -1": (DENSE, at("build", "check", -1), "use import, or a number of calls"),
    "lanes": (DENSE, at("build", "lanes", True), "which its board has not"),
    # Vectors.
    "a row that is shorter": (DENSE, at("inputs", 0, [1]), "expected 12 numbers"),
    "a row of text": (DENSE, at("inputs", 0, ["1"] * 12), "expected 12 numbers"),
    "a row of bools": (DENSE, at("inputs", 0, [True] * 12), "expected 12 numbers"),
    "a row out of range": (DENSE, at("inputs", 0, [10**9] * 12), "row 0, input 0 is 1e+09"),
    "a number of 200 digits": (DENSE, at("inputs", 0, [10**200] * 12), "out of range"),
    "a target too many": (DENSE, at("targets", [0] * 9), "there are 9 targets for 6 rows"),
    "a target that is real": (DENSE, at("targets", 0, 0.5), "a target is 0.5"),
    "a target beyond the classes": (DENSE, at("targets", 0, 5), "a target is 5"),
    "one target for several": ("regression_several", at("targets", 0, 0.5), "a target is 0.5"),
}


@pytest.mark.parametrize("kind", FORGED)
def test_forged(kind: str, folder: Path) -> None:
    name, edit, said = FORGED[kind]
    sidecar = folder / name / f"{name}.json"
    whole = sidecar.read_text()
    assert load_artifact(sidecar).expected()
    document = json.loads(whole)
    edit(document)
    document["digest"] = artifact_module._digest(document)
    try:
        sidecar.write_text(json.dumps(document))
        with pytest.raises(ThumbnetError) as caught:
            load_artifact(sidecar)
    finally:
        sidecar.write_text(whole)
    text = str(caught.value)
    assert said in text
    assert text.endswith(": export again")
    assert "\n" not in text


TEXTS = {
    "nested 100,000 deep": ('"info": {', '"info": {"x": ' + "[" * 100_000 + "]" * 100_000 + ","),
    "a number of 5,000 digits": ('"samples": ', '"samples": ' + "9" * 5_000),
    "NaN": ('"samples": ', '"samples": NaN, "x": '),
    "Infinity": ('"samples": ', '"samples": -Infinity, "x": '),
    "1e999": ('"samples": ', '"samples": 1e999, "x": '),
    "a key twice": ('"samples": ', '"samples": 1, "samples": '),
}


@pytest.mark.parametrize("kind", TEXTS)
def test_json_that_no_encoder_writes(kind: str, folder: Path) -> None:
    sidecar = folder / DENSE / f"{DENSE}.json"
    whole = sidecar.read_text()
    assert TEXTS[kind][0] in whole
    try:
        sidecar.write_text(whole.replace(*TEXTS[kind], 1))
        with pytest.raises(ThumbnetError, match="truncated or edited") as caught:
            load_artifact(sidecar)
    finally:
        sidecar.write_text(whole)
    assert "digest" not in str(caught.value)


def test_work_of_all_vectors_is_bounded(folder: Path) -> None:
    """The same number of vectors takes longer in a larger network."""
    graph = load_artifact(folder / IMAGE / f"{IMAGE}.json").graph
    steps = read_contents.inference_steps(graph)
    most = read_contents.MOST_STEPS // steps
    read_contents.check_work(graph, most)
    with pytest.raises(ThumbnetError, match="export with fewer vectors"):
        read_contents.check_work(graph, most + 1)


def test_time_steps_count_once_for_each_batch(folder: Path) -> None:
    graph = load_artifact(folder / "gru_plain" / "gru_plain.json").graph
    assert read_contents.time_steps(graph) == 7
    read_contents.check_work(graph, 10_000)


def test_what_is_written_can_be_read_again(tmp_path: Path) -> None:
    case = CASES[DENSE]()
    program = convert(case.model, case.x, name=DENSE, **case.options)
    with pytest.raises(ThumbnetError, match="more than is read: export with fewer vectors"):
        program.write(tmp_path, case.x.repeat(14_000, axis=0), vectors=None)
    assert not list(tmp_path.iterdir())
