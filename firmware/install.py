"""Replaces an old module with a new one; survives a lost cable or power.

The steps run on the board, through the raw REPL: a host that disconnects cannot interrupt them.
The module is name.py or name.mpy; its weights, if they are a file, are name.bin. New files wait
as name__new; replaced ones are kept as .old until import finds the new module.
"""

import gc
import json
import os
import sys

KINDS = (".py", ".mpy")  # import takes the first that exists


def exists(path):
    try:
        os.stat(path)
        return True
    except OSError:
        return False


def remove(path):
    if exists(path):
        os.remove(path)


def found(name):
    """Return the file that import finds, None if there is none."""
    for kind in KINDS:
        if exists(name + kind):
            return name + kind
    return None


def look(name):
    """Print the free heap and disk space (None if unknown), and what is installed.

    mpy: which compiled modules this firmware accepts; there: the file that import finds; package:
    whether it finds a folder instead.
    """
    heap = disk = block = None
    gc.collect()
    if hasattr(gc, "mem_free"):
        heap = gc.mem_free()
    if hasattr(os, "statvfs"):
        room = os.statvfs(".")
        block = room[1] or room[0]
        disk = block * room[4]
    facts = {"platform": sys.platform, "heap": heap, "disk": disk, "block": block}
    facts["mpy"] = getattr(sys.implementation, "_mpy", None)
    facts["there"] = found(name)
    facts["package"] = exists(name)
    print(json.dumps(facts))


def repair(name):
    """Undo an interrupted installation, so that import finds a complete module."""
    print(json.dumps({"restored": undo(name)}))


def undo(name):
    """Undo an unfinished swap; return the restored files."""
    back = []
    for kind in KINDS:
        main, new = name + kind, name + "__new" + kind
        if exists(main + ".old") and not exists(main):
            os.rename(main + ".old", main)
            back.append(main)
        weights = name + kind + ".bin.old"
        if exists(weights) and not replaced(name, kind):
            remove(name + ".bin")
            os.rename(weights, name + ".bin")
            back.append(name + ".bin")
        for path in (main + ".old", weights, new):
            remove(path)
    remove(name + "__new.bin")
    if exists(name + ".py"):  # never imported, except while the .py is set aside
        remove(name + ".mpy")
    return back


def replaced(name, kind):
    """Whether import already finds the new module."""
    return not exists(name + "__new" + kind) and found(name) == name + kind


def swap(name, kind, weights):
    """Replace what import finds as name with name__new; then remove the old files.

    weights: whether there is a name__new.bin. It is moved first: until import finds the new module,
    the old one rejects these weights. A failed swap is undone.
    """
    main, new = name + kind, name + "__new" + kind
    old = exists(name + ".bin")
    try:
        if weights:
            if old:
                os.rename(name + ".bin", name + kind + ".bin.old")
            os.rename(name + "__new.bin", name + ".bin")
        replace(new, main)
        if kind == ".mpy":  # a .py would be imported instead
            remove(name + ".py")
    except BaseException:
        if weights and not (old or exists(name + "__new.bin") or replaced(name, kind)):
            remove(name + ".bin")
        undo(name)
        raise
    for path in (main + ".old", name + kind + ".bin.old"):
        remove(path)
    if kind == ".py":
        remove(name + ".mpy")
    if not weights and is_weights(name + ".bin"):
        remove(name + ".bin")
    print(json.dumps({"installed": main}))


def replace(new, main):
    """Rename new to main. If renaming does not overwrite (FAT), set main aside first."""
    try:
        os.rename(new, main)
    except OSError:
        if not exists(main):
            raise
        os.rename(main, main + ".old")
        os.rename(new, main)


def is_weights(path):
    if not exists(path):
        return False
    with open(path, "rb") as file:
        return file.read(4) == b"TNW1"
