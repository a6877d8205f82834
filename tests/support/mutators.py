"""Mutators: from a good file to a broken or hostile one, a few random decisions at a time.

Each takes a `random.Random`. Hypothesis can pass its own, and then shrinks the decisions.
"""

from __future__ import annotations

import copy
import io
import json
import struct
import zipfile
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np

NUMBERS: tuple[Any, ...] = (
    *(0, 1, -1, 2, 3, 7, 255, 256, 65536, 2**31 - 1, 2**31, -(2**31), 2**53 + 1, 2**63, 2**64),
    *(2**70, -(2**70), 10**400, 200_000_000, 0.5, -0.0, 1e-30, 5e-324, 1e38, 1e308, -1e308),
    *(float("inf"), float("-inf"), float("nan"), True, False),
)
WORDS = (
    *("", " ", "\0", "\n", "a\nb", "\x1b[31mred\x1b[0m", "\x9b2J", "\u202e", "\ud800", "😀"),
    *("../../victim", "/etc/passwd", "C:\\victim", "con", "a/b", ".", "..", "nan", "1e999"),
    *("'''", '"""', '"""\nimport os\n"""', "\\", "</script><script>alert(1)</script>", "{{7*7}}"),
    *("{0}", "%s", "import", "x" * 5000, "0", "-1", "true", "None", "relu", "Dense", "int8"),
)
"""Text that means something to a terminal, a path, Python, HTML or a template."""


def any_value(random: Random) -> Any:
    """A value that a JSON or TOML file may hold in place of another."""
    kind = random.randrange(8)
    if kind < 3:
        return random.choice(NUMBERS)
    if kind < 5:
        return random.choice(WORDS)
    return random.choice(
        (
            None,
            [],
            {},
            [[]],
            [1, 2, 3],
            [None],
            {"a": 1},
            [[1, [2]]],
            ["a", 1],
            [-1],
            [0],
            [10**400],
        )
    )


def mutate_bytes(data: bytes, random: Random) -> bytes:
    """Change, remove, insert, repeat or cut some bytes."""
    found = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 4, 16))):
        if not found:
            break
        at = random.randrange(len(found))
        length = min(random.choice((1, 1, 2, 4, 8, 64)), len(found) - at)
        kind = random.randrange(7)
        if kind == 0:
            found[at] ^= 1 << random.randrange(8)
        elif kind == 1:
            found[at : at + length] = bytes(random.randrange(256) for _ in range(length))
        elif kind == 2:
            found[at : at + length] = random.choice((b"\0", b"\xff", b"\x7f", b"\x80")) * length
        elif kind == 3:
            del found[at : at + length]
        elif kind == 4:
            found[at:at] = found[at : at + length]
        elif kind == 5:
            form = random.choice(("<I", ">I", "<H", ">H", "<Q"))
            size = struct.calcsize(form)
            value = random.choice((0, 1, 2**31, 2**32 - 1, 2**63)) % (1 << 8 * size)
            found[at : at + size] = struct.pack(form, value)
        else:
            del found[at:]
    return bytes(found)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value in a tree."""
    found = [path]
    items = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        items = enumerate(value[:40])
    for key, inner in items:
        found += _places(inner, (*path, key))
    return found


def mutate_json(value: Any, random: Random) -> Any:
    """Return a tree of JSON types in which some values are replaced, removed, added or swapped."""
    tree = copy.deepcopy(value)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        places = [path for path in _places(tree) if path]
        if not places:
            return any_value(random)
        *way, last = random.choice(places)
        parent = _at(tree, way)
        kind = random.randrange(8)
        if kind < 4:
            parent[last] = any_value(random)
        elif kind == 4:
            del parent[last]
        elif kind == 5:  # the same value elsewhere
            parent[last] = copy.deepcopy(_at(tree, random.choice(places)))
        elif kind == 6 and isinstance(parent, list):
            parent.insert(last, copy.deepcopy(parent[last]))
        elif kind == 6:
            parent[random.choice(WORDS)] = any_value(random)
        else:
            parent[last] = _nudged(parent[last], random)
    return tree


def _at(tree: Any, path: Any) -> Any:
    for key in path:
        tree = tree[key]
    return tree


def _nudged(value: Any, random: Random) -> Any:
    """A value of the same type that is likely to pass the first checks."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + random.choice((-1, 1, 7, 1000, 10**6, 10**9))
    if isinstance(value, float):
        return value * random.choice((-1, 0, 1e-30, 1e30, 1e308))
    if isinstance(value, str):
        return value + random.choice(WORDS)
    if isinstance(value, list):
        return value * random.choice((0, 2, 1000))
    return value


def dump_json(value: Any, random: Random) -> str:
    """JSON text; seldom with a nest, long digits or a repeated key that no encoder writes."""
    text = json.dumps(value)
    kind = random.randrange(40)
    if kind == 0:
        depth = random.choice((500, 5000, 100_000))
        return text[:-1] + ', "deep": ' + "[" * depth + "]" * depth + "}"
    if kind == 1:
        return text.replace("1", "9" * 5000, 1)
    if kind == 2:
        return text[:-1] + "," + text[1:]
    return text


