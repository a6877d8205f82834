"""Answer input vectors with a generated module: one JSON line each, for a host to compare.

On a board:  import selftest;  selftest.main("gestures", "rows.jsonl")
A host may also call begin(), row() and end() one by one through the raw REPL.
"""

import gc
import json
import sys

module = None
count = 0


def say(line):
    json.dump(line, sys.stdout)  # its text may not fit the heap
    print()


def failure(error):
    return {"error": type(error).__name__, "message": str(error)}


def refusal(error, free):
    """Describe a failed import: the heap before it, and which .mpy this firmware accepts."""
    line = failure(error)
    line["heap_before"] = free
    line["mpy"] = getattr(sys.implementation, "_mpy", None)
    return line


def begin(name):
    """Import the module; print what runs it, or why the import failed."""
    global module, count
    count = 0
    module = None
    gc.collect()
    free = gc.mem_free() if hasattr(gc, "mem_free") else None
    try:
        module = __import__(name)
    except Exception as error:
        sys.modules.pop(name, None)
        say(refusal(error, free))
        return False
    facts = {"begin": name, "python": sys.implementation.name, "platform": sys.platform}
    version = sys.implementation.version
    facts["version"] = ".".join([str(n) for n in version[:3]])
    if "preview" in version[3:]:
        facts["version"] += "-preview"
    if hasattr(module, "check"):
        try:
            module.check()
        except ValueError as error:
            facts["damage"] = str(error)
        except ImportError:  # this firmware has no CRC-32
            pass
    if hasattr(module, "reset"):
        module.reset()
    if hasattr(gc, "mem_free"):
        gc.collect()
        facts["heap_free"] = gc.mem_free()
    say(facts)
    return True


def pushed(samples):
    """Push the samples of one window; return the network's input and its scores."""
    stream = module.Stream()
    if hasattr(module, "SAMPLES"):  # sound comes in pieces, again and again until the network runs
        k = 0
        module.SCORES[0] = 0x3FFFFFFF  # which no score is
        while module.SCORES[0] == 0x3FFFFFFF:
            stream.push(samples[k % len(samples)])
            k += 1
        return {"values": list(module.VALUES), "scores": list(module.SCORES)}
    # Push some others first, so that the window does not begin where the ring does.
    for k in range(module.HOP):
        stream.push(samples[k % len(samples)])
    for sample in samples:
        stream.push(sample)
    return {"values": list(module.VALUES), "scores": list(module.SCORES)}


def answers(values):
    """Return all of the module's answers to one input vector; together they are one step."""
    line = {}
    keep = getattr(module, "keep", None)
    kept = keep and keep()
    answer = module.predict(values)
    # A list of predictions is as long as the scores: a small heap cannot hold both.
    if isinstance(answer, bytearray):
        answer = list(answer)
        line["predict"] = answer
    elif not isinstance(answer, list):
        line["predict"] = answer
    answer = None
    if hasattr(module, "scores"):
        keep and keep(kept)
        line["scores"] = as_list(module.scores(values))
    if hasattr(module, "probabilities"):
        keep and keep(kept)
        line["probabilities"] = as_list(module.probabilities(values))
    if keep:
        line["states"] = module.digest()
    return line


def as_list(values):
    """Return values as a list, without a copy if they are one."""
    return values if isinstance(values, list) else list(values)


def row(values):
    """Print the answers to one input vector, or to a list of samples for the Stream.

    An input vector of bytes is read in place: neither a list nor a copy of it is made.
    """
    global count
    try:
        samples = bool(values) and isinstance(values[0], list)
        line = pushed(values) if samples else answers(values)
    except Exception as error:
        line = failure(error)
    count += 1
    say(line)


def end():
    """Free the module; print how many rows were answered."""
    global module
    if module is not None:
        sys.modules.pop(module.__name__, None)
    module = None
    gc.collect()
    say({"end": count})


def main(name, path):
    """Answer every line of a file of JSON lists; a number n there means n bytes after it."""
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
