"""Whether training can be resumed from a checkpoint."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from thumbnet.trainer import Model, ThumbnetError, load_checkpoint

from .settings import TrainSettings


def check_resumable(model: Model, settings: TrainSettings, path: Path) -> None:
    """Raise ThumbnetError for a checkpoint that does not fit the data, the seed or the epochs.

    Other data or another seed would hold out other rows, and the network would be judged by rows
    that it learned from.
    """
    saved, epochs = load_checkpoint(path)
    rate = saved.optimizer.learning_rate if saved.optimizer is not None else None
    for option, begun, given in (
        ("seed", saved.info.get("seed"), settings.seed),
        ("learning-rate", rate, settings.learning_rate),
        ("batch-size", saved.info.get("batch_size"), settings.batch_size),
    ):
        if None not in (begun, given) and begun != given:
            raise ThumbnetError(
                f"{path} was started with {option.replace('-', ' ')} {begun}, not {given}: "
                f"resume with --{option} {begun}, or train without --resume"
            )
    if saved.labels != model.labels or not _same_samples(saved, model):
        then, now = (
            f"{m.info.get('training_rows')} rows of {m.info.get('dataset')!r}"
            for m in (saved, model)
        )
        raise ThumbnetError(
            f"{path} was started with other data ({then}, here {now}): resume with the same "
            "file, --label, --task and --test-size, or train without --resume"
        )
    if epochs >= settings.epochs:
        raise ThumbnetError(
            f"{path} is already trained for {epochs} epochs: "
            f"set --epochs {epochs + 1} or more to continue"
        )


def _same_samples(one: Model, other: Model) -> bool:
    return one.samples.keys() == other.samples.keys() and all(
        np.array_equal(rows, other.samples[name]) for name, rows in one.samples.items()
    )
