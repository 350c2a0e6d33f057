"""Files with hazards are refused whole, with line and remedy; nothing is guessed."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactbot.casestore.referral_file import FileRefused, open_referral_file

REQUIRED = ("reference", "source")
HEADER = b"reference,source,given_name\n"


@pytest.fixture
def read(tmp_path):
    def read(content: bytes, encoding: str | None = None):
        path = tmp_path / "referrals.csv"
        path.write_bytes(content)
        with open_referral_file(path, REQUIRED, encoding=encoding) as file:
            rows = list(file.rows())
            assert file.row_count == len(rows)
            return rows

    return read


def cells(rows):
    return [dict(row.cells) for row in rows]


@pytest.mark.parametrize(
    "content",
    [
        "reference,source,given_name\nA1,self,Llŷr\n".encode(),
        "\ufeffreference,source,given_name\r\nA1,self,Llŷr\r\n".encode(),
        "Reference; source ;given_name\nA1;self;Llŷr".encode(),
        "given_name,source,reference\nLlŷr,self,A1\n".encode(),
    ],
)
def test_utf8_with_or_without_bom_either_separator_any_order(read, content):
    assert cells(read(content)) == [{"reference": "A1", "source": "self", "given_name": "Llŷr"}]


@pytest.mark.parametrize(("encoding", "name"), [("cp1252", "Siân"), ("ISO-8859-14", "Llŷr")])
def test_another_encoding_is_read_only_when_named(read, encoding, name):
    content = HEADER + f"A1,self,{name}\n".encode(encoding)
    assert read(content, encoding)[0].cells["given_name"] == name
    with pytest.raises(FileRefused, match=r"Line 2: .*--encoding") as refused:
        read(content)
    assert refused.value.line == 2


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        ("reference,source\nA1,self\n".encode("utf-16"), None, "UTF-16"),
        ("reference,source\nA1,self\n".encode("utf-16-le"), 1, "UTF-16"),
        (b"PK\x03\x04rest", None, "Save As"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", None, "password"),
        (HEADER + b"A1,self,Si\0n\n", 2, "NUL"),
        (HEADER + b"A1,self,a\rA2,self,b\n", 2, "carriage return"),
        (b"reference,source\rA1,self\r", 1, "carriage return"),
        (HEADER + b"A1,self," + b"x" * 70_000 + b"\n", 2, "64 KB"),
        (HEADER + b'A1,self,"never closed\n' + b"A2,self,b\n" * 3, 2, "Quotation"),
        (HEADER + b'A1,self,"never closed\n' + b"A2,self,b\n" * 50_000, 2, "Quotation"),
        (HEADER + b'A1,self,"a"b"\n', 2, "Quotation"),
        (HEADER + b'A1,self,"' + b"line\n" * 300 + b'"\n', 2, "Quotation"),
        (",".join(f"c{n}" for n in range(201)).encode() + b"\n", 1, "200"),
        (b"," * 1_000_000, 1, "64 KB"),
        (b"reference,source,Source\n", 1, "twice: source"),
        (b"reference,surname\n", 1, "missing: source"),
        (b"reference\tsource\n", 1, "missing"),
        (b"", 0, "missing"),
        (b"\xef\xbb\xbf" + HEADER + b"A1,self,\xff\n", 2, "not utf-8"),
    ],
)
def test_hazards_refuse_the_whole_file(read, content, line, says):
    with pytest.raises(FileRefused, match=says) as refused:
        read(content)
    assert refused.value.line == line
    assert refused.value.remedy


def test_a_hazard_in_the_last_line_refuses_the_file_before_its_first_row(tmp_path):
    path = tmp_path / "referrals.csv"
    path.write_bytes(HEADER + b"A1,self,Ann\n" * 1_000 + b"A2,self,\xff\n")
    with pytest.raises(FileRefused), open_referral_file(path, REQUIRED):
        pytest.fail("The file was opened.")


def test_an_encoding_we_do_not_know_is_refused(read):
    with pytest.raises(FileRefused, match="Name one of: utf-8"):
        read(HEADER, "utf-16")


def test_utf8_is_not_read_as_anything_else_when_the_file_says_so(read):
    with pytest.raises(FileRefused, match="Leave out --encoding"):
        read(b"\xef\xbb\xbf" + HEADER, "cp1252")


def test_a_row_with_too_few_or_too_many_cells_is_a_fault_of_that_row(read):
    rows = read(HEADER + b"A1,self\nA2,self,Ann\nA3,self,Ann,Lee\n")
    assert [(row.line, len(row.faults)) for row in rows] == [(2, 1), (3, 0), (4, 1)]


def test_lines_are_counted_through_cells_of_several_lines_and_blank_rows(read):
    rows = read(HEADER + b'A1,self,"two\nlines"\n\n,,\nA2,self,Ann\n')
    assert [row.line for row in rows] == [2, 6]


def test_refusals_quote_no_cell(read):
    with pytest.raises(FileRefused) as refused:
        read(b"Ann Example 1 High Street,Ann Example 1 High Street\n")
    assert "Ann" not in str(refused.value)


def test_columns_that_are_not_known_are_reported(tmp_path):
    path = tmp_path / "referrals.csv"
    path.write_bytes(b"reference,source,shoe_size,,line,remedy\n")
    with open_referral_file(path, REQUIRED) as file:
        unknown = file.header.unknown(REQUIRED)
    assert unknown == ("shoe_size", "(column 4 has no name)")


cell = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


@given(st.lists(st.tuples(cell.filter(str.strip), cell, cell), max_size=8), st.sampled_from(",;"))
def test_rows_come_back_as_they_were_written(tmp_path_factory, written, delimiter):
    path = tmp_path_factory.mktemp("files") / "referrals.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(["reference", "source", "notes"])
        writer.writerows(written)
    with open_referral_file(path, REQUIRED) as opened:
        assert [tuple(row.cells.values()) for row in opened.rows()] == written
