"""CSV, TSV, JSONL and Parquet: cells come through as delivered, or one line says what is wrong."""

import csv
import gzip
import json
from pathlib import Path

import pandas as pd
import pytest

from worthit.core.errors import InputError
from worthit.corpus.readers import read_table
from worthit.corpus.table import as_text

DATA = Path(__file__).parents[1].parent / "shared" / "data"
SPECTRUM = DATA / "edge" / "csv-spectrum"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="shared/data is not beside the checkout")


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_table(path)
    message = str(caught.value)
    assert "\n" not in message
    assert path.name in message
    return message


@needs_data
@pytest.mark.parametrize("name", sorted(path.stem for path in SPECTRUM.glob("*.csv")) or ["none"])
def test_csv_spectrum_parses_to_its_expected_json(name: str) -> None:
    table = read_table(SPECTRUM / f"{name}.csv")
    cells = zip(*table.columns.values(), strict=True)
    rows = [dict(zip(table.columns, row, strict=True)) for row in cells]
    # Read as bytes: the expected line breaks inside cells must not be translated.
    assert rows == json.loads((SPECTRUM / "json" / f"{name}.json").read_bytes())


@needs_data
@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "parquet", "csv.gz"])
def test_hostile_strings_survive_a_round_trip(tmp_path: Path, ending: str) -> None:
    lines = (DATA / "edge" / "blns.txt").read_text(encoding="utf-8").split("\n")
    texts = [line for line in lines if "\0" not in line]
    path = tmp_path / f"blns.{ending}"
    frame = pd.DataFrame({"text": texts, "label": ["a", "b"] * (len(texts) // 2) + ["a"]})
    if ending == "parquet":
        frame.to_parquet(path)
    elif ending == "jsonl":
        frame.to_json(path, orient="records", lines=True)
    else:
        frame.to_csv(path, index=False, sep="\t" if ending == "tsv" else ",", quoting=csv.QUOTE_ALL)
    assert read_table(path).columns["text"] == texts


def test_cells_of_csv_are_strings_as_delivered(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", 'text,label\n NA ,01\n"a\r\nb",1.0\n')
    assert read_table(path).columns == {"text": [" NA ", "a\r\nb"], "label": ["01", "1.0"]}


def test_a_row_knows_the_line_on_which_it_begins(tmp_path: Path) -> None:
    table = read_table(write(tmp_path / "a.csv", 'text,label\n"a\nb",1\n\nc,2\n'))
    assert table.place(1) == "a.csv, row 2 (line 5)"


def test_a_document_longer_than_the_csv_module_allows_is_read(tmp_path: Path) -> None:
    limit = csv.field_size_limit()
    long = "word " * 100_000
    assert read_table(write(tmp_path / "a.csv", f"text\n{long}\n")).columns["text"] == [long]
    assert csv.field_size_limit() == limit


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", b"\xef\xbb\xbftext,label\na,1\n")
    assert list(read_table(path).columns) == ["text", "label"]


def test_compressed_files_are_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv.gz", gzip.compress(b"text,label\na,1\n"))
    assert read_table(path).columns == {"text": ["a"], "label": ["1"]}


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        ('text\tlabel\n"a ""b"""\t1\n', ['a "b"']),
        ('text\tlabel\n"a\tb"\t1\n', ["a\tb"]),
        ('text\tlabel\n"a" b\t1\n', ['"a" b']),
        ('text\tlabel\n"a\t1\nb"\t0\n', ['"a', 'b"']),
    ],
)
def test_quotation_marks_in_tsv_are_quoting_or_text(
    tmp_path: Path, content: str, texts: list[str]
) -> None:
    assert read_table(write(tmp_path / "a.tsv", content)).columns["text"] == texts


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "a.csv is empty; expected column names and at least one row."),
        ("\n\n", "a.csv is empty; expected column names and at least one row."),
        ("text,label\n", "has a header but no rows"),
        ("text,label\na,1\nb,1,2\n", "row 2 (line 3) has 3 fields, and the header names 2"),
        ('text,label\n"a\nb",1\nc\n', "row 2 (line 4) has one field, and the header names 2"),
        (
            'text,label\na,1\n"b,2\nc,3\n',
            "row 2 (line 3): a quotation mark opens here",
        ),
        ('text,label\n"a "b" c",1\n', "row 1 (line 2): a quotation mark stands inside a quoted"),
        ('te"xt,"la"bel\na,1\n', "the header: a quotation mark stands inside a quoted cell"),
        ("text,text\na,1\n", "has two columns named 'text'"),
        ("text,,\na,1,2\n", "has two columns without a name"),
        ("text,label\na\0,1\n", "a.csv, line 2 holds a NUL character"),
        ("text,label\ngr\u00f6\u00dfe,1\n".encode("cp1252"), "line 2: byte 0xF6 is not UTF-8"),
        ("text,label\na,1\n".encode("utf-16"), "iconv -f UTF-16 -t UTF-8 a.csv > utf8-a.csv"),
    ],
)
def test_malformed_csv_is_refused(tmp_path: Path, content: str | bytes, said: str) -> None:
    assert said in refusal(write(tmp_path / "a.csv", content))


