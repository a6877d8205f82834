"""Say what a board is and what runs there, for `thumbnet doctor --port`: one JSON line."""

import gc
import json
import os
import sys

CODE = "import micropython\n@micropython.%s\ndef f(%s:\n %s\nfound = f(1) == 2"
VIPER = CODE % ("viper", "x: int) -> int", "return x + 1")
THUMB = CODE % ("asm_thumb", "r0)", "add(r0, 1)")


def runs(code):
    """Return whether this firmware compiles and runs a function."""
    names = {"found": False}
    try:
        exec(code, names)
    except Exception:
        return False
    return bool(names["found"])


def files():
    """Return bytes of the file system and those free; None where it says nothing."""
    try:
        about = os.statvfs("/")
        return [about[0] * about[2], about[0] * about[3]]
    except Exception:
        return None


def romfs():
    """Return the bytes of mapped flash for ROMFS, 0 without."""
    try:
        import vfs

        return len(memoryview(vfs.rom_ioctl(2, 0)))
    except Exception:
        return 0


def machine():
    """Return what the firmware calls the board; None if it does not say."""
    try:
        return sys.implementation._machine
    except AttributeError:
        return os.uname().machine if hasattr(os, "uname") else None


def probe():
    """Print the facts."""
    gc.collect()
    facts = {
        "python": sys.implementation.name,
        "version": ".".join([str(n) for n in sys.implementation.version[:3]]),
        "machine": machine(),
        "platform": sys.platform,
        "mpy": getattr(sys.implementation, "_mpy", None),
        "heap_free": gc.mem_free() if hasattr(gc, "mem_free") else None,
        "heap_used": gc.mem_alloc() if hasattr(gc, "mem_alloc") else None,
        "files": files(),
        "romfs": romfs(),
        "viper": runs(VIPER),
        "thumb": runs(THUMB),
    }
    print(json.dumps(facts))
