"""What every operation reads, writes and needs: the table that `verify` goes by."""

from __future__ import annotations

FLOAT_STAGES = ("lower", "fold", "equalize", "calibrate")

Signature = tuple[str, str, set[str]]
"""dtype of the inputs, dtype of the output ("*" for several), attributes."""

_REQUANTIZE = {"zero_point", "multiplier", "shift", "activation_min", "activation_max"}
_RECURRENT = {"kernel", "recurrent_kernel", "bias", "function", "steps", "units", "sequences"}
_SIDES = {
    f"{side}_{name}"
    for side in ("input", "state")
    for name in ("weight", "bias", "multiplier", "shift")
}
_STEPS = {*_SIDES, "limit", "step_shift", "steps", "units", "sequences"}
_SOFTMAX = {"limit", "left_shift", "multiplier", "shift"}

FLOAT: dict[str, Signature] = {
    name: ("float32", "float32", attributes)
    for name, attributes in {
        "scale_shift": {"scale", "offset"},
        "dense": {"kernel", "bias"},
        "conv": {"kernel", "bias", "window"},
        "depthwise_conv": {"kernel", "bias", "window"},
        "activation": {"function"},
        "reshape": set[str](),
        "max_pool": {"window"},
        "average_pool": {"window"},
        "add": set[str](),
        "concatenate": set[str](),
        "simple_rnn": _RECURRENT,
        "gru": _RECURRENT,
    }.items()
}

INTEGER: dict[str, Signature] = {
    "quantize_levels": ("int32", "uint8", {"minimum", "maximum", "gain"}),
    "quantize_sensors": (
        "int32",
        "uint8",
        {"zero_point", "units", "minimum", "maximum", "left_shift", "bias", "multiplier", "shift"},
    ),
    "matmul": ("uint8", "int32", {"weight", "bias"}),
    "convolve": ("uint8", "int32", {"weight", "bias", "window", "pad"}),
    "convolve_depthwise": ("uint8", "int32", {"weight", "bias", "window", "pad"}),
    "requantize": ("int32", "*", _REQUANTIZE),
    "lookup": ("uint8", "uint8", {"table"}),
    "fully_connected": ("uint8", "*", {"weight", "bias", *_REQUANTIZE}),
    "conv": ("uint8", "uint8", {"weight", "bias", "window", "pad", *_REQUANTIZE}),
    "depthwise_conv": ("uint8", "uint8", {"weight", "bias", "window", "pad", *_REQUANTIZE}),
    "max_pool": ("uint8", "uint8", {"window"}),
    "average_pool": ("uint8", "uint8", {"window", "x_zero_point", "fewest", *_REQUANTIZE}),
    "add": (
        "uint8",
        "uint8",
        {"ka", "kb", "bias", "shift", "zero_point", "activation_min", "activation_max"},
    ),
    "concatenate": ("uint8", "uint8", {"tables", "channels"}),
    "simple_rnn": ("uint8", "uint8", {*_STEPS, "table", "center", "state_zero"}),
    "gru": ("uint8", "uint8", {*_STEPS, "sigmoid_table", "tanh_table"}),
    "classify": ("int32", "int32", set()),
    "decide": ("int32", "int32", {"threshold"}),
    "measure": ("int32", "float32", {"step", "units"}),
    "softmax": ("int32", "int32", _SOFTMAX),
    "logistic": ("int32", "int32", _SOFTMAX),
    "logistic_all": ("int32", "int32", _SOFTMAX),
}
