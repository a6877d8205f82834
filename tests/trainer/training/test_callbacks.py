"""Callbacks, checkpoints, and training that resumes exactly."""

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from thumbnet.trainer import (
    SGD,
    Adam,
    BatchNormalization,
    Callback,
    Dense,
    Dropout,
    EarlyStopping,
    LearningRateScheduler,
    ModelCheckpoint,
    Normalization,
    Optimizer,
    RMSprop,
    Sequential,
    ThumbnetError,
    load_checkpoint,
    load_model,
)

RNG = np.random.default_rng(0)
X = RNG.standard_normal((100, 4)).astype(np.float32)
Y = (X.sum(axis=1) > 0).astype(int)
Logs = dict[str, float]


def make(optimizer: Optimizer | None = None, units: int = 8) -> Sequential:
    layers = [Dense(units, "relu"), BatchNormalization(), Dropout(0.3), Dense(2, "softmax")]
    model = Sequential(layers)
    model.compile(optimizer or Adam(0.01), "sparse_categorical_crossentropy", ["accuracy"])
    return model


class Recorder(Callback):
    def __init__(self) -> None:
        self.calls: list[str] = []

    def on_train_begin(self) -> None:
        self.calls.append("train")

    def on_epoch_begin(self, epoch: int) -> None:
        self.calls.append(f"epoch {epoch}")

    def on_batch_end(self, batch: int, logs: Logs) -> None:
        self.calls.append(f"batch {batch} {sorted(logs)}")

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        self.calls.append(f"end {epoch} {sorted(logs)} {len(self.history.epoch)}/{self.epochs}")

    def on_train_end(self) -> None:
        self.calls.append("end")


class InterruptAt(Callback):
    """Ctrl-C in the middle of an epoch."""

    def __init__(self, epoch: int) -> None:
        self.at, self.epoch = epoch, 0

    def on_epoch_begin(self, epoch: int) -> None:
        self.epoch = epoch

    def on_batch_end(self, batch: int, logs: Logs) -> None:
        if self.epoch == self.at and batch == 1:
            raise KeyboardInterrupt


def test_calls_come_in_order() -> None:
    recorder = Recorder()
    make().fit(X, Y, batch_size=60, epochs=2, validation_split=0.1, callbacks=[recorder])
    epoch_logs = ["accuracy", "loss", "val_accuracy", "val_loss"]
    expected = ["train"]
    for i in range(2):
        expected += [f"epoch {i}"]
        expected += [f"batch {j} ['accuracy', 'loss']" for j in range(2)]
        expected += [f"end {i} {epoch_logs} {i}/2"]
    assert recorder.calls == [*expected, "end"]


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda: SGD(0.05),
        lambda: SGD(0.05, momentum=0.9, nesterov=True),
        lambda: RMSprop(0.01),
        lambda: Adam(0.01),
    ],
)
def test_resume_equals_an_uninterrupted_run_to_the_bit(optimizer, tmp_path: Path) -> None:
    """Shuffling, dropout, moving statistics, optimizer, schedule: everything continues."""

    def callbacks(path: Path, *more: Callback) -> list[Callback]:
        schedule = LearningRateScheduler(lambda epoch, rate: rate * 0.9)
        stopping = EarlyStopping("loss", patience=100, restore_best_weights=True)
        return [ModelCheckpoint(path), schedule, stopping, *more]

    def settings(path: Path, *more: Callback) -> dict:
        return {"batch_size": 16, "epochs": 8, "callbacks": callbacks(path, *more)}

    whole = make(optimizer())
    history = whole.fit(X, Y, seed=4, **settings(tmp_path / "whole.npz"))

    path = tmp_path / "part.npz"
    broken = make(optimizer())
    with pytest.raises(KeyboardInterrupt):
        broken.fit(X, Y, seed=4, **settings(path, InterruptAt(5)))
    resumed = make(optimizer())
    continued = resumed.fit(X, Y, resume_from=path, **settings(path, Recorder()))

    assert continued.epoch == history.epoch
    assert continued.history == history.history
    for a, b in zip(resumed.get_weights(), whole.get_weights(), strict=True):
        assert_array_equal(a, b)
    assert path.read_bytes() == (tmp_path / "whole.npz").read_bytes()


