"""Arrays in archives: what NumPy writes is read alike, and no header is believed."""

import io
import zipfile
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.testing import assert_array_equal
from support.examples import examples
from support.mutators import npy, write_zip

from thumbnet.trainer.files import npz
from thumbnet.trainer.files.npz import Damaged, NotNumbers, TooLarge, parse_array, read_arrays

KINDS = st.one_of(
    *(arrays.integer_dtypes(), arrays.unsigned_integer_dtypes(), arrays.boolean_dtypes()),
    *(arrays.floating_dtypes(), arrays.unicode_string_dtypes(), arrays.byte_string_dtypes()),
)


@examples(200)
@given(
    array=arrays.arrays(KINDS, arrays.array_shapes(min_dims=0, min_side=0)),
    fortran=st.booleans(),
    version=st.sampled_from((None, (2, 0))),
)
def test_what_numpy_writes_is_read_alike(array: Any, fortran: bool, version: Any) -> None:
    buffer = io.BytesIO()
    array = np.asfortranarray(array) if fortran and array.ndim else array
    np.lib.format.write_array(buffer, array, version)
    read = parse_array(bytearray(buffer.getvalue()))
    assert read.shape == array.shape
    assert read.dtype == array.dtype.newbyteorder("=")
    assert_array_equal(read, array)
    assert read.flags.writeable or not read.size


START = "{'descr': '<f4', 'fortran_order': False, "


@pytest.mark.parametrize(
    ("header", "error", "message"),
    [
        (START + "'shape': (3,), }", Damaged, "12 bytes, but it has 16"),
        (START + "'shape': (4,), }", None, ""),
        ("{'descr':'<f4','fortran_order':True,'shape':(2, 2)}", None, ""),
        ("{'shape': (4,), 'descr': '<f4', 'fortran_order': False}", None, ""),
        (START + "'shape': (-4,), }", Damaged, "not one that NumPy writes"),
        (START + "'shape': (4,), 'x': 1}", Damaged, "not one that NumPy writes"),
        (START + "'shape': (0, 2**40), }", Damaged, "not one that NumPy writes"),
        (START + "'shape': (0, 5000000000), }", Damaged, "impossible shape"),
        ("{'descr': '<f4', 'fortran_order': 1, 'shape': (4,), }", Damaged, "not one that NumPy"),
        ("{'descr': '<f4', 'shape': (4,), }", Damaged, "not one that NumPy writes"),
        (START[1:] + "'shape': (4,), ", Damaged, "not one that NumPy writes"),
        ("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", NotNumbers, "objects"),
        ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (4,)}", NotNumbers, "records"),
        ("{'descr': '<M8[s]', 'fortran_order': False, 'shape': (2,), }", NotNumbers, "M8"),
        ("{'descr': '<U0', 'fortran_order': False, 'shape': (0,), }", Damaged, "unusable type"),
        ("{'descr': '<f3', 'fortran_order': False, 'shape': (4,), }", Damaged, "unknown type"),
        ("{'descr': '<U4', 'fortran_order': False, 'shape': (1,), }", Damaged, "do not exist"),
        ("{'descr': '|b1', 'fortran_order': False, 'shape': (16,), }", Damaged, "neither true"),
    ],
)
def test_headers(header: str, error: type[Damaged] | None, message: str) -> None:
    data = bytearray(npy(header, b"\x00\x00\x80\x3f" * 4))
    if error is None:
        assert_array_equal(parse_array(data).reshape(-1), np.ones(4, np.float32))
        return
    with pytest.raises(error, match=message) as caught:
        parse_array(data)
    assert caught.type is error


def bytes_of(count: int) -> bytes:
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({count},)}}"
    return npy(header, bytes(count))


def test_the_room_is_that_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(npz, "ROOM", 1000)
    with pytest.raises(TooLarge, match=r"unpack to 4,0\d\d, at most 1,\d\d\d are read"):
        read_arrays(write_zip([("x.npy", bytes_of(4000))], deflated=True))
    # What is stored as it is never unpacks to more than the file has.
    assert len(read_arrays(write_zip([("x.npy", bytes_of(4000))]))["x"]) == 4000


def test_a_size_that_lies_is_noticed() -> None:
    data = bytearray(write_zip([("x.npy", bytes_of(4000))], deflated=True))
    at = data.rindex(b"PK\x01\x02") + 24
    data[at : at + 4] = (100).to_bytes(4, "little")
    with pytest.raises(Damaged):
        read_arrays(bytes(data))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"PK", "no whole zip archive"),
        (write_zip([("x.npy", b"1"), ("x.npy", b"2")]), "two of its members have one name"),
        (write_zip([("x.npy", b"hello")]), "'x': it is no array of NumPy"),
        (write_zip([("x.npy", npy("{" * 20_000, b""))]), "cut short, or too long"),
    ],
)
def test_archives(data: bytes, message: str) -> None:
    with pytest.raises(Damaged, match=message):
        read_arrays(data)


def test_unusual_methods_are_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as made:
        made.writestr("x.npy", b"hello")
    data = bytearray(buffer.getvalue())
    for mark, past in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = data.index(mark) + past
        data[at : at + 2] = (97).to_bytes(2, "little")
    with pytest.raises(Damaged, match="unusual way"):
        read_arrays(bytes(data))
