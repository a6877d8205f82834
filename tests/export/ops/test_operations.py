"""The list of operations is complete, has no duplicates, and each defines what its stages need."""

from __future__ import annotations

import inspect

import pytest
from support.kernel_words import FIRMWARE

import thumbnet.trainer as trainer
from thumbnet.export.graph.graph import Node
from thumbnet.export.kernels.build import Build
from thumbnet.export.kernels.kernel import Kernel
from thumbnet.export.ops import KERNELS, LOWERED_BY, OPERATIONS, Operation, names, operation

EVERY = pytest.mark.parametrize("op", OPERATIONS, ids=lambda op: op.name)
TIERS = ("plain", "viper", "thumb", "thumb_dsp")
ONE_NUMBER_FOR_MANY = {"product", "sequences", "steps", "units", "window"}
"""Attributes that a float node passes on to its integer node as they are."""

MADE_BY_ATTENTION = {"batch_matmul", "softmax_rows"}
"""Float operations without a layer of their own."""


def fills_in(op: Operation, method: str) -> bool:
    """Whether a class between the operation and the interface defines a method."""
    return getattr(type(op), method) is not getattr(Operation, method)


def is_float(op: Operation) -> bool:
    return op.float_attributes is not None


def is_integer_only(op: Operation) -> bool:
    return is_integer(op) and not is_float(op)


def is_lowering(op: Operation) -> bool:
    """Whether it only lowers a layer, to nodes of other operations: it exists in no stage."""
    return not is_float(op) and not is_integer(op)


def is_integer(op: Operation) -> bool:
    return op.integer_attributes is not None


def test_each_is_listed_once() -> None:
    listed = [op.name for op in OPERATIONS]
    assert sorted(listed) == sorted(set(listed))
    assert all(operation(Node(op.name, (), "y")) is op for op in OPERATIONS)
    found = {op for stage in ("lower", "fuse") for op in names(stage).values()}
    assert found == {op for op in OPERATIONS if not is_lowering(op)}


def test_each_class_of_the_folder_that_has_a_name_is_listed() -> None:
    found = set()
    queue = [Operation]
    while queue:
        cls = queue.pop()
        queue += cls.__subclasses__()
        if cls.__module__.startswith("thumbnet.export.ops.") and hasattr(cls, "name"):
            found.add(cls)
    assert found == {type(op) for op in OPERATIONS}


def test_each_layer_has_one_operation() -> None:
    classes = [getattr(trainer, name) for name in trainer.__all__]
    layers = {
        cls.__name__ for cls in classes if inspect.isclass(cls) and issubclass(cls, trainer.Layer)
    }
    assert layers - LOWERED_BY.keys() == {"Layer", "Dropout", "RandomShift"}
    assert layers >= LOWERED_BY.keys()
    claimed = [layer for op in OPERATIONS for layer in op.layers]
    assert sorted(claimed) == sorted(set(claimed))
    assert all(fills_in(op, "lower") and not is_integer_only(op) for op in LOWERED_BY.values())


@EVERY
def test_an_operation_fills_in_what_its_stages_ask(op: Operation) -> None:
    assert not is_lowering(op) or op.layers
    assert fills_in(op, "float_forward") == is_float(op)
    assert fills_in(op, "integer_forward") == is_integer(op)
    assert fills_in(op, "quantize") == (is_float(op) and not op.is_alias and not op.is_scaling)
    assert fills_in(op, "quantize_scores") == op.gives_scores
    assert fills_in(op, "lower") == bool(op.layers)
    assert op.layers or not is_float(op) or op.name in MADE_BY_ATTENTION
    assert fills_in(op, "calls") == bool(op.kernels)


@EVERY
def test_what_only_float_stages_have_is_claimed_by_float_operations(op: Operation) -> None:
    flags = ("is_scaling", "is_alias", "may_be_last", "gives_scores", "weights_per_feature")
    assert is_float(op) or not any(getattr(op, flag) for flag in flags)
    assert not is_integer_only(op) or not op.layers
    assert is_integer(op) or not (op.kernels or op.weight_names)


@EVERY
def test_float_weights_are_no_integer_weights(op: Operation) -> None:
    """A stage that confuses them would compute with numbers of another scale."""
    floats, integers = op.float_attributes or set(), set(op.integer_attributes or ())
    assert floats & integers <= {*ONE_NUMBER_FOR_MANY, "bias"}
    assert not {name for name in floats if "weight" in name or "multiplier" in name}
    assert not {name for name in integers if "kernel" in name or name in ("scale", "offset")}
    assert set(op.weight_names) <= set(integers)


@EVERY
def test_each_multiplier_comes_with_its_shift(op: Operation) -> None:
    integers = op.integer_attributes or set()
    found = {name.removesuffix("multiplier") for name in integers if name.endswith("multiplier")}
    assert {name.removesuffix("shift") for name in integers} >= found


def has_file(kernel: Kernel, tier: str) -> bool:
    folders = Build(tier).folders
    return any((FIRMWARE / folder / f"{kernel.name}.py").is_file() for folder in folders)


@pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel.name)
def test_each_kernel_has_a_file_in_each_of_its_tiers(kernel: Kernel) -> None:
    for tier in kernel.layouts or TIERS:
        assert has_file(kernel, tier), tier
    assert not kernel.flash or has_file(kernel, "thumb")
    assert not kernel.in_own_file or (FIRMWARE / "thumb" / f"{kernel.name}.py").is_file()


def test_kernels_with_a_file_of_their_own_on_a_microbit() -> None:
    found = sorted(kernel.name for kernel in KERNELS if kernel.in_own_file)
    layers = ["average_pool", "conv", "depthwise_conv", "fully_connected", "max_pool"]
    assert found == layers
    assert all(kernel.flash for kernel in KERNELS if kernel.in_own_file)


def test_kernels_are_told_apart_by_their_names() -> None:
    found = [kernel.name for kernel in KERNELS]
    assert sorted(found) == sorted(set(found))
    assert set(KERNELS) == {kernel for op in OPERATIONS for kernel in op.kernels}


def test_a_kernel_has_weights_where_its_words_count_their_outputs() -> None:
    for kernel in KERNELS:
        has_weights = {"inputs", "outputs"} <= set(kernel.words)
        assert has_weights == bool(kernel.layouts), kernel.name
        assert not kernel.splits_inputs or "pieces" in kernel.words


@pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel.name)
def test_a_native_tier_that_runs_the_plain_kernel_has_its_words(kernel: Kernel) -> None:
    """`p` has the words of the tier, whichever folder the kernel's file is in."""
    for tier in kernel.layouts or TIERS:
        folders = Build(tier).folders
        found = next(f for f in folders if (FIRMWARE / f / f"{kernel.name}.py").is_file())
        if found in ("plain", "runtime"):
            assert kernel.words_in(tier) == kernel.words_in("plain"), tier
