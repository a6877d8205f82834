"""Do a task on every line of a file of JSON, and say what came out, a line of JSON each."""

import gc
import json
import sys
from array import array
from binascii import unhexlify


def heap_of(function, *arguments):
    """Return what function(*arguments) returns, and the heap that it took."""
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    result = function(*arguments)
    taken = gc.mem_alloc() - before
    gc.enable()
    return result, taken


def layer(case):
    """One call of the native kernel; x and p have to stay as they are."""
    from fully_connected import fully_connected

    x = bytearray(unhexlify(case["x"]))
    y = array("i", case["y"]) if case["wide"] else bytearray(case["y"])
    p = array("i", case["p"])
    _, taken = heap_of(fully_connected, x, unhexlify(case["w"]), y, p)
    kept = x == unhexlify(case["x"]) and list(p) == case["p"]
    return {"y": list(y), "kept": kept, "heap": taken}


def lanes(case):
    """One call of the big-integer kernel."""
    import fully_connected_lanes as module

    x_at = case["x_at"]
    x = memoryview(bytearray(unhexlify(case["x"])))[x_at : x_at + case["inputs"]]
    y = case["y"] if case["wide"] else bytearray(case["y"])
    w = module.lanes(unhexlify(case["w"]), case["inputs"], case["outputs"])
    module.fully_connected_lanes(x, w, y, tuple(case["p"]))
    return {"y": list(y)}


def curve(case):
    """One call of lookup; x and y may be the same buffer."""
    from lookup import lookup

    x = bytearray(unhexlify(case["x"]))
    y = x if case["same"] else bytearray(len(x))
    _, taken = heap_of(lookup, x, unhexlify(case["w"]), y, array("i", case["p"]))
    return {"y": list(y), "heap": taken}


def levels(case):
    """One call of quantize, with the literals of the case."""
    import each_level
    import lengths
    import levels

    values = eval(case["values"])
    n = len(values) + case["missing"]
    buffer = bytearray(b"\xa5" * (n + 3))
    for module in (levels, each_level, lengths):
        module.INPUTS, module.X0 = n, buffer
        module.INPUT_MIN, module.INPUT_MAX, module.INPUT_GAIN = case["literals"]
    kind = case["kind"]
    if kind in "bBhHiIqf":
        values = array(kind, values)
    elif kind != "list":
        values = {"tuple": tuple, "bytes": bytes, "bytearray": bytearray}[kind](values)
    try:
        got, taken = heap_of(levels.quantize, values)
    except ValueError as error:
        gc.enable()
        return {"error": str(error)}
    assert got is buffer
    return {"y": list(buffer), "heap": taken}


def main(task, path):
    with open(path) as lines:
        for line in lines:
            print(json.dumps(globals()[task](json.loads(line))))


for folder in reversed(sys.argv[3:]):
    sys.path.insert(0, folder)
main(sys.argv[1], sys.argv[2])
