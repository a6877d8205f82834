"""`fit(..., quantize=...)`: its gain, its state, and that it repeats to the bit."""

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from thumbnet.trainer import (
    Activation,
    Adam,
    BatchNormalization,
    Callback,
    Dataset,
    Dense,
    Dropout,
    EarlyStopping,
    LearningRateScheduler,
    Model,
    ModelCheckpoint,
    Rescaling,
    Sequential,
    Tensor,
    ThumbnetError,
    load_checkpoint,
    load_digits,
    load_model,
    train_test_split,
)
from thumbnet.trainer.quantization.fake_quantization import FakeQuantization

RNG = np.random.default_rng(0)
X = RNG.standard_normal((120, 4)).astype(np.float32)
Y = (X.sum(axis=1) > 0).astype(int)


def make() -> Sequential:
    layers = [
        Dense(8, use_bias=False),
        BatchNormalization(0.9),
        Activation("relu"),
        Dropout(0.2),
        Dense(2, "softmax"),
    ]
    model = Sequential(layers, seed=2)
    model.compile(Adam(0.01), "sparse_categorical_crossentropy", ["accuracy"])
    return model


def rounded_accuracy(model: Model, data: Dataset, ranges: dict[str, tuple[float, float]]) -> float:
    """The accuracy of the network with 4-bit weights and 8-bit activations."""
    model.quantizer = FakeQuantization(model, "int4")
    model.quantizer.ranges = dict(ranges)
    accuracy = model.evaluate(data.x, data.y)["accuracy"]
    model.quantizer = None
    return accuracy


def observed_ranges(model: Model, x: np.ndarray) -> dict[str, tuple[float, float]]:
    """The ranges that calibration after training would find: smallest and largest value."""
    quantizer = FakeQuantization(model, "int8")
    inputs = model.preprocess(x)
    ranges = {"": (float(inputs.min()), float(inputs.max()))}
    tensor = Tensor(inputs)
    for layer in model.learning_layers[:-1]:
        tensor = layer.call(tensor)
        ranges[layer.name] = float(tensor.data.min()), float(tensor.data.max())
    return {name: ranges[name] for name in quantizer._computed}


def test_four_bits_lose_less_if_training_knows_of_them() -> None:
    """Over eight seeds they lost 4.1 % of the digits without it, and 0.4 % with it."""
    train, test = train_test_split(load_digits(), 0.25, seed=0)
    accuracies = []
    for seed in range(3):
        for quantize in (None, "int4"):
            hidden = [Dense(8, "relu") for _ in range(3)]
            model = Sequential([Rescaling(1 / 16), *hidden, Dense(10, "softmax")], seed=seed)
            model.compile(Adam(0.01), "sparse_categorical_crossentropy", ["accuracy"])
            slower = LearningRateScheduler(lambda epoch, rate: 0.01 if epoch < 18 else 0.001)
            settings = {"batch_size": 64, "epochs": 24, "callbacks": [slower]}
            model.fit(train.x, train.y, quantize=quantize, **settings)
            if quantize is None:
                accuracies.append(model.evaluate(test.x, test.y)["accuracy"])
                ranges = observed_ranges(model, train.x)
            else:
                assert model.activation_ranges.keys() == ranges.keys()
                ranges = model.activation_ranges
            accuracies.append(rounded_accuracy(model, test, ranges))
    plain, rounded_after, trained_for_it = np.array(accuracies).reshape(3, 3).mean(axis=0)
    assert plain > 0.87
    assert plain - rounded_after > 0.015
    assert plain - trained_for_it < (plain - rounded_after) / 2


class Look(Callback):
    """Note the ranges and the moving mean after each epoch."""

    def __init__(self) -> None:
        self.ranges: list[dict[str, tuple[float, float]]] = []
        self.means: list[np.ndarray] = []
        self.predictions: list[np.ndarray] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        self.ranges.append(self.model.activation_ranges)
        self.means.append(self.model.layers[1].moving_mean.data.copy())
        self.predictions.append(self.model.predict(X))


def test_ranges_and_moving_statistics_freeze_in_the_last_quarter() -> None:
    model, look = make(), Look()
    before = model.quantized, model.activation_ranges
    model.fit(X, Y, epochs=8, quantize="int8", callbacks=[look])
    assert before == (None, {})
    for i in range(1, 8):
        frozen = i >= 6
        assert (look.ranges[i] == look.ranges[i - 1]) == frozen
        assert np.array_equal(look.means[i], look.means[i - 1]) == frozen
    assert model.activation_ranges == look.ranges[-1]
    assert model.quantized == "int8"
    assert model.activation_ranges.keys() == {"", "activation", "dropout"}
    assert model.activation_ranges["dropout"] == model.activation_ranges["activation"]
    low, high = model.activation_ranges[""]
    assert X.min() <= low < 0 < high <= X.max()
    assert model.activation_ranges["activation"][0] == 0


