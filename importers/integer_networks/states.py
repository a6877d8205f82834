"""Variables of an 8-bit network: what stays from one inference to the next.

A file reads a variable, computes, and assigns to it, in any order. The graph has only states: the
value before the inference and the value after it, which lie in the same memory.
"""

from __future__ import annotations

from math import prod
from typing import NoReturn

import numpy as np

from thumbnet.export import Node, State, TensorSpec

from ..tflite.model import Operator, Subgraph
from .boxes import boxes, move_attributes
from .builder import SIGN, Builder, Source, Variable


def call_once(builder: Builder, operator: Operator) -> None:
    """Note the first values that a sub-graph gives to variables: CALL_ONCE."""
    number = operator.options["init_subgraph_index"]
    subgraph: Subgraph = builder.subgraphs[number]
    names: dict[int, str] = {}
    for inner in subgraph.operators:
        if inner.name == "VAR_HANDLE":
            names[inner.outputs[0]] = _key(inner)
            continue
        values = None
        if inner.name == "ASSIGN_VARIABLE" and inner.inputs[0] in names:
            values = subgraph.tensors[inner.inputs[1]].data
        if values is None:
            builder.refuse(
                f"operator {inner.position} of sub-graph {number}, {inner.name}, does more than "
                "assign a constant to a variable",
                "begin with constants",
            )
        variable = _named(builder, names[inner.inputs[0]])
        _check_size(builder, variable, values.size)
        if values.dtype != np.int8:
            _refuse_type(builder, variable, str(values.dtype))
        variable.initial = (values.astype(np.int64).ravel() + SIGN).astype(np.uint8)


def var_handle(builder: Builder, operator: Operator) -> None:
    """Note which variable a tensor stands for: VAR_HANDLE."""
    builder.handles[operator.outputs[0]] = _named(builder, _key(operator))


def read_variable(builder: Builder, operator: Operator) -> None:
    """Take the value of a variable: what was assigned last, in this inference or the one before."""
    variable, (y,) = _of(builder, operator), operator.outputs
    if builder.tensor(y).dtype != "int8":
        _refuse_type(builder, variable, builder.tensor(y).dtype)
    if variable.now is None:
        if variable.initial is None:
            builder.refuse(
                f"the variable {variable.name!r} has no first value",
                "assign a constant to it in a sub-graph that CALL_ONCE names",
            )
        name = f"state_{sum(bool(one.before) for one in builder.variables.values())}"
        variable.before = name
        variable.now = Source(name, builder.shape(y))
        builder.tensors[name] = builder.spec(name, y)
    _check_size(builder, variable, prod(builder.shape(y)))
    builder.alias(y, variable.now)


def assign_variable(builder: Builder, operator: Operator) -> None:
    """Give a variable a computed value: ASSIGN_VARIABLE."""
    variable, x = _of(builder, operator), operator.inputs[1]
    if builder.tensor(x).dtype != "int8":
        _refuse_type(builder, variable, builder.tensor(x).dtype)
    if builder.is_constant(x):
        builder.refuse("it assigns a constant", "assign what the network computes")
    variable.now = builder.source(x)
    _check_size(builder, variable, prod(builder.shape(x)))


def held_states(builder: Builder) -> tuple[State, ...]:
    """Return the states, and add the copies that they need, once all operators are translated.

    A value is written straight into the memory of its state where nothing reads the old one later.
    """
    held = [one for one in builder.variables.values() if one.before]
    _copy_what_is_overwritten(builder, held)
    states: list[State] = list(builder.kept.values())
    for variable in held:
        assert variable.now is not None
        assert variable.initial is not None
        after = variable.now.name
        if not _in_place(builder, variable) or after in [state.after for state in states]:
            after = _copy(builder, after, f"{variable.before}_after", len(builder.nodes))
        states.append(State(variable.before, after, variable.initial))
    return tuple(states)


def _copy_what_is_overwritten(builder: Builder, held: list[Variable]) -> None:
    """Copy the values before the inference that are read after it: by a state, or as an output."""
    copies: dict[str, Source] = {}
    outputs = {number: builder.source(number) for number in builder.subgraph.outputs}
    late = [*outputs.values(), *(one.now for one in held if one.now is not None)]
    for variable in held:
        before = variable.before
        source = next((source for source in late if source.name == before), None)
        if source is not None:
            # Behind the node that converts the input, so in front of every write.
            name = _copy(builder, before, f"{before}_copy", 1)
            copies[before] = Source(name, source.shape)
    for number, source in outputs.items():
        builder.alias(number, copies.get(source.name, source))
    for variable in held:
        if variable.now is not None:
            variable.now = copies.get(variable.now.name, variable.now)


def _in_place(builder: Builder, variable: Variable) -> bool:
    """Return whether the new value is written when the old one has been read for the last time."""
    assert variable.now is not None
    names = [node.output for node in builder.nodes]
    reads = [k for k, node in enumerate(builder.nodes) if variable.before in node.inputs]
    return names.index(variable.now.name) > max([0, *reads])


def _copy(builder: Builder, source: str, name: str, at: int) -> str:
    """Add a copy of a tensor as node `at`; return its name."""
    spec = builder.tensors[source]
    attributes = move_attributes([boxes(np.arange(prod(spec.shape)))])
    builder.nodes.insert(at, Node("move", (source,), name, attributes))
    builder.tensors[name] = TensorSpec(name, spec.shape, spec.dtype, spec.scale, spec.zero_point)
    return name


def _key(operator: Operator) -> str:
    container, name = (operator.options[key] for key in ("container", "shared_name"))
    return f"{container}/{name}" if container else str(name)


def _named(builder: Builder, name: str) -> Variable:
    return builder.variables.setdefault(name, Variable(name))


def _of(builder: Builder, operator: Operator) -> Variable:
    handle = operator.inputs[0]
    if handle not in builder.handles:
        builder.refuse("it names no variable of a VAR_HANDLE", "export the network again")
    return builder.handles[handle]


def _check_size(builder: Builder, variable: Variable, size: int) -> None:
    """Refuse a variable that changes its size."""
    if variable.size not in (0, size):
        builder.refuse(
            f"the variable {variable.name!r} has {variable.size} values, and then {size}",
            "give it one shape",
        )
    variable.size = size


def _refuse_type(builder: Builder, variable: Variable, dtype: str) -> NoReturn:
    builder.refuse(
        f"the variable {variable.name!r} is {dtype}", "quantize the whole network to int8"
    )