def test_ctrl_c_keeps_the_last_checkpoint_and_tells_the_callbacks(tmp_path: Path) -> None:
    path, recorder = tmp_path / "c.npz", Recorder()
    model = make()
    callbacks = [ModelCheckpoint(path), recorder, InterruptAt(2)]
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y, epochs=5, callbacks=callbacks, seed=0)
    assert recorder.calls[-1] == "end"
    assert [p.name for p in tmp_path.iterdir()] == ["c.npz"]
    two_epochs = make()
    two_epochs.fit(X, Y, epochs=2, seed=0)
    assert_array_equal(load_model(path).predict(X), two_epochs.predict(X))


def test_a_loaded_checkpoint_resumes_too(tmp_path: Path) -> None:
    path = tmp_path / "c.npz"
    make().fit(X, Y, epochs=3, seed=0, callbacks=[ModelCheckpoint(path)])
    whole = make()
    whole.fit(X, Y, epochs=5, seed=0)
    loaded = load_model(path)
    loaded.fit(X, Y, epochs=5, resume_from=path)
    assert_array_equal(loaded.predict(X), whole.predict(X))


def test_resuming_a_finished_run_trains_no_more(tmp_path: Path) -> None:
    path = tmp_path / "c.npz"
    model = make()
    model.fit(X, Y, epochs=3, callbacks=[ModelCheckpoint(path)])
    before = model.predict(X)
    other = make()
    assert other.fit(X, Y, epochs=3, resume_from=path).epoch == [0, 1, 2]
    assert_array_equal(other.predict(X), before)


def test_a_checkpoint_of_other_data_says_so(tmp_path: Path) -> None:
    def scaled(x: np.ndarray) -> Sequential:
        model = Sequential([Normalization().adapt(x), Dense(2, "softmax")])
        model.compile("adam", "sparse_categorical_crossentropy")
        return model

    path = tmp_path / "c.npz"
    scaled(X).fit(X, Y, epochs=2, callbacks=[ModelCheckpoint(path)])
    loaded, epochs = load_checkpoint(path)
    assert epochs == 2
    assert_array_equal(loaded.predict(X), load_model(path).predict(X))
    with pytest.raises(
        ThumbnetError, match="was trained on other data: layer 'normalization' scales"
    ):
        scaled(2 * X).fit(2 * X, Y, epochs=3, resume_from=path)
    loaded.save(path)
    with pytest.raises(ThumbnetError, match="is a model, not a checkpoint: write"):
        load_checkpoint(path)


def test_checkpoint_every_so_often(tmp_path: Path) -> None:
    path = tmp_path / "c.npz"
    written: list[int] = []

    class Look(Callback):
        def on_epoch_begin(self, epoch: int) -> None:
            written.append(path.stat().st_mtime_ns if path.exists() else 0)

    make().fit(X, Y, epochs=5, callbacks=[ModelCheckpoint(path, every=2), Look()])
    assert [bool(when) for when in written] == [False, False, True, True, True]
    assert written[2] == written[3] < written[4] < path.stat().st_mtime_ns


def test_early_stopping() -> None:
    model = make()
    stopping = EarlyStopping("val_loss", patience=3, restore_best_weights=True)
    noise = RNG.integers(0, 2, 100)
    history = model.fit(X, noise, epochs=200, validation_split=0.5, callbacks=[stopping], seed=0)
    losses = history.history["val_loss"]
    assert stopping.stopped_epoch == len(losses) - 1 < 199
    assert stopping.best == min(losses)
    assert stopping.best_epoch == losses.index(min(losses)) == len(losses) - 4
    assert model.evaluate(X[50:], noise[50:])["loss"] == pytest.approx(min(losses), rel=1e-6)


def test_early_stopping_of_an_accuracy_waits_for_a_rise() -> None:
    stopping = EarlyStopping("accuracy", patience=2, min_delta=0.5)
    history = make().fit(X, Y, epochs=50, callbacks=[stopping], seed=0)
    assert len(history.epoch) == 3
    assert stopping.best == history.history["accuracy"][0]


