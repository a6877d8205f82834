"""The schema of .tflite files, as far as networks for small devices need it.

Numbers of operators, of types and of fields never change: the format only grows at its ends. The
tests compare this table with the package `tflite`, which is generated from the schema.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

IDENTIFIER = b"TFL3"
"""What the bytes 4 to 7 of a file are."""
VERSION = 3

_NAMES = """
ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE
EMBEDDING_LOOKUP FLOOR FULLY_CONNECTED HASHTABLE_LOOKUP L2_NORMALIZATION L2_POOL_2D
LOCAL_RESPONSE_NORMALIZATION LOGISTIC LSH_PROJECTION LSTM MAX_POOL_2D MUL RELU RELU_N1_TO_1 RELU6
RESHAPE RESIZE_BILINEAR RNN SOFTMAX SPACE_TO_DEPTH SVDF TANH CONCAT_EMBEDDINGS SKIP_GRAM CALL
CUSTOM EMBEDDING_LOOKUP_SPARSE PAD UNIDIRECTIONAL_SEQUENCE_RNN GATHER BATCH_TO_SPACE_ND
SPACE_TO_BATCH_ND TRANSPOSE MEAN SUB DIV SQUEEZE UNIDIRECTIONAL_SEQUENCE_LSTM STRIDED_SLICE
BIDIRECTIONAL_SEQUENCE_RNN EXP TOPK_V2 SPLIT LOG_SOFTMAX DELEGATE BIDIRECTIONAL_SEQUENCE_LSTM CAST
PRELU MAXIMUM ARG_MAX MINIMUM LESS NEG PADV2 GREATER GREATER_EQUAL LESS_EQUAL SELECT SLICE SIN
TRANSPOSE_CONV SPARSE_TO_DENSE TILE EXPAND_DIMS EQUAL NOT_EQUAL LOG SUM SQRT RSQRT SHAPE POW
ARG_MIN FAKE_QUANT REDUCE_PROD REDUCE_MAX PACK LOGICAL_OR ONE_HOT LOGICAL_AND LOGICAL_NOT UNPACK
REDUCE_MIN FLOOR_DIV REDUCE_ANY SQUARE ZEROS_LIKE FILL FLOOR_MOD RANGE RESIZE_NEAREST_NEIGHBOR
LEAKY_RELU SQUARED_DIFFERENCE MIRROR_PAD ABS SPLIT_V UNIQUE CEIL REVERSE_V2 ADD_N GATHER_ND COS
WHERE RANK ELU REVERSE_SEQUENCE MATRIX_DIAG QUANTIZE MATRIX_SET_DIAG ROUND HARD_SWISH IF WHILE
NON_MAX_SUPPRESSION_V4 NON_MAX_SUPPRESSION_V5 SCATTER_ND SELECT_V2 DENSIFY SEGMENT_SUM
BATCH_MATMUL PLACEHOLDER_FOR_GREATER_OP_CODES CUMSUM CALL_ONCE BROADCAST_TO RFFT2D CONV_3D IMAG
REAL COMPLEX_ABS HASHTABLE HASHTABLE_FIND HASHTABLE_IMPORT HASHTABLE_SIZE REDUCE_ALL
CONV_3D_TRANSPOSE VAR_HANDLE READ_VARIABLE ASSIGN_VARIABLE BROADCAST_ARGS RANDOM_STANDARD_NORMAL
BUCKETIZE RANDOM_UNIFORM MULTINOMIAL GELU DYNAMIC_UPDATE_SLICE RELU_0_TO_1 UNSORTED_SEGMENT_PROD
UNSORTED_SEGMENT_MAX UNSORTED_SEGMENT_SUM ATAN2 UNSORTED_SEGMENT_MIN SIGN BITCAST BITWISE_XOR
RIGHT_SHIFT STABLEHLO_LOGISTIC STABLEHLO_ADD STABLEHLO_DIVIDE STABLEHLO_MULTIPLY STABLEHLO_MAXIMUM
STABLEHLO_RESHAPE STABLEHLO_CLAMP STABLEHLO_CONCATENATE STABLEHLO_BROADCAST_IN_DIM
STABLEHLO_CONVOLUTION STABLEHLO_SLICE STABLEHLO_CUSTOM_CALL STABLEHLO_REDUCE STABLEHLO_ABS
STABLEHLO_AND STABLEHLO_COSINE STABLEHLO_EXPONENTIAL STABLEHLO_FLOOR STABLEHLO_LOG
STABLEHLO_MINIMUM STABLEHLO_NEGATE STABLEHLO_OR STABLEHLO_POWER STABLEHLO_REMAINDER
STABLEHLO_RSQRT STABLEHLO_SELECT STABLEHLO_SUBTRACT STABLEHLO_TANH STABLEHLO_SCATTER
STABLEHLO_COMPARE STABLEHLO_CONVERT STABLEHLO_DYNAMIC_SLICE STABLEHLO_DYNAMIC_UPDATE_SLICE
STABLEHLO_PAD STABLEHLO_IOTA STABLEHLO_DOT_GENERAL STABLEHLO_REDUCE_WINDOW STABLEHLO_SORT
STABLEHLO_WHILE STABLEHLO_GATHER STABLEHLO_TRANSPOSE DILATE STABLEHLO_RNG_BIT_GENERATOR
REDUCE_WINDOW STABLEHLO_COMPOSITE STABLEHLO_SHIFT_LEFT STABLEHLO_CBRT STABLEHLO_CASE
"""
OPERATORS = tuple(_NAMES.split())
"""Names of the builtin operators; the place in the list is the code in a file."""

TYPES = (
    *("float32", "float16", "int32", "uint8", "int64", "string", "bool", "int16", "complex64"),
    *("int8", "float64", "complex128", "uint64", "resource", "variant", "uint32", "uint16", "int4"),
    *("bfloat16", "int2", "uint4", "float8_e4m3fn", "float8_e5m2"),
)
"""Names of the types of tensors, by their code; those of NumPy where it has the type."""

WITHOUT_ARRAYS = {
    *("string", "resource", "variant", "int4", "bfloat16", "int2", "uint4"),
    *("float8_e4m3fn", "float8_e5m2"),
}
"""Types that NumPy does not have: constants of them are not read."""

INTEGERS = {"int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"}

ENUMERATIONS = {
    "activation": ("NONE", "RELU", "RELU_N1_TO_1", "RELU6", "TANH", "SIGN_BIT"),
    "padding": ("SAME", "VALID"),
    "weights_format": ("DEFAULT", "SHUFFLED4x16INT8"),
    "dtype": TYPES,
}
"""Names of the values of fields that are stored as an int8."""


@dataclass(frozen=True)
class Field:
    """A field of an operator's options.

    Attributes
    ----------
    name
        Its name in the schema.
    kind
        One of `flatbuffer.FORMS`, one of `ENUMERATIONS`, `"text"`, or `"int32s"` for a vector.
    default
        Its value in a file that leaves it out.
    """

    name: str
    kind: str = "int32"
    default: Any = 0


@dataclass(frozen=True)
class Options:
    """The table of an operator's options: its code among such tables, and its fields in order."""

    code: int
    fields: tuple[Field, ...]


