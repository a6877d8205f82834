"""requantize stays within 31 bits and equals its definition in unbounded integers."""

from requantize import requantize

LIMIT = 1 << 29


def accumulators():
    edges = [0, 1, 2, 3, 0x7FFE, 0x7FFF, 0x8000, 0x8001, 0xFFFF, 0x10000, LIMIT - 1, LIMIT - 0x7FFF]
    a = 12345
    for _ in range(60):
        a = (a * 1103515245 + 12345) % (1 << 31)
        edges.append(a % LIMIT)
    return edges + [-v for v in edges]


def test_definition():
    for m in (16384, 16385, 23170, 32766, 32767):
        for s in (16, 17, 18, 23, 29, 30, 31, 32, 43, 44):
            for acc in accumulators():
                wanted = (acc * m + (1 << (s - 1))) >> s
                assert requantize(acc, m, s) == wanted, (acc, m, s)


def test_rounds_half_up():
    assert requantize(2, 16384, 16) == 1
    assert requantize(-2, 16384, 16) == 0
    assert requantize(-3, 16384, 16) == -1


def test_parts_fit_31_bits():
    top = (1 << 30) - 1
    for acc in (LIMIT - 1, 1 - LIMIT, 0x7FFF):
        high = (acc >> 15) * 32767
        low = (acc & 0x7FFF) * 32767
        assert -top <= high <= top
        assert -top <= low <= top
        assert abs(high + (low >> 15) + (1 << 28)) <= top
