"""Cases of recordings as apps export them: folders, archives, JSON and CBOR."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random

import cbor2
from support.app_exports import (
    Files,
    edge_impulse,
    edge_impulse_export,
    phyphox,
    printed,
    sensor_csv,
    sensor_json,
    sensor_logger,
    zipped,
)
from support.fuzzing import Case, Source
from support.motions import motion
from support.mutators import dump_json, mutate_bytes, mutate_csv, mutate_json, mutate_zip

from thumbnet.trainer import Recording

TRAIN = ("train", "r", "-o", "out/m.npz", "--epochs", "2", "--window", "8", "--hidden", "4")


def _two(make: Callable[[Recording], bytes], suffix: str) -> Files:
    return {f"r/{a}/{k}{suffix}": make(motion(a, k, 40)) for a in ("rest", "wave") for k in (1, 2)}


def _changed(files: Files, random: Random, mutate: Callable[[bytes, Random], bytes]) -> Case:
    name = random.choice(sorted(files))
    return Case(TRAIN, {**files, name: mutate(files[name], random)})


def _logs(random: Random) -> Case:
    line = random.choice(
        (
            lambda k, t, v: "x:{},y:{},z:{}".format(*v),
            lambda k, t, v: f"10:15:{t:06.3f} -> {v[0]},{v[1]}",
            lambda k, t, v: str((k * 20, *v)),
            lambda k, t, v: "{}\t{}".format(*v).replace(".", ","),
        )
    )
    case = _changed(_two(printed(line), ".txt"), random, mutate_csv)
    return Case((*TRAIN, *random.choice(((), ("--rate", "50")))), case.files)


def _sensors(random: Random) -> Case:
    if random.randrange(3) == 0:
        return _changed(_two(sensor_csv, ".csv"), random, mutate_csv)
    make = random.choice(
        (phyphox, lambda one: sensor_logger(one, Gyroscope=lambda o: sensor_csv(o, 100.0)))
    )
    if random.randrange(2):
        return _changed(_two(lambda one: zipped(make(one)), ".zip"), random, mutate_zip)
    files = {
        f"r/{a}/rec{k}/{name}": data
        for a in ("rest", "wave")
        for k in (1, 2)
        for name, data in make(motion(a, k, 40)).items()
    }
    return _changed(files, random, mutate_csv)


def _documents(random: Random) -> Case:
    def of_json(data: bytes, random: Random) -> bytes:
        return dump_json(mutate_json(json.loads(data), random), random).encode()

    def of_cbor(data: bytes, random: Random) -> bytes:
        if random.randrange(2):
            return mutate_bytes(data, random)
        value = mutate_json(cbor2.loads(data), random)
        return bytes(cbor2.dumps(value))

    kind = random.randrange(4)
    if kind == 0:
        return _changed(_two(lambda one: cbor2.dumps(edge_impulse(one)), ".cbor"), random, of_cbor)
    if kind == 1:
        return _changed(_two(sensor_json, ".json"), random, of_json)
    if kind == 2:
        files = {f"r/{name}": data for name, data in edge_impulse_export().items()}
        changed = of_json(files["r/info.labels"], random)
        return Case(TRAIN, {**files, "r/info.labels": changed})
    made = _two(lambda one: json.dumps(edge_impulse(one)).encode(), ".json")
    return _changed(made, random, of_json)


SOURCES: dict[str, Source] = {
    "serial logs": _logs,
    "exports of sensors": _sensors,
    "exports in JSON and CBOR": _documents,
}
