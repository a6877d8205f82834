"""Measure a generated module where it runs: time and heap, one JSON line each.

On a board:  import bench;  bench.main("gestures", "rows.jsonl")
A host may also call begin(), row() and end() one by one through the raw REPL.
"""

import gc
import json
import sys
import time

module = None
count = 0

if hasattr(time, "ticks_us"):
    ticks_us = time.ticks_us
    ticks_diff = time.ticks_diff
else:  # CPython

    def ticks_us():
        return time.perf_counter() * 1000000

    def ticks_diff(end, start):
        return end - start


def say(line):
    print(json.dumps(line))


def failure(error):
    return {"error": type(error).__name__, "message": str(error)}


def refusal(error, free):
    """Describe a failed import: the heap before it, and which .mpy this firmware accepts."""
    line = failure(error)
    line["heap_before"] = free
    line["mpy"] = getattr(sys.implementation, "_mpy", None)
    return line


def heap_used():
    gc.collect()
    return gc.mem_alloc() if hasattr(gc, "mem_alloc") else None


def begin(name):
    """Import the module; print how much heap it keeps (None if unknown)."""
    global module, count
    count = 0
    module = None
    sys.modules.pop(name, None)
    before = heap_used()
    free = gc.mem_free() if hasattr(gc, "mem_free") else None
    try:
        module = __import__(name)
    except Exception as error:
        sys.modules.pop(name, None)
        say(refusal(error, free))
        return False
    after = heap_used()
    facts = {"begin": name, "python": sys.implementation.name, "platform": sys.platform}
    version = sys.implementation.version
    facts["version"] = ".".join([str(n) for n in version[:3]])
    if "preview" in version[3:]:
        facts["version"] += "-preview"
    facts["heap_bytes_import"] = None if before is None else after - before
    facts["heap_free"] = gc.mem_free() if hasattr(gc, "mem_free") else None
    say(facts)
    return True


def heap_of_one(values):
    """Bytes that one predict() allocates; None if unknown or if they do not fit."""
    before = heap_used()
    if before is None:
        return None
    gc.disable()
    try:
        module.predict(values)
        return gc.mem_alloc() - before
    except MemoryError:
        return None
    finally:
        gc.enable()


def microseconds(values, at_least):
    """Mean time of one predict(), repeated until at_least microseconds have passed."""
    times = 1
    while True:
        start = ticks_us()
        for _ in range(times):
            module.predict(values)
        spent = ticks_diff(ticks_us(), start)
        if spent >= at_least:
            return spent / times
        times *= 2


def decision(samples):
    """Microseconds of the push that fills a window, the best of five."""
    stream = module.Stream()
    if hasattr(module, "SAMPLES"):
        return decision_of_sound(stream, samples)
    for sample in samples:
        stream.push(sample)
    best = None
    for _ in range(5):
        for k in range(module.HOP - 1):
            stream.push(samples[k % len(samples)])
        gc.collect()
        start = ticks_us()
        stream.push(samples[-1])
        spent = ticks_diff(ticks_us(), start)
        if best is None or spent < best:
            best = spent
    return best


def decision_of_sound(stream, pieces):
    """Microseconds of a push of one hop in which the network runs, the best of five."""
    sound = []
    for piece in pieces:  # a piece may be shorter than a hop
        sound += piece
    sound = sound[: module.HOP]
    for _ in range(len(module.SAMPLES) // module.HOP + module.FRAMES):
        stream.push(sound)
    best = None
    for _ in range(5):
        longest = 0  # the network runs in one of STEP pushes
        for _ in range(module.STEP):
            gc.collect()
            start = ticks_us()
            stream.push(sound)
            longest = max(longest, ticks_diff(ticks_us(), start))
        if best is None or longest < best:
            best = longest
    return best


def row(values):
    """Measure one input vector after a warm-up call, or a list of samples for the Stream."""
    global count
    try:
        if values and isinstance(values[0], list):
            line = {"us_decision": decision(values)}
        else:
            module.predict(values)
            line = {"heap": heap_of_one(values), "us": microseconds(values, 10000)}
    except Exception as error:
        line = failure(error)
    count += 1
    say(line)


def end():
    """Free the module; print how many rows were measured."""
    global module
    if module is not None:
        sys.modules.pop(module.__name__, None)
    module = None
    gc.collect()
    say({"end": count})


def main(name, path):
    """Measure with every line of a file of JSON lists; a number n there means n bytes after it."""
    if begin(name):
        levels = bytearray()
        with open(path, "rb") as lines:
            for line in lines:
                values = json.loads(line)
                if isinstance(values, int):
                    if len(levels) != values:
                        levels = bytearray(values)
                    lines.readinto(levels)
                    values = levels
                row(values)
        end()