def mutate_array(array: np.ndarray[Any, Any], random: Random) -> np.ndarray[Any, Any]:
    """Return an array of other values, another shape or another type."""
    kind = random.randrange(9)
    if kind < 3 and array.size and array.dtype.kind in "fiu":
        changed = array.copy()
        value = random.choice([n for n in NUMBERS if not isinstance(n, int) or abs(n) < 2**64])
        with np.errstate(all="ignore"):
            if array.dtype.kind == "f":
                changed.flat[random.randrange(array.size)] = float(value)
            else:
                changed.flat[random.randrange(array.size)] = random.choice((0, 1, 100, 127))
        return changed
    if kind == 3:
        with np.errstate(all="ignore"):
            return array * array.dtype.type(0) if array.dtype.kind in "fiu" else array
    if kind == 4:
        shape = random.choice(((), (0,), (1,), (0, 3), (2, 2), (1, 1, 1, 1), (3, 0), (40,)))
        return np.zeros(shape, array.dtype)
    if kind == 5:
        kinds = ("c8", "U3", "S3", "f2", "f8", "i1", "u8", "?", "M8[s]", "V4", ">f4", "g")
        return np.zeros(array.shape, random.choice(kinds))
    if kind == 6:
        return array.T if array.ndim > 1 else array[..., None]
    if kind == 7:
        return np.array(random.choice(WORDS[:20]))
    return array[: array.shape[0] // 2] if array.ndim else array


def mutate_arrays(arrays: dict[str, Any], random: Random) -> dict[str, Any]:
    """Change, remove, add or rename one of some named arrays."""
    found = dict(arrays)
    if not found:
        return found
    name = random.choice(sorted(found))
    kind = random.randrange(8)
    if kind == 0:
        del found[name]
    elif kind == 1:
        found[random.choice(("x/../../victim", "/victim", "extra", f"{name}2"))] = found.pop(name)
    elif kind == 2:
        found["more"] = np.zeros(3)
    else:
        found[name] = mutate_array(np.asarray(found[name]), random)
    return found


def zip_members(data: bytes) -> list[tuple[str, bytes]]:
    """The members of a zip archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


def write_zip(members: list[tuple[str, bytes]], deflated: bool = False) -> bytes:
    """A zip archive; unlike `zipfile`, silent about names that occur twice."""
    buffer = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members:
            archive.NameToInfo.pop(name, None)
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return buffer.getvalue()


def mutate_zip(data: bytes, random: Random) -> bytes:
    """Change the members of a zip archive; their CRC-32 are right again afterwards."""
    members = zip_members(data)
    at = random.randrange(len(members))
    name, content = members[at]
    kind = random.randrange(8)
    if kind < 4:
        members[at] = name, mutate_bytes(content, random)
    elif kind == 4:
        del members[at]
    elif kind == 5:
        members.append((name, mutate_bytes(content, random)))
    elif kind == 6:
        members[at] = random.choice(("../../victim", "/victim", "a/../b.npy", "x", "")), content
    else:
        header = random.choice(HEADERS)
        members[at] = name, npy(header, content[-64:])
    return write_zip(members, deflated=random.randrange(2) == 0)


HEADERS = (
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1180591620717411303424,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2000000000,)}",
    "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}",
    "{'descr': '|V0', 'fortran_order': False, 'shape': (10**12,)}",
    "{'descr': '<U0', 'fortran_order': False, 'shape': (1000000000000,)}",
    "{'descr': [('a', '<f4'), ('b', '<i4')], 'fortran_order': False, 'shape': (2,)}",
    "{'descr': ('<f4', (1000000, 1000000)), 'fortran_order': False, 'shape': ()}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (True,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (" + "1," * 100 + ")}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (" + "9" * 5000 + ",)}",
    "(" * 3000 + ")" * 3000,
    "{'descr': '<f4'",
    "__import__('os').mkdir('victim')",
)
"""Headers of .npy files that lie, or that are no headers."""


def npy(header: str, data: bytes) -> bytes:
    """A .npy file with any header."""
    text = header.encode("latin1", "replace") + b"\n"
    return b"\x93NUMPY\x02\x00" + struct.pack("<I", len(text)) + text + data


def mutate_text(text: str, random: Random, marks: str) -> str:
    """Change lines and cells of a text; `marks` are the characters that divide its cells."""
    lines = text.split("\n")
    for _ in range(random.choice((1, 1, 2, 4))):
        at = random.randrange(len(lines))
        kind = random.randrange(8)
        if kind < 3:
            mark = random.choice(marks)
            cells = lines[at].split(mark)
            cells[random.randrange(len(cells))] = _cell(random)
            lines[at] = mark.join(cells)
        elif kind == 3 and len(lines) > 1:
            del lines[at]
        elif kind == 4:
            lines.insert(at, lines[random.randrange(len(lines))])
        elif kind == 5:
            lines[at] = lines[at] * random.choice((0, 2, 50))
        elif kind == 6:
            lines[at] = lines[at].replace(random.choice(marks), random.choice(marks + '"\n\r\0'), 3)
        else:
            lines = lines * random.choice((1, 3, 20))
    return "\n".join(lines)


def _cell(random: Random) -> str:
    if random.randrange(2):
        return random.choice(WORDS)
    number = random.choice(NUMBERS)
    return random.choice((str, repr))(number) + random.choice(("", "", "e5", "e999999", ".5"))


def mutate_csv(data: bytes, random: Random) -> bytes:
    """Change the text of a CSV file, or its bytes."""
    if random.randrange(5) == 0:
        return mutate_bytes(data, random)
    return mutate_text(data.decode(), random, ",").encode("utf-8", "surrogatepass")


def mutate_toml(data: bytes, random: Random) -> bytes:
    """Change keys, values and lines of a TOML file, or its bytes."""
    if random.randrange(8) == 0:
        return mutate_bytes(data, random)
    text = mutate_text(data.decode(), random, "=,")
    if random.randrange(30) == 0:
        depth = random.choice((500, 5000, 100_000))
        text += "\nmore = " + "[" * depth + "]" * depth
    return text.encode("utf-8", "surrogatepass")


Mutator = Callable[[bytes, Random], bytes]
