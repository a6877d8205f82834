"""Call a native kernel for every line of a file of JSON, and say what came out, a line each."""

import gc
import json
import sys
from array import array
from binascii import hexlify, unhexlify


def heap_of(function, *arguments):
    """Return the heap that function(*arguments) took."""
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    function(*arguments)
    taken = gc.mem_alloc() - before
    gc.enable()
    return taken


def buffer(values):
    """Bytes in hexadecimal, or words."""
    return bytearray(unhexlify(values)) if isinstance(values, str) else array("i", values)


def native(case):
    """w and y of None are the arena; w and p have to stay as they are."""
    kernel = getattr(__import__(case["kernel"]), case["kernel"])
    x = buffer(case["x"])
    w = x if case["w"] is None else buffer(case["w"])
    if case["y"] is None:
        y = x
    else:
        y = array("i", case["y"]) if case["wide"] else bytearray(case["y"])
    p = array("i", case["p"])
    taken = heap_of(kernel, x, w, y, p)
    kept = list(p) == case["p"] and (w is x or w == buffer(case["w"]))
    return said(x, y, kept, taken)


def plain(case):
    """The same for the plain tier, which takes heap; y of None is x."""
    kernel = getattr(__import__(case["kernel"]), case["kernel"])
    x = buffer(case["x"])
    w = unhexlify(case["w"])
    y = x
    if case["y"] is not None:
        y = case["y"] if case["wide"] else bytearray(case["y"])
    # Bytes come as a part of the arena.
    kernel(memoryview(x) if isinstance(x, bytearray) else x, w, y, tuple(case["p"]))
    return said(x, y, True, None)


def said(x, y, kept, heap):
    return {
        "x": hexlify(x).decode() if isinstance(x, bytearray) else list(x),
        "y": None if y is x else list(y),
        "kept": kept,
        "heap": heap,
    }


def main(task, path):
    with open(path) as lines:
        for line in lines:
            print(json.dumps(globals()[task](json.loads(line))))


for folder in reversed(sys.argv[3:]):
    sys.path.insert(0, folder)
main(sys.argv[1], sys.argv[2])