def show(quantizer: FakeQuantization, *ends: float) -> tuple[float, float]:
    """Show a batch of inputs, and return their range then."""
    quantizer.output("", Tensor(np.array(ends)), training=True)
    return quantizer.ranges[""]


def test_a_range_begins_with_the_first_batch_and_moves_ever_more_slowly() -> None:
    model = make()
    model.build(4)
    quantizer = FakeQuantization(model, "int8")
    assert show(quantizer, -1.0, 3.0) == (-1, 3)
    assert show(quantizer, -2.0, 2.0) == pytest.approx((-1.2, 2.8))
    quantizer.output("", Tensor(np.array([-9.0, 9.0])), training=False)
    assert quantizer.ranges[""] == pytest.approx((-1.2, 2.8))
    for _ in range(97):
        show(quantizer, -1.0, 3.0)
    assert show(quantizer, -2.0, 2.0) == pytest.approx((-1.1, 2.9))
    for _ in range(1899):
        show(quantizer, -1.0, 3.0)
    assert show(quantizer, -2.0, 2.0) == pytest.approx((-1.01, 2.99))
    assert quantizer.output("dense", x := Tensor(np.array([0.123])), training=True) is x


def test_ranges_begin_anew_with_the_last_epoch_of_floats() -> None:
    """The ranges of the first epochs are dropped, but stay valid until the first batch."""
    model = make()
    model.build(4)
    quantizer = FakeQuantization(model, "int8")
    for epoch in range(4):
        quantizer.begin_epoch(epoch, 8)
        before = quantizer.ranges.get("")
        low, _ = show(quantizer, -1.0 - epoch, 1.0)
        assert before is None or before[0] > low
        assert (low == -1.0 - epoch) == (epoch in (0, 3))
    quantizer.begin_epoch(4, 8)
    assert -5 < show(quantizer, -5.0, 1.0)[0] < -4


def test_with_few_updates_ranges_fit_the_trained_weights() -> None:
    """A range that still shows the first batches cost 1 % of R2 with these."""
    x = np.random.default_rng(0).uniform(-1, 1, (64, 4)).round(3).astype(np.float32)
    y = 3 * x[:, 0] + 2 * x[:, 2]
    for seed in range(3):
        model = Sequential([Dense(16, "relu"), Dense(16, "relu"), Dense(1)], seed=seed)
        model.compile(Adam(0.01), "mse")
        model.fit(x, y, epochs=40, seed=0, quantize="int8")
        for name, (_, high) in observed_ranges(model, x).items():
            assert model.activation_ranges[name][1] > 0.85 * high


def test_validation_and_the_model_meanwhile_are_rounded_and_a_float_model_is_left() -> None:
    model, look = make(), Look()
    history = model.fit(
        X, Y, epochs=2, validation_data=(X[:50], Y[:50]), quantize="int4", callbacks=[look]
    )
    assert model.quantizer is None
    plain = model.evaluate(X[:50], Y[:50])["loss"]
    assert plain != history.history["val_loss"][-1]
    model.quantizer = FakeQuantization(model, "int4")
    model.quantizer.ranges = dict(model.activation_ranges)
    assert model.evaluate(X[:50], Y[:50])["loss"] == history.history["val_loss"][-1]
    assert_array_equal(model.predict(X), look.predictions[-1])
    model.quantizer = None
    assert not np.array_equal(model.predict(X), look.predictions[-1])


def test_the_first_half_of_the_epochs_is_computed_with_floats() -> None:
    for epochs, floats in ((1, 0), (2, 1), (3, 1), (6, 3)):
        rounded, plain = make(), make()
        one = rounded.fit(X, Y, epochs=epochs, seed=0, quantize="int4").history["loss"]
        other = plain.fit(X, Y, epochs=epochs, seed=0).history["loss"]
        assert [a == b for a, b in zip(one, other, strict=True)] == [
            i < floats for i in range(epochs)
        ]