def test_the_remedy_for_a_wrong_encoding_is_a_command(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", b"\xef\xbb\xbftext,label\n\xe4,1\n")
    assert refusal(path) == (
        "a.csv, line 2: byte 0xE4 is not UTF-8; convert the file from its real encoding, for "
        "example Western CP1252 or Cyrillic CP1251: iconv -f CP1252 -t UTF-8 a.csv > utf8-a.csv"
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"text": "a"}\n\n{"text": "b" 1}\n', "row 2 (line 3) is not JSON (Expecting ','"),
        ('["a", 1]\n', "row 1 (line 1) is a JSON array; expected one JSON object per line"),
        ('"a"\n', "is a JSON string"),
        ('{"text": "a", "text": "b"}\n', "the key 'text' stands in it twice"),
        ('{"text": "\\ud83d"}\n', "holds half of a surrogate pair"),
        ("[" * 100_000, "cannot be used"),
        ("{}\n", "has no columns"),
        ("", "a.jsonl is empty"),
    ],
)
def test_malformed_jsonl_is_refused(tmp_path: Path, content: str, said: str) -> None:
    assert said in refusal(write(tmp_path / "a.jsonl", content))


def test_jsonl_keeps_what_splitlines_would_break(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", '{"text": "a\u2028b\u0085c"}\r\n')
    assert read_table(path).columns["text"] == ["a\u2028b\u0085c"]


def test_jsonl_remembers_the_first_row_that_lacks_a_key(tmp_path: Path) -> None:
    table = read_table(write(tmp_path / "a.jsonl", '{"a": 1, "b": 2}\n{"a": 1}\n{"c": 1}\n'))
    assert table.absent == {"a": 2, "b": 1, "c": 0}
    assert table.columns["b"] == [2, None, None]


@pytest.mark.parametrize("content", [b"", b"PAR1 and no more"])
def test_a_broken_parquet_file_is_refused(tmp_path: Path, content: bytes) -> None:
    refusal(write(tmp_path / "a.parquet", content))


def test_a_parquet_file_without_rows_is_refused(tmp_path: Path) -> None:
    pd.DataFrame({"text": [], "label": []}).to_parquet(tmp_path / "a.parquet")
    assert "has columns but no rows" in refusal(tmp_path / "a.parquet")


def test_a_folder_name_with_an_equals_sign_adds_no_column(tmp_path: Path) -> None:
    (tmp_path / "size=small").mkdir()
    path = tmp_path / "size=small" / "a.parquet"
    pd.DataFrame({"text": ["a"]}).to_parquet(path)
    assert list(read_table(path).columns) == ["text"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a.xlsx", "save the sheet as CSV UTF-8"),
        ("a.json", "write one JSON object per line and name it .jsonl"),
        ("a", "a has no ending, and the formats known are .csv, .tsv, .jsonl"),
        ("a.parquet.gz", "a.parquet.gz ends in '.gz'"),
    ],
)
def test_an_unknown_format_is_refused(tmp_path: Path, name: str, said: str) -> None:
    assert said in refusal(write(tmp_path / name, b"x"))


def test_a_file_that_is_not_gzip_is_refused(tmp_path: Path) -> None:
    assert "cannot be unpacked" in refusal(write(tmp_path / "a.csv.gz", b"text,label\na,1\n"))


def test_numbers_from_typed_formats_become_the_labels_that_people_mean(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pd.DataFrame({"n": [1, None, 2], "b": [True, False, True]}).to_parquet(path)
    columns = read_table(path).columns
    assert [as_text(cell) for cell in columns["n"]] == ["1", None, "2"]
    assert [as_text(cell) for cell in columns["b"]] == ["true", "false", "true"]
