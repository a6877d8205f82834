"""CSV: all error messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from thumbnet.trainer import ThumbnetError, read_csv

GOOD = "acc_x,acc_y,gesture\n0.12,1.0,left\n0.5,2.5,right\n-1.25,3.0,left\n4.0,0.1,right\n"


def write(folder: Path, text: str | bytes, name: str = "d.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def refusal(path: Path, **options: object) -> str:
    """The message that `read_csv` gives, without the folder."""
    with pytest.raises(ThumbnetError) as caught:
        read_csv(path, **options)  # type: ignore[arg-type]
    message = str(caught.value)
    assert "\n" not in message
    return message.replace(f"{path.parent}/", "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "d.csv: the file is empty"),
        (" \n\n", "d.csv: the file is empty"),
        (
            "1,2,3\n4,5,6\n",
            "d.csv, line 1: no header: the first row is all numbers: "
            "add a line with the names of the columns, or give them with --names a,b,label",
        ),
        (
            "0.12,1.0,left\n0.5,2.5,right\n",
            "d.csv, line 1: no header: the first row is all numbers but 'left': "
            "add a line with the names of the columns, or give them with --names a,b,label",
        ),
        (
            "0.5,0.5,left\n0.5,2.5,right\n",  # rather than two columns called 0.5
            "d.csv, line 1: no header: the first row is all numbers but 'left': "
            "add a line with the names of the columns, or give them with --names a,b,label",
        ),
        (
            "0,1,left\n5,6,right\n7,8,left\n9,9,right\n",  # not numbered columns: left is below
            "d.csv, line 1: no header: the first row is all numbers but 'left': "
            "add a line with the names of the columns, or give them with --names a,b,label",
        ),
        (
            "hello\n1\n2\n",
            "d.csv, line 1: not a CSV of features and a label: only one column, 'hello': "
            "separate columns by comma, semicolon or tab",
        ),
        (
            ",a,label\n7,1,2\n7,1,3\n",
            "d.csv, line 1: column 1 has no name: "
            "name it, or delete it if it only numbers the rows",
        ),
        (
            "a,b,a,label\n1,2,3,4\n",
            "d.csv, line 1: two columns are called 'a': rename one of them",
        ),
        (
            "a,label\n1,0\n2,1\n3,1\n",
            "d.csv: 3 rows below the header are too few: at least 4 are needed",
        ),
        ("a,label\n", "d.csv: 0 rows below the header are too few: at least 4 are needed"),
        (
            GOOD.replace("2.5", ""),
            "d.csv, line 3, column 'acc_y': missing value: fill it in, delete the row, or "
            "use --missing drop (leaves out 1 of 4 rows) or --missing mean",
        ),
        (
            GOOD.replace("2.5", "N/A"),
            "d.csv, line 3, column 'acc_y': missing value ('N/A'): fill it in, delete the row, or "
            "use --missing drop (leaves out 1 of 4 rows) or --missing mean",
        ),
        (
            GOOD.replace("-1.25", "1.2.5"),
            "d.csv, line 4, column 'acc_x': '1.2.5' is not a number, unlike others of the column: "
            "correct it, delete the row, say that it is a missing value "
            "(--na acc_x=1.2.5 --missing drop), or leave the column out (--ignore acc_x)",
        ),
        (
            GOOD.replace("-1.25", "1_000"),
            "d.csv, line 4, column 'acc_x': '1_000' is not a number, unlike others of the column: "
            "correct it, delete the row, say that it is a missing value "
            "(--na acc_x=1_000 --missing drop), or leave the column out (--ignore acc_x)",
        ),
        (
            GOOD.replace("-1.25", "NaN"),
            "d.csv, line 4, column 'acc_x': missing value ('NaN'): fill it in, delete the row, or "
            "use --missing drop (leaves out 1 of 4 rows) or --missing mean",
        ),
        (
            GOOD.replace("-1.25", "-inf"),
            "d.csv, line 4, column 'acc_x': '-inf' is not a finite number: fix or delete the row",
        ),
        (
            GOOD.replace("-1.25", "1e999"),
            "d.csv, line 4, column 'acc_x': '1e999' is not a finite number: fix or delete the row",
        ),
        (
            GOOD.replace(",", ";").replace("2.5", "2,5"),
            "d.csv, line 3, column 'acc_y': '2,5' has a decimal comma, but '0.12' in line 2 has a "
            "point: write '2.5'",
        ),
        (
            GOOD.replace("2.5,right", "right"),
            "d.csv, line 3: 2 columns, but the header has 3: no value for 'gesture': "
            "fill it in or delete the row",
        ),
        (
            "MPY: soft reboot\n" + GOOD,
            "d.csv, line 1: 'MPY: soft reboot' is not the names of the columns, line 2 is: "
            "delete what is above it",
        ),
        (
            'a,"b\n1,2\n',
            "d.csv, line 1: not valid CSV (unexpected end of data): look for an unpaired quote",
        ),
        (
            GOOD.replace("2.5", "2,5"),
            "d.csv, line 3: 4 columns, but the header has 3: 'right' is extra "
            "(a number or a text with a comma in it needs quotes around it)",
        ),
        (
            GOOD.replace(",", ";").replace("right\n4", "right;\n4").replace("2.5;right", "2;5;r"),
            "d.csv, line 3: 4 columns, but the header has 3: 'r' is extra",
        ),
        (
            "a,b\n\n1,5\n2,6\n\n3,x\n4,",
            "d.csv, column 'b', line 7: missing label: fill it in, or leave out such rows "
            "(--missing drop)",
        ),
        (
            GOOD.replace("right", "left"),
            "d.csv, column 'gesture': every row has class 'left': at least two classes are needed",
        ),
        (
            "a,label\n1,p\n2,q\n3,r\n4,s\n",
            "d.csv, column 'label': 4 classes in 4 rows, such as 'p': "
            "this is not a label column, name another one",
        ),
        (
            "a,score\n1,1.5\n2,2.5\n3,oops\n4,3.5\n",
            "d.csv, column 'score', line 4: 'oops' is not a number",
        ),
        (
            "a,temp\n1,20.1 C\n2,20.4 C\n3,20.9 C\n",
            "d.csv: 3 rows below the header are too few: at least 4 are needed",
        ),
        (
            "a,temp\n1,20.1 C\n2,20.4 C\n3,20.9 C\n4,21.3 C\n",
            "d.csv, column 'temp': 4 classes in 4 rows, such as '20.1 C': "
            "text follows the numbers, remove ' C' from the column to predict them",
        ),
        (
            GOOD.replace("-1.25", "-1.25 g"),
            "d.csv, line 4, column 'acc_x': '-1.25 g' is not a number: "
            "text follows it, remove ' g' from the column",
        ),
        (
            'a,label\n1,"x\n2,y\n3,x\n4,y\n',
            "d.csv, line 2: not valid CSV (unexpected end of data): look for an unpaired quote",
        ),
        (
            "t,label\n1600000000,0\n1600000001,1\n1600000002,0\n1600000003,1\n",
            "d.csv, column 't': holds times in seconds since 1970, from 2020-09-13 12:26, which a "
            "network cannot learn from: leave it out (--ignore t), or put a number in its place, "
            "such as the hour",
        ),
        (
            "t,label\n1600000000,0\n1400000001,1\n1600000002,0\n1600000003,1\n",
            "d.csv, column 't': values from 1.4e+09 to 1.6e+09 do not fit the board's "
            "integers, which reach 1048575 (with a margin of that range on both sides): "
            "use a larger unit or subtract a constant, or leave it out if it only numbers or times "
            "the rows (--ignore t)",
        ),
    ],
)
def test_refusals(tmp_path: Path, text: str, message: str) -> None:
    assert refusal(write(tmp_path, text)) == message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"PK\x03\x04abc", "d.csv: not a CSV file, but a ZIP or Excel file: save the sheet as CSV"),
        (b"\x1f\x8b\x08abc", "d.csv: not a CSV file, but a gzip file: unpack it first"),
        (
            GOOD.encode("utf-32"),
            "d.csv: not a CSV file: it holds binary data: save the table as CSV UTF-8",
        ),
        (
            b"a,b\n\0\1\2",
            "d.csv: not a CSV file: it holds binary data: save the table as CSV UTF-8",
        ),
        (
            GOOD.encode().replace(b"right", "вправо".encode("cp1251"), 1),
            "d.csv, line 3: byte 0xe2 is not UTF-8: save the file as CSV UTF-8",
        ),
    ],
)
def test_refusals_of_what_is_no_csv(tmp_path: Path, data: bytes, message: str) -> None:
    assert refusal(write(tmp_path, data)) == message


def test_refusal_of_a_number_for_regression(tmp_path: Path) -> None:
    path = write(tmp_path, "a,score\n1,1\n2,2\n3,x\n4,3\n")
    assert refusal(path, task="regression") == (
        "d.csv, column 'score', line 4: 'x' is not a number: correct it, or name a column of "
        "numbers (--label)"
    )


def test_hundreds_of_classes_name_their_mend(tmp_path: Path) -> None:
    def rows(cell: str) -> Path:
        text = "".join(f"{n},{cell.format(n % 290)}\n" for n in range(300))
        return write(tmp_path, "a,b\n" + text)

    where = "d.csv, column 'b'"
    assert refusal(rows("{} C")) == (
        f"{where}, line 2: '0 C' is not a number: text follows it, remove ' C' from the column "
        "(or ask for classes with --task classification)"
    )
    assert refusal(rows("{} C"), task="classification").endswith(
        "290 classes in 300 rows, such as '0 C': text follows the numbers, remove ' C' from the "
        "column to predict them"
    )
    assert refusal(rows("{}"), task="classification").endswith(
        "such as '0': predict numbers with --task regression, or name another label column"
    )
    assert refusal(rows("2024-01-{}x")).endswith(
        "such as '2024-01-0x': this is not a label column, name another one"
    )
    few = write(tmp_path, "a,b\n" + "".join(f"{n},{n % 5 * 10} cm\n" for n in range(300)))
    assert read_csv(few).labels == ("0 cm", "10 cm", "20 cm", "30 cm", "40 cm")
    many = write(tmp_path, "a,b\n" + "".join(f"{n},{n % 50} cm\n" for n in range(300)))
    assert len(read_csv(many, task="classification").labels or ()) == 50


def test_refusal_of_an_unknown_label_column(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    columns = "the columns are 'acc_x', 'acc_y', 'gesture'"
    assert refusal(path, label="gestures") == (
        f"d.csv: no column 'gestures', {columns}: did you mean 'gesture'?"
    )
    assert refusal(path, label="q") == f"d.csv: no column 'q', {columns}: name another"


def test_refusal_of_paths(tmp_path: Path) -> None:
    write(tmp_path, GOOD, "gestures.csv")
    assert refusal(tmp_path / "gesture.csv") == (
        "gesture.csv: no such file: did you mean 'gestures.csv'?"
    )
    assert (
        refusal(tmp_path / "no" / "d.csv") == "d.csv: no such file: check the name and the folder"
    )
    folder = tmp_path / "f.csv"
    folder.mkdir()
    assert refusal(folder) == "f.csv: is a folder, expected a file"


def test_labels_known_from_training(tmp_path: Path) -> None:
    path = write(tmp_path, "a,gesture\n1,right\n")
    data = read_csv(path, labels=("left", "right", "up"))
    assert (data.y.tolist(), data.labels) == ([1], ("left", "right", "up"))
    assert refusal(path, labels=("left", "up")) == (
        "d.csv, column 'gesture', line 2: label 'right' was not seen in training, "
        "only 'left', 'up': correct it, or train again with it"
    )
    # The names that training derived from 1.0 and 0.0.
    floats = write(tmp_path, "a,y\n1,1.0\n2,0.0\n")
    assert read_csv(floats, labels=("0", "1")).y.tolist() == [1, 0]


def test_refusal_of_a_task(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    assert refusal(path, task="guess") == (
        "task is 'guess': use 'auto', 'classification' or 'regression'"
    )