_ACTIVATION = Field("fused_activation_function", "activation", "NONE")
_STEPS = (Field("padding", "padding", "SAME"), Field("stride_w"), Field("stride_h"))
_DILATION = (Field("dilation_w_factor", default=1), Field("dilation_h_factor", default=1))
_BIAS_TYPE = Field("quantized_bias_type", "dtype", "float32")
_ASYMMETRIC = Field("asymmetric_quantize_inputs", "bool", False)
_POT_SCALE = Field("pot_scale_int16", "bool", True)

_POOL = Options(5, (*_STEPS, Field("filter_width"), Field("filter_height"), _ACTIVATION))
_REDUCER = Options(27, (Field("keep_dims", "bool", False),))

OPTIONS: dict[str, Options] = {
    "CONV_2D": Options(1, (*_STEPS, _ACTIVATION, *_DILATION, _BIAS_TYPE)),
    "DEPTHWISE_CONV_2D": Options(2, (*_STEPS, Field("depth_multiplier"), _ACTIVATION, *_DILATION)),
    "AVERAGE_POOL_2D": _POOL,
    "MAX_POOL_2D": _POOL,
    "SVDF": Options(6, (Field("rank"), _ACTIVATION, _ASYMMETRIC)),
    "FULLY_CONNECTED": Options(
        8,
        (
            _ACTIVATION,
            Field("weights_format", "weights_format", "DEFAULT"),
            Field("keep_num_dims", "bool", False),
            _ASYMMETRIC,
            _BIAS_TYPE,
        ),
    ),
    "SOFTMAX": Options(9, (Field("beta", "float32", 0.0),)),
    "CONCATENATION": Options(10, (Field("axis"), _ACTIVATION)),
    "ADD": Options(11, (_ACTIVATION, _POT_SCALE)),
    "RESHAPE": Options(17, (Field("new_shape", "int32s", ()),)),
    "MUL": Options(21, (_ACTIVATION,)),
    "MEAN": _REDUCER,
    "SUM": _REDUCER,
    "REDUCE_MAX": _REDUCER,
    "REDUCE_MIN": _REDUCER,
    "SUB": Options(28, (_ACTIVATION, _POT_SCALE)),
    "DIV": Options(29, (_ACTIVATION,)),
    "SQUEEZE": Options(30, (Field("squeeze_dims", "int32s", ()),)),
    "STRIDED_SLICE": Options(
        32,
        (
            *(Field("begin_mask"), Field("end_mask"), Field("ellipsis_mask")),
            *(Field("new_axis_mask"), Field("shrink_axis_mask"), Field("offset", "bool", False)),
        ),
    ),
    "SPLIT": Options(35, (Field("num_splits"),)),
    "CAST": Options(
        37, (Field("in_data_type", "dtype", "float32"), Field("out_data_type", "dtype", "float32"))
    ),
    "TRANSPOSE_CONV": Options(49, (*_STEPS, _ACTIVATION, _BIAS_TYPE)),
    "SHAPE": Options(55, (Field("out_type", "dtype", "float32"),)),
    "PACK": Options(59, (Field("values_count"), Field("axis"))),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": Options(
        71,
        (
            *(_ACTIVATION, Field("cell_clip", "float32", 0.0), Field("proj_clip", "float32", 0.0)),
            *(Field("time_major", "bool", False), _ASYMMETRIC),
            Field("diagonal_recurrent_tensors", "bool", False),
        ),
    ),
    "RESIZE_NEAREST_NEIGHBOR": Options(
        74, (Field("align_corners", "bool", False), Field("half_pixel_centers", "bool", False))
    ),
    "LEAKY_RELU": Options(75, (Field("alpha", "float32", 0.0),)),
    "SPLIT_V": Options(79, (Field("num_splits"),)),
    "BATCH_MATMUL": Options(
        101, (Field("adj_x", "bool", False), Field("adj_y", "bool", False), _ASYMMETRIC)
    ),
    "CALL_ONCE": Options(103, (Field("init_subgraph_index"),)),
    "VAR_HANDLE": Options(111, (Field("container", "text", ""), Field("shared_name", "text", ""))),
    "GELU": Options(116, (Field("approximate", "bool", False),)),
}
"""The options of each operator that has some. No other operator that is imported has any."""
