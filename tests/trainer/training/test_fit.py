"""`fit`: it learns, repeats to the bit, and reports invalid arguments in one line."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from support.gradients import assert_gradients

from thumbnet.trainer import (
    SGD,
    Activation,
    Adam,
    BatchNormalization,
    Callback,
    Dense,
    Dropout,
    Normalization,
    Rescaling,
    Sequential,
    Tensor,
    ThumbnetError,
    Variable,
    to_categorical,
)
from thumbnet.trainer.autograd import functional as ops
from thumbnet.trainer.optimization.losses import LOSSES
from thumbnet.trainer.training.evaluation import losses_and_outputs

RNG = np.random.default_rng(0)
X = RNG.standard_normal((200, 2)).astype(np.float32)
Y = (X[:, 0] * X[:, 1] > 0).astype(np.int64)


def classifier(*extra, seed: int | None = 1, loss: str = "sparse_categorical_crossentropy"):
    model = Sequential([Dense(16, "relu"), *extra, Dense(2, "softmax")], seed=seed)
    model.compile(Adam(0.01), loss, ["accuracy"])
    return model


def test_learns_a_nonlinear_rule() -> None:
    model = classifier()
    history = model.fit(X, Y, epochs=40, seed=0)
    assert history.epoch == list(range(40))
    assert history.history["loss"][-1] < history.history["loss"][0] / 2
    assert model.evaluate(X, Y)["accuracy"] > 0.95


def test_losses_of_one_kind_agree() -> None:
    sparse, one_hot = classifier(), classifier(loss="categorical_crossentropy")
    first = sparse.fit(X, Y, epochs=3, seed=0)
    second = one_hot.fit(X, to_categorical(Y), epochs=3, seed=0)
    assert_allclose(first.history["loss"], second.history["loss"], rtol=1e-5)
    assert_allclose(sparse.predict(X), one_hot.predict(X), atol=1e-5)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_xor_with_two_hidden_sigmoids(seed: int) -> None:
    x, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    for attempt in range(10):
        model = Sequential([Dense(2, "sigmoid"), Dense(1, "sigmoid")], seed=10 * seed + attempt)
        model.compile(Adam(0.1), "binary_crossentropy")
        model.fit(x, y, batch_size=None, epochs=800)
        if (model.predict_classes(x) == y).all():
            return
    pytest.fail("no attempt of ten solved XOR")


@pytest.mark.parametrize("batch_size", [1, 7, 64, None, 1000])
def test_every_batch_size_learns_a_line(batch_size: int | None) -> None:
    model = Sequential([Dense(1)], seed=0)
    model.compile(SGD(0.05), "mse")
    model.fit(X, X @ [2.0, -1.0] + 3, batch_size=batch_size, epochs=150, seed=0)
    kernel, bias = model.get_weights()
    assert_allclose(kernel[:, 0], [2, -1], atol=0.01)
    assert_allclose(bias, [3], atol=0.01)


def test_batches_cover_every_example_once() -> None:
    class Count(Callback):
        batches = 0

        def on_batch_end(self, batch: int, logs: dict[str, float]) -> None:
            self.batches += 1

    count = Count()
    classifier().fit(X, Y, batch_size=64, epochs=2, callbacks=[count])
    assert count.batches == 2 * 4


def test_the_reported_loss_is_the_mean_over_examples() -> None:
    """With a negligible learning rate, training reports the same numbers as evaluation."""
    model = classifier()
    model.compile(SGD(1e-12), "sparse_categorical_crossentropy", ["accuracy", "mse"])
    logs = {k: v[0] for k, v in model.fit(X, Y, batch_size=64).history.items()}
    assert logs.keys() == {"loss", "accuracy", "mse"}
    assert_allclose(list(logs.values()), list(model.evaluate(X, Y).values()), rtol=1e-5)


def test_a_seed_repeats_a_run_to_the_bit() -> None:
    def run(seed: int) -> list[np.ndarray]:
        model = classifier(BatchNormalization(), Dropout(0.3), seed=None)
        model.fit(X, Y, epochs=3, seed=seed)
        return model.get_weights()

    for first, second in zip(run(5), run(5), strict=True):
        assert_array_equal(first, second)
    assert not np.array_equal(run(5)[0], run(6)[0])


def test_the_models_seed_alone_repeats_a_run() -> None:
    runs = []
    for _ in range(2):
        model = classifier(Dropout(0.3), seed=9)
        model.fit(X, Y, epochs=2)
        runs.append(model.predict(X))
    assert_array_equal(*runs)


def test_validation_data_are_the_last_and_are_not_trained_on() -> None:
    spoiled = Y.copy()
    spoiled[150:] = 1 - spoiled[150:]
    one, other = classifier(), classifier()
    first = one.fit(X, spoiled, epochs=5, validation_split=0.25, seed=0)
    second = other.fit(X[:150], Y[:150], epochs=5, validation_data=(X[150:], Y[150:]), seed=0)
    assert_array_equal(one.predict(X), other.predict(X))
    assert first.history["loss"] == second.history["loss"]
    assert_allclose(
        np.add(first.history["val_accuracy"], second.history["val_accuracy"]), 1, rtol=1e-9
    )
    assert second.history["val_loss"][-1] == other.evaluate(X[150:], Y[150:])["loss"]


def test_class_weight_moves_the_decision() -> None:
    x = RNG.standard_normal((300, 1))
    y = (x[:, 0] + RNG.standard_normal(300) > 0).astype(int)
    shares = []
    for loss, units in (("binary_crossentropy", 1), ("sparse_categorical_crossentropy", 2)):
        for weight in ({0: 5.0}, {1: 5.0}):
            model = Sequential([Dense(units, "sigmoid" if units == 1 else "softmax")], seed=0)
            model.compile(SGD(0.5), loss)
            model.fit(x, y, class_weight=weight, epochs=20, seed=0)
            shares.append(model.predict_classes(x).mean())
    assert shares[0] < 0.4 < 0.6 < shares[1]
    assert shares[2] < 0.4 < 0.6 < shares[3]


def test_class_weight_equals_repeating_examples() -> None:
    twice = np.concatenate([np.arange(20), np.flatnonzero(Y[:20] == 1)])
    weighted, repeated = classifier(), classifier()
    for model in (weighted, repeated):
        model.compile(SGD(0.1), "sparse_categorical_crossentropy")
    weighted.fit(X[:20], Y[:20], batch_size=None, class_weight={1: 2.0})
    repeated.optimizer.learning_rate = 0.1 * len(twice) / 20
    repeated.fit(X[twice], Y[twice], batch_size=None)
    assert_allclose(weighted.predict(X), repeated.predict(X), atol=1e-6)


def test_regularization_shrinks_weights_and_shows_in_the_loss() -> None:
    sizes = []
    for factor in (None, 0.1):
        model = Sequential([Dense(8, "tanh", kernel_regularizer=factor), Dense(1)], seed=0)
        model.compile(Adam(0.01), "mse")
        history = model.fit(X, Y, epochs=30, seed=0)
        sizes.append(float(np.square(model.get_weights()[0]).sum()))
        results = model.evaluate(X, Y)
    assert sizes[1] < sizes[0] / 4
    plain = np.square(model.predict(X)[:, 0] - Y).mean()
    assert_allclose(results["loss"], plain + 0.1 * sizes[1], rtol=1e-5)
    assert history.history["loss"][-1] > plain


def test_raw_units_train_as_well_as_scaled_ones() -> None:
    raw = X * [100.0, 0.01] + [101325.0, -5.0]
    model = classifier()
    model.fit(X, Y, epochs=30, seed=0)
    adapted = Sequential([Normalization().adapt(raw), *classifier().layers], seed=1)
    adapted.compile(Adam(0.01), "sparse_categorical_crossentropy", ["accuracy"])
    adapted.fit(raw, Y, epochs=30, seed=0)
    assert adapted.evaluate(raw, Y)["accuracy"] > 0.93
    assert adapted.predict(raw).dtype == np.float32


def test_names_of_classes_as_targets() -> None:
    model = classifier()
    model.labels = ("no", "yes")
    names = np.array(["no", "yes"])[Y]
    model.fit(X, names, seed=0)
    assert model.evaluate(X, names) == model.evaluate(X, Y)
    with pytest.raises(ThumbnetError, match="y, row 2: label 'maybe' was not seen in training"):
        model.evaluate(X[:2], ["no", "maybe"])


ENDINGS = [
    (name, ending)
    for name, loss in LOSSES.items()
    for ending in ("linear", "sigmoid", "softmax")
    if loss.targets == "values" or ending != "linear"
]


@pytest.mark.parametrize(("loss", "ending"), ENDINGS)
def test_gradient_of_a_whole_network(loss: str, ending: str) -> None:
    chosen = LOSSES[loss]
    rng = np.random.default_rng(3)
    layers = [Dense(4, "tanh", kernel_regularizer=0.05), BatchNormalization(), Dense(3)]
    model = Sequential([*layers, Activation(ending)], seed=0, dtype=np.float64)
    model.build(2)
    x, classes = rng.standard_normal((6, 2)), rng.integers(0, 3, 6)
    y = classes if chosen.targets == "classes" else np.eye(3)[classes]

    def mean_loss() -> Tensor:
        each, _ = losses_and_outputs(model, chosen, Tensor(x), y, training=True)
        penalties = [p for layer in model.layers for p in layer.penalties()]
        return ops.mean(each) + penalties[0]

    variables: list[Variable] = model.trainable_variables
    assert_gradients(mean_loss, variables)


def compiled(*layers, loss="sparse_categorical_crossentropy", optimizer="sgd") -> Sequential:
    model = Sequential(layers, seed=0)
    model.compile(optimizer, loss)
    return model


SOFTMAX = Dense(2, "softmax")
BAD_FITS = [
    (lambda: Sequential([Dense(1)]).fit(X, Y), "the model is not compiled: call compile(optimizer"),
    (lambda: classifier().fit(X, Y + 1), "label 2 at row "),
    (lambda: classifier().fit(X, Y - 1), "label -1 at row "),
    (lambda: classifier().fit(X, Y + 0.5), "label "),
    (lambda: classifier().fit(X, Y[:-1]), "x has 200 examples and y has 199: they must pair up"),
    (lambda: classifier().fit(X, 3), "x has 200 examples and y has 1: they must pair up"),
    (lambda: classifier().fit(X[:0], Y[:0]), "x is empty, its shape is (0, 2): give data"),
    (lambda: classifier().fit(X, Y.astype(str)), "y holds <U21, not numbers: give class indices"),
    (lambda: classifier().fit(X, np.full(200, np.nan)), "y holds NaN or infinity at row 0: remove"),
    (
        lambda: classifier().fit(X, to_categorical(Y)),
        "sparse_categorical_crossentropy takes one cl",
    ),
    (
        lambda: classifier(loss="categorical_crossentropy").fit(X, Y),
        "categorical_crossentropy takes y of shape (200, 2), got (200,): to_categorical(y, 2) make",
    ),
    (
        lambda: compiled(Dense(1, "sigmoid"), loss="binary_crossentropy").fit(X, 2 * Y - 1),
        "binary_crossentropy takes y between 0 and 1, got -1 to 1: relabel the classes as 0 and 1",
    ),
    (
        lambda: compiled(Dense(3), loss="mse").fit(X, to_categorical(Y)),
        "mse takes y of shape (200, 3), got (200, 2): the last layer gives (3,)",
    ),
    (
        lambda: compiled(Dense(2)).fit(X, Y),
        "sparse_categorical_crossentropy needs probabilities, the last layer gives linear: set its "
        "activation to 'softmax'",
    ),
    (
        lambda: compiled(Dense(1, "sigmoid")).fit(X, Y),
        "sparse_categorical_crossentropy needs one output for each class: Dense(2, 'softmax'), or",
    ),
    (
        lambda: compiled(Dense(1, "sign"), loss="mse").fit(X, Y),
        "layer 'dense': sign has no gradient to learn by: train with sigmoid or tanh, or use Perce",
    ),
    (
        lambda: compiled(Rescaling(), loss="mse").fit(X, X),
        "the model has nothing to train: add a D",
    ),
    (
        lambda: compiled(Normalization(), SOFTMAX).fit(X, Y),
        "layer 'normalization' does not know th",
    ),
    (
        lambda: compiled(Dense(1), loss="mse", optimizer=SGD(1e30)).fit(X, Y, epochs=5),
        "training diverged: the loss is ",
    ),
    (lambda: classifier().fit(X, Y, batch_size=0), "batch_size is 0: give a positive whole number"),
    (lambda: classifier().fit(X, Y, epochs=0), "epochs is 0: it must be a positive whole number"),
    (lambda: classifier().fit(X, Y, validation_split=1), "validation_split is 1: it must be at le"),
    (
        lambda: classifier().fit(X[:1], Y[:1], validation_split=0.1),
        "validation_split 0.1 of 1 examples leaves 0 to train on and 1 to validate: both need at",
    ),
    (
        lambda: classifier().fit(X, Y, validation_data=([[1.0]], [0])),
        "validation x has examples of 1 features, the model takes 2 features",
    ),
    (lambda: classifier().fit(X, Y, class_weight={2: 1.0}), "class_weight names class 2: the clas"),
    (
        lambda: classifier().fit(X, Y, class_weight={0: -1}),
        "class_weight of class 0 is -1: it must",
    ),
    (
        lambda: compiled(Dense(1), loss="mse").fit(X, Y, class_weight={0: 2}),
        "class_weight needs classes, and mse has none: leave it out",
    ),
]


@pytest.mark.parametrize(("action", "message"), BAD_FITS)
def test_refused(action, message: str) -> None:
    with pytest.raises(ThumbnetError) as caught:
        action()
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_to_categorical() -> None:
    assert_array_equal(to_categorical([1, 0]), [[0, 1], [1, 0]])
    assert to_categorical([1, 0], 4).shape == (2, 4)
    with pytest.raises(ThumbnetError, match="label 3 at row 0 is not one of the 2 classes"):
        to_categorical([3], 2)
