"""Cases for what reads a board's profile: `export --board FILE.toml`, `report --board`."""

from __future__ import annotations

import functools
from importlib.resources import files
from random import Random

import numpy as np
from support.fuzzing import Case, Source
from support.layer_models import MODELS, chain, randomized
from support.mutators import mutate_toml

from thumbnet.export.boards.processors import CPUS
from thumbnet.export.boards.profile_fields import ARCHITECTURES, OPTIONAL, REQUIRED
from thumbnet.trainer import Dense, Model

PROFILES = [
    path.read_bytes()
    for path in (files("thumbnet.export.boards") / "profiles").iterdir()
    if path.name.endswith(".toml")
]
VALUES = (
    *("0", "1", "-1", "64", "60", "1024", "4096", "1_048_576", "1_099_511_627_776", "9" * 4000),
    *("9" * 5000, "0x" + "f" * 9000, "1.5", "nan", "-inf", "1e400", "true", "false", "1979-05-27"),
    *("07:32:00", "[]", "[1]", "{}", "{a = 1}", "[" * 900 + "]" * 900, '""', '" "', '"../../x"'),
    *('"\\u0000"', '"\\n"', f'"{"a" * 5000}"', '"hex"', '"file"', '"\\u202e"', "'''a\nb'''"),
    *('["plain"]', '["viper", "plain"]', '["thumb", "viper", "plain"]', '["thumb", "plain"]'),
    *(f'"{name}"' for name in (*CPUS, *ARCHITECTURES)),
)


@functools.cache
def _models() -> tuple[bytes, ...]:
    """Small models, saved: numbers, images, sequences."""
    made = [chain((3,), Dense(4, "relu"), Dense(2, "softmax"))]
    made += [randomized(MODELS[name](), np.random.default_rng(1)) for name in ("strided", "gru")]
    return tuple(map(_saved, made))


def _saved(model: Model) -> bytes:
    import tempfile
    from pathlib import Path

    rng = np.random.default_rng(1)
    assert model.input_shape is not None
    rows = rng.normal(0, 1, (12, *model.input_shape)).round(2)
    model.samples = {"calibration": rows, "test_x": rows, "test_y": np.arange(12) % 2}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m.npz"
        model.save(path)
        return path.read_bytes()


def _fields(random: Random) -> Case:
    """Some fields have other values: most are of the right form."""
    lines = random.choice(PROFILES).decode().splitlines()
    for _ in range(random.choice((1, 1, 2, 4))):
        key = random.choice((*REQUIRED, *OPTIONAL))
        lines = [line for line in lines if not line.startswith(f"{key} ")]
        lines.append(f"{key} = {random.choice(VALUES)}")
    return _case("\n".join(lines).encode(), random)


def _text(random: Random) -> Case:
    return _case(mutate_toml(random.choice(PROFILES), random), random)


def _case(profile: bytes, random: Random) -> Case:
    return Case(
        ("export", "m.npz", "--board", "b.toml", "-o", "out", "--vectors", "4"),
        {"b.toml": profile, "m.npz": random.choice(_models())},
    )


SOURCES: dict[str, Source] = {"board fields": _fields, "board text": _text}