def test_early_stopping_survives_a_resume(tmp_path: Path) -> None:
    def run(**more) -> tuple[list[float], EarlyStopping]:
        stopping = EarlyStopping("loss", patience=4, min_delta=0.02)
        model = make()
        callbacks = [stopping, ModelCheckpoint(tmp_path / "c.npz")]
        return model.fit(X, Y, callbacks=callbacks, seed=0, **more).history["loss"], stopping

    whole, first = run(epochs=100)
    assert first.stopped_epoch is not None
    run(epochs=len(whole) - 2)
    resumed, second = run(epochs=100, resume_from=tmp_path / "c.npz")
    assert resumed == whole
    assert second.stopped_epoch == first.stopped_epoch
    again, _ = run(epochs=100, resume_from=tmp_path / "c.npz")
    assert again == whole


def test_learning_rate_schedule() -> None:
    scheduler = LearningRateScheduler(lambda epoch, rate: 0.1 if epoch == 0 else rate / 2)
    history = make().fit(X, Y, epochs=3, callbacks=[scheduler])
    assert history.history["learning_rate"] == [0.1, 0.05, 0.025]


def test_any_callback_can_stop_training() -> None:
    class Stop(Callback):
        def on_epoch_end(self, epoch: int, logs: Logs) -> None:
            self.model.stop_training = True

    assert make().fit(X, Y, epochs=9, callbacks=[Stop()]).epoch == [0]


def test_verbose_prints_a_line_an_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    make().fit(X, Y, epochs=2, verbose=1)
    lines = capsys.readouterr().out.splitlines()
    assert [line[:16] for line in lines] == ["epoch 1/2  loss ", "epoch 2/2  loss "]
    make().fit(X, Y)
    assert capsys.readouterr().out == ""


def test_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.npz"
    make().fit(X, Y, callbacks=[ModelCheckpoint(path)])

    def refusal(model: Sequential, *callbacks: Callback, file: Path | None = None) -> str:
        with pytest.raises(ThumbnetError) as caught:
            model.fit(X, Y, epochs=3, callbacks=callbacks, resume_from=file)
        return str(caught.value)

    assert refusal(make(units=9), file=path) == (
        f"{path}: its layers are Dense(8, relu), BatchNormalization, Dropout, Dense(2, softmax), "
        "this model's are Dense(9, relu), BatchNormalization, Dropout, Dense(2, softmax): "
        "resume with the same layers"
    )
    slower = make()
    slower.layers[2].rate = 0.5
    assert refusal(slower, file=path) == (
        f"{path}: the settings of its layers are not this model's: "
        "resume with the model that was checkpointed"
    )
    assert refusal(make(SGD(0.1)), file=path) == (
        f"{path}: was trained with Adam, not SGD: compile with the same optimizer"
    )
    assert refusal(make(), EarlyStopping("loss"), file=path) == (
        f"{path}: was written with callbacks none, this run has EarlyStopping: resume with the same"
    )
    assert refusal(make(), file=tmp_path / "d.npz").startswith(f"{tmp_path / 'd.npz'}: no such fi")
    path.write_bytes(path.read_bytes()[:-50])
    damaged = f"{path}: truncated or damaged (it is no whole zip archive): copy it again"
    assert refusal(make(), file=path) == damaged
    model = make()
    model.fit(X, Y)
    model.save(path)
    assert refusal(make(), file=path).startswith(f"{path}: is a model, not a checkpoint: write")
    assert refusal(make(), EarlyStopping()).startswith(
        "EarlyStopping monitors 'val_loss', training gives loss, accuracy: choose one of these, or"
    )
    assert refusal(make(), LearningRateScheduler(lambda epoch, rate: 0)).startswith(
        "the schedule gave a learning rate of 0.0 for epoch 0: it must be a positive number"
    )
    with pytest.raises(ThumbnetError, match="mode 'up' must be 'auto', 'min' or 'max'"):
        EarlyStopping(mode="up")
    with pytest.raises(ThumbnetError, match="every is 0, it must be at least 1"):
        ModelCheckpoint(path, every=0)
