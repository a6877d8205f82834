"""The Thumb convolutions of imported networks on an emulated core: integers, memory, speed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.thumb_call import in_one_arena, run
from support.xnnpack_cases import CONVOLUTIONS, MANTISSAS, convolutions, one_input

from thumbnet.export.kernels.thumb_scales import CUT, DOUBT, LEAST_POINT, MOST_POINT, thumb_scales

ALL = pytest.mark.parametrize("kernel", CONVOLUTIONS)
ARCH = pytest.mark.parametrize("arch", ["armv6m", "armv7em"])


@ALL
@ARCH
@given(data=st.data(), align=st.integers(0, 3), shared=st.booleans())
@examples(150)
def test_any_layer(kernel: str, arch: str, data: st.DataObject, align: int, shared: bool) -> None:
    call = data.draw(convolutions(kernel))
    run(in_one_arena(call) if shared else call, arch, align)


@given(seed=st.integers(0, 2**32 - 1), zero_point=st.sampled_from((0, 128)))
@examples(150)
def test_next_to_ties(seed: int, zero_point: int) -> None:
    """Sums whose results are next to a half, of any scale, those beyond 2**24 included."""
    rng = np.random.default_rng(seed)
    n = 64
    mantissa = np.where(
        rng.random(n) < 0.5, rng.choice(MANTISSAS, n), rng.integers(2**23, 2**24, n)
    )
    shift = rng.integers(16, 56, n)
    halves = rng.integers(-300, 300, n) + 0.5
    sums = np.rint(halves * 2.0**shift / mantissa) + rng.integers(-2, 3, n)
    sums = np.clip(sums, 1 - 2**29, 2**29 - 1).astype(np.int64)
    run(one_input(sums, mantissa, shift, zero_point=zero_point))


def test_powers_of_two() -> None:
    """Exact ties: every multiple of a quarter up to 2**9, and sums that float32 rounds first."""
    for shift in (22, 24, 25, 28, 29, 30, 33, 40, 47):
        up = shift - 23  # the result is acc / 2**up
        sums = np.arange(-2050, 2051) * 2.0 ** (up - 2)
        sums = np.unique(np.clip(sums, 1 - 2**29, 2**29 - 1)).astype(np.int64)
        run(one_input(sums, np.full(len(sums), 2**23), np.full(len(sums), shift)))
    large = np.array([s * (2**24 + d) for s in (-1, 1, 3, 31) for d in range(-4, 8)])
    for shift in (40, 41, 44, 45):
        run(one_input(large, np.full(len(large), 2**23 + 5), np.full(len(large), shift)))


def test_the_fast_path_is_off_by_less_than_the_doubt() -> None:
    """The kernel's own steps in exact integers, at their worst."""
    rng = np.random.default_rng(1)
    n = 200_000
    for point in range(LEAST_POINT, MOST_POINT + 1):
        shift = point + CUT
        mantissa = rng.integers(2**16, 2**17, n) << 7 | 127
        most = np.minimum(2.0**24 - 1, 2.0**8 * 2.0**shift / mantissa)
        acc = (most * rng.uniform(-1, 1, n)).astype(np.int64)
        (words,) = {
            tuple(row[2:])
            for row in thumb_scales(
                np.zeros((1, 1), np.int8), np.zeros(1, int), mantissa[:1], np.array([shift])
            ).tolist()
        }
        near = (acc * (mantissa >> 7) >> 10) + words[0]
        off = near / 2.0**point - 0.5 - acc * (mantissa / 2.0**shift)
        assert np.abs(off).max() + 2.0**-point + 2.0**-17 < DOUBT


@ALL
def test_speed(kernel: str) -> None:
    """Placeholder."""
