"""Both ways of reading an input: what they accept, how they round, what they say."""

import each_level
import each_reading
import levels
import sensors


def message(quantize, values):
    try:
        quantize(values)
    except ValueError as error:
        return str(error)
    raise AssertionError("accepted %r" % (values,))


def set_levels(*literals):
    # the viper tier has them twice here, once in a generated module
    for module in (each_level, levels):
        module.INPUT_MIN, module.INPUT_MAX, module.INPUT_GAIN = literals


def test_levels():
    assert list(levels.quantize([0, 255])) == [0, 255]
    assert list(levels.quantize(bytes([3, 4]))) == [3, 4]
    assert list(levels.quantize((True, 2.5))) == [1, 3]


def test_every_sequence():
    from array import array

    for values in ([7, 9], (7, 9), bytes([7, 9]), bytearray([7, 9]), array("H", [7, 9])):
        assert list(levels.quantize(values)) == [7, 9]
        assert list(sensors.quantize(values)) == [4, 5]


def test_arrays_of_other_libraries():
    class Array:
        def __init__(self, items):
            self.items = items

        def tolist(self):
            return self.items

    assert list(levels.quantize(Array([7, 9]))) == [7, 9]
    assert message(levels.quantize, Array(5)) == "expected 2 numbers, got 5"


def test_long_integers():
    for v in (2**31, 2**32 + 5, 2**63, 2**64 + 5, -(2**64) + 5):
        assert message(levels.quantize, [0, v]) == "input 1 is %d, expected 0 to 255" % v
        assert message(levels.quantize, (v, 0)) == "input 0 is %d, expected 0 to 255" % v


def test_items_of_other_sizes():
    from array import array

    for kind in "bHhIiq":
        assert list(levels.quantize(array(kind, [7, 9]))) == [7, 9]
        assert list(levels.quantize(memoryview(array(kind, [7, 9])))) == [7, 9]
    assert list(levels.quantize(memoryview(b"abc")[1:])) == [98, 99]
    assert message(levels.quantize, array("H", [7, 256])) == "input 1 is 256, expected 0 to 255"
    assert list(levels.quantize(array("f", [7, 9]))) == [7, 9]


def test_levels_gain():
    set_levels(-1, 1, 127)
    try:
        assert list(levels.quantize([-1, 1])) == [0, 254]
        assert list(levels.quantize(bytes([1, 0]))) == [254, 127]
        assert message(levels.quantize, bytes([1, 2])) == "input 1 is 2, expected -1 to 1"
        assert list(levels.quantize([0, -0.4])) == [127, 127]
        assert list(levels.quantize([-0.6, -0.5])) == [0, 0]
        assert list(levels.quantize([0.6, 0.5])) == [254, 254]
        assert message(levels.quantize, [0, -2]) == "input 1 is -2, expected -1 to 1"
    finally:
        set_levels(0, 255, 1)


def test_levels_above_zero():
    set_levels(3, 9, 28)
    try:
        for kind in (bytes, bytearray, list, tuple):
            assert list(levels.quantize(kind([3, 9]))) == [0, 168]
            assert message(levels.quantize, kind([9, 2])) == "input 1 is 2, expected 3 to 9"
            assert message(levels.quantize, kind([10, 3])) == "input 0 is 10, expected 3 to 9"
    finally:
        set_levels(0, 255, 1)


def test_sensors():
    # the example: q = (count << 1) / 4 = count / 2, rounded half up
    assert list(sensors.quantize([0, 255])) == [0, 128]
    assert list(sensors.quantize([1, 2.4])) == [1, 1]


def test_sensors_bool():
    # MicroPython's bool is no int
    assert list(sensors.quantize([True, False])) == [1, 0]


def test_sensors_saturate():
    kept = each_reading.SCALING
    each_reading.SCALING = ((1, -3000, 3000, 1, 0, 16384, 16),)
    try:
        assert list(sensors.quantize([-3000, 3000])) == [0, 255]
        assert list(sensors.quantize([-2, 512])) == [0, 255]
        assert list(sensors.quantize([0, 510])) == [0, 255]
    finally:
        each_reading.SCALING = kept


def test_sensors_units():
    kept = each_reading.SCALING
    each_reading.SCALING = ((10, -100, 100, 1, 200, 16384, 16), (1, 0, 9, 1, 0, 16384, 16))
    try:
        # 0.26 -> count 3 -> (6 + 200) / 4 = 51.5 -> 52; -0.25 -> count -3 (half away from zero)
        assert list(sensors.quantize([0.26, 9])) == [52, 5]
        assert list(sensors.quantize([-0.25, 0])) == [49, 0]
        assert list(sensors.quantize([-10, 0])) == [0, 0]
        assert message(sensors.quantize, [10.1, 0]) == "input 0 is 10.1, expected -10.0 to 10.0"
        assert message(sensors.quantize, [0, 10]) == "input 1 is 10, expected 0.0 to 9.0"
    finally:
        each_reading.SCALING = kept


def test_bad_input():
    for quantize in (levels.quantize, sensors.quantize):
        assert message(quantize, [1]) == "expected 2 numbers, got 1"
        assert message(quantize, [1, 2, 3]) == "expected 2 numbers, got 3"
        assert message(quantize, 5) == "expected 2 numbers, got 5"
        assert message(quantize, None) == "expected 2 numbers, got None"
        assert message(quantize, {0: 1, 1: 2}).startswith("expected 2 numbers, got {")
        assert message(quantize, {1, 2}).startswith("expected 2 numbers, got {")
        assert "input 0 is 'a', expected " in message(quantize, "ab")
        assert "input 1 is 'a', expected " in message(quantize, [1, "a"])
        assert "input 0 is None, expected " in message(quantize, [None, 1])
        assert "input 0 is nan, expected " in message(quantize, [float("nan"), 1])
        assert "input 1 is inf, expected " in message(quantize, [1, float("inf")])
        assert "input 1 is 256, expected " in message(quantize, [0, 256])
        assert "input 0 is -1, expected " in message(quantize, [-1, 0])
