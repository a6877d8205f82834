"""Tables as programs save them: encodings, delimiters, Excel's first line."""

from __future__ import annotations

from pathlib import Path

import pytest

from thumbnet.trainer import ThumbnetError
from thumbnet.trainer.files.text_tables import Table, read_table

POINTS = "größe,gewicht,art\n1.5,2,früh\n2.25,3,spät\n"
COMMAS = POINTS.replace(",", ";").replace(".", ",")


def table(folder: Path, data: str | bytes, **options: str) -> Table:
    path = folder / "d.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_table(path, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "notice"),
    [
        (POINTS.encode("utf-8-sig"), ""),
        (POINTS.encode("utf-16"), ""),
        (POINTS.encode("utf-16-le"), ""),
        (POINTS.encode("utf-16-be"), ""),
        (POINTS.encode("cp1252"), "is not UTF-8 and was read as Windows-1252"),
        (COMMAS.encode(), "has decimal commas, such as '1,5' in line 2"),
        (COMMAS.replace(";", "\t").encode("utf-16"), "has decimal commas, such as '1,5' in line 2"),
        (f"sep=;\r\n{COMMAS}".encode(), "has decimal commas, such as '1,5' in line 3"),
        (b'\xef\xbb\xbf"sep=|"\n' + POINTS.replace(",", "|").encode(), ""),
        (POINTS.replace(",", "|").encode(), ""),
    ],
)
def test_the_same_table(tmp_path: Path, data: bytes, notice: str) -> None:
    found = table(tmp_path, data)
    assert found.header == ["größe", "gewicht", "art"]
    (first, one), (_, two) = found.rows
    assert first == 2 + (b"sep=" in data)
    assert [found.numbers.parse(row[0])[0] for row in (one, two)] == [1.5, 2.25]
    assert [row[2] for row in (one, two)] == ["früh", "spät"]
    assert found.notices == ((notice,) if notice else ())


@pytest.mark.parametrize(
    "data",
    [
        "a,b\n1.5,рано\n2,тест\n".encode("cp1251"),
        POINTS.encode() + b"\xfc",  # UTF-8 with a damaged byte
        POINTS.replace("früh", "fr\x81h").encode("latin-1"),  # no letter of Windows-1252
    ],
)
def test_another_encoding_is_not_guessed(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(ThumbnetError, match="is not UTF-8: save the file as CSV UTF-8"):
        table(tmp_path, data)


def test_thousands_in_quotes(tmp_path: Path) -> None:
    found = table(tmp_path, 'a,b\n"1,065",x\n735,y\n"1,050",x\n')
    assert [found.numbers.parse(row[0])[0] for _, row in found.rows] == [1065, 735, 1050]


def test_thousands_without_quotes(tmp_path: Path) -> None:
    found = table(tmp_path, "a,b\n1,065,x\n735,y\n840,y\n")
    with pytest.raises(ThumbnetError, match="a comma in it needs quotes around it"):
        list(found.rows)


def test_the_decimal_mark_may_be_stated(tmp_path: Path) -> None:
    text = "a;b\n1,065;x\n735;y\n"
    found = table(tmp_path, text)
    with pytest.raises(ValueError, match="--decimal comma"):
        found.numbers.parse("1,065")
    assert table(tmp_path, text, decimal="comma").numbers.parse("1,065") == (1.065, 3)
    assert table(tmp_path, text, decimal="point").numbers.parse("1,065") == (1065, 0)