def test_eight_bits_train_as_floats_do() -> None:
    predictions = []
    for quantize in (None, "int8"):
        model = Sequential([Dense(8, "tanh"), Dense(2, "softmax")], seed=0)
        model.compile(Adam(0.01), "sparse_categorical_crossentropy")
        model.fit(X, Y, epochs=20, seed=0, quantize=quantize)
        predictions.append(model.predict(X))
    assert_allclose(*predictions, atol=0.06)


def test_files_keep_the_ranges_and_a_float_fit_forgets_them(tmp_path: Path) -> None:
    model = make()
    model.fit(X, Y, epochs=2, quantize="int4")
    model.save(tmp_path / "m.npz")
    loaded = load_model(tmp_path / "m.npz")
    assert loaded.quantized == "int4"
    assert loaded.activation_ranges == model.activation_ranges
    assert all(type(limits) is tuple for limits in loaded.activation_ranges.values())
    assert_array_equal(loaded.predict(X), model.predict(X))
    loaded.fit(X, Y)
    assert (loaded.quantized, loaded.activation_ranges) == (None, {})


class InterruptAt(Callback):
    """Ctrl-C in the middle of an epoch."""

    def __init__(self, epoch: int) -> None:
        self.at, self.epoch = epoch, 0

    def on_epoch_begin(self, epoch: int) -> None:
        self.epoch = epoch

    def on_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        if self.epoch == self.at and batch == 1:
            raise KeyboardInterrupt


@pytest.mark.parametrize("stop", [1, 3, 7])
def test_resume_equals_an_uninterrupted_run_to_the_bit(stop: int, tmp_path: Path) -> None:
    """Before the ranges are frozen, and after."""

    def run(model: Model, path: Path, *more: Callback, **settings) -> list[float]:
        stopping = EarlyStopping("loss", patience=100, restore_best_weights=True)
        callbacks = [ModelCheckpoint(path), stopping, *more]
        history = model.fit(
            X, Y, batch_size=16, epochs=8, callbacks=callbacks, quantize="int4", **settings
        )
        return history.history["loss"]

    whole, broken, resumed = make(), make(), make()
    losses = run(whole, tmp_path / "whole.npz", seed=4)
    path = tmp_path / "part.npz"
    with pytest.raises(KeyboardInterrupt):
        run(broken, path, InterruptAt(stop), seed=4)
    assert broken.quantizer is None
    loaded, epochs = load_checkpoint(path)
    assert epochs == stop
    assert loaded.quantized == "int4"
    assert loaded.activation_ranges
    assert run(resumed, path, resume_from=path) == losses
    for a, b in zip(resumed.get_weights(), whole.get_weights(), strict=True):
        assert_array_equal(a, b)
    assert resumed.activation_ranges == whole.activation_ranges
    assert path.read_bytes() == (tmp_path / "whole.npz").read_bytes()


def test_the_best_epoch_comes_back_with_its_ranges() -> None:
    class Spoil(Callback):
        """From epoch 2 on the weights are wrong."""

        def on_epoch_begin(self, epoch: int) -> None:
            if epoch == 2:
                self.model.layers[-1].kernel.data *= -3

    model, look = make(), Look()
    stopping = EarlyStopping("loss", patience=2, restore_best_weights=True)
    model.fit(X, Y, epochs=40, quantize="int8", callbacks=[Spoil(), look, stopping])
    assert stopping.best_epoch == 1
    assert model.activation_ranges == look.ranges[1] != look.ranges[-1]
    resumed = EarlyStopping("loss", patience=2, restore_best_weights=True)
    resumed.set_state(stopping.get_state())
    model.activation_ranges = {}
    resumed.model = model
    resumed.on_train_end()
    assert model.activation_ranges == look.ranges[1]


def test_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.npz"
    make().fit(X, Y, callbacks=[ModelCheckpoint(path)], quantize="int8")

    def refusal(**settings) -> str:
        with pytest.raises(ThumbnetError) as caught:
            make().fit(X, Y, epochs=3, **settings)
        return str(caught.value)

    assert refusal(resume_from=path) == (
        f"{path}: was trained with quantize='int8', this run has None: resume with the same"
    )
    assert refusal(resume_from=path, quantize="int4") == (
        f"{path}: was trained with quantize='int8', this run has 'int4': resume with the same"
    )
    assert refusal(quantize=8) == "quantize is 8: give 'int8', 'int4' or None"
    make().fit(X, Y, callbacks=[ModelCheckpoint(path)])
    assert refusal(resume_from=path, quantize="int4") == (
        f"{path}: was trained with quantize=None, this run has 'int4': resume with the same"
    )
