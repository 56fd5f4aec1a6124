"""Delimited text: rows that do not fit are refused with their line, and separators and quotes are never guessed."""

import numpy as np
import pytest

from mismatch.config.fields import ConfigError
from mismatch.data.sources.delimited import parse
from mismatch.data.sources.numbers import numbers
from mismatch.data.sources.records import Malformed

GOOD = "text,label\ngood film,pos\nbad film,neg\n"


def malformed(text, separator=None):
    with pytest.raises(Malformed) as error:
        parse(text, separator)
    return str(error.value)


def refused(text, separator=None):
    with pytest.raises(ConfigError) as error:
        parse(text, separator)
    return str(error.value)


def test_a_row_with_more_fields_than_names_is_refused_with_its_line_and_fields():
    assert malformed("text,label\n" + "good film, really,pos\n") == (
        "line 2 has 3 fields, the first line 2 (text, label): 'good film', ' really', 'pos'; "
        "a text that holds the separator needs quotes"
    )


def test_how_many_rows_are_shifted_is_said():
    text = GOOD + "a,b,c\n" + "d,e,f\n"
    assert "line 4 has 3 fields" in malformed(text)
    assert "another number than the first line has 2 of 4 rows" in malformed(text)


def test_a_row_with_fewer_fields_than_names_is_refused():
    assert malformed("text,label\ngood\nfilm,pos\n") == (
        "line 2 has 1 field, the first line 2 (text, label): 'good'; a text that holds a line break needs quotes"
    )


def test_a_shifted_row_is_shown_escaped_and_cut():
    message = malformed("text,label\n" + "x" * 500 + ",\x1b[31mred,pos\n")
    assert r"\x1b[31mred" in message and len(message) < 220


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("text,label\na,x,\nb,y,\n", "every row ends with a separator that the first line lacks"),
        ("text,label\na,x,,\nb,y,,\n", "every row ends with a separator that the first line lacks"),
        ("text,label,\na,x\nb,y\n", "the first line ends with a separator that the rows lack"),
        ("text,label,\na,x,\nb,y,\n", "column 3 has neither a name nor a value: left out"),
    ],
)
def test_separators_at_the_end_of_all_lines_are_told_for_what_they_are(text, note):
    table = parse(text, None)
    assert table.columns == {"text": ["a", "b"], "label": ["x", "y"]} and table.notes == (note,)


def test_a_separator_at_the_end_of_some_lines_is_refused_as_such():
    assert "(nothing stands behind its last separator)" in malformed("text,label\na,x,\nb,y\n")


def test_an_extra_field_that_is_empty_in_some_rows_alone_is_a_shift():
    assert "line 3 has 3 fields" in malformed("text,label\na,x\ngood, really,\n")


@pytest.mark.parametrize("start", [0, 1])
def test_numbers_of_rows_without_a_name_are_told_for_what_they_are(start):
    """What R writes: the first line is one name short."""
    table = parse(f'"text","label"\n"{start}","good film","pos"\n"{start + 1}","bad","neg"\n', None)
    assert table.columns == {"row": [str(start), str(start + 1)], "text": ["good film", "bad"], "label": ["pos", "neg"]}
    assert table.notes == ("rows start with their number, which the first line has no name for: row",)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("text,label\nx,good film,pos\ny,bad,neg\n", "one name is missing in the first line"),
        ("2,2,a,b\n5.1,3.5,1.4,0.2,0\n4.9,3,1.4,0.2,1\n", "one name is missing in the first line"),
        ("569,30\n5.1,3.5,1.4,0\n4.9,3,1.4,1\n", "the first line does not name these columns"),
        ("text,label\na,x\n# more, or less, of it\nb,y\n", "comments are not skipped: take them out"),
    ],
)
def test_why_rows_and_names_differ_is_said(text, why):
    assert malformed(text).endswith("; " + why)


def test_lines_above_the_names_and_blanks_between_fields_are_told_for_what_they_are():
    assert malformed("# a comment\n1,2\n").endswith("comments are not skipped: take them out")
    assert malformed("text label\na x\n").endswith("data.separator=space divides it at blanks")
    assert "(is it data? then put a line of names above it)" in malformed("0.5,0.5,1\n1,2,3\n")


def test_many_columns_of_one_name_are_refused_at_once():
    assert malformed(",".join(["x"] * 50_000) + "\n").endswith("one name to several columns: 'x'")


def test_a_column_without_a_name_is_kept_under_its_number():
    table = parse(",text\n0,a\n1,b\n", None)
    assert table.columns == {"column 1": ["0", "1"], "text": ["a", "b"]}
    assert table.notes == ("column 1 has no name in the first line",)


def test_a_name_that_stands_there_twice_is_refused():
    assert malformed("a,b,a,b,c\n1,2,3,4,5\n") == "its first line gives one name to several columns: 'a', 'b'"
    assert "one name to several columns: 'a'" in malformed("a, a\n1,2\n")


def test_names_that_stand_again_among_the_rows_are_kept_and_noted():
    table = parse("text,label\na,x\ntext,label\nb,y\ntext,label\n", None)
    assert table.columns["text"] == ["a", "text", "b", "text"]
    assert table.notes == ("2 rows repeat the line of names, as in files that were joined: kept (line 3)",)
    assert parse("text,label\ntext,x\na,label\n", None).notes == ()


def test_blanks_around_names_are_stripped_and_noted():
    table = parse("text, label\na,x\n", None)
    assert list(table.columns) == ["text", "label"] and table.notes == ("blanks around names of columns stripped",)
    assert table.columns["label"] == ["x"]


@pytest.mark.parametrize(("mark", "name"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "pipe")])
def test_the_separator_is_found_and_said(mark, name):
    table = parse(GOOD.replace(",", mark), None)
    assert list(table.columns) == ["text", "label"] and table.kind == f"separator {name} (found)"


def test_decimal_commas_and_commas_in_texts_do_not_hide_a_semicolon():
    assert parse("x;y\n1,5;2,5\n", None).columns == {"x": ["1,5"], "y": ["2,5"]}
    assert parse("text;label\nwell, good, film;pos\nbad;neg\n", None).kind == "separator semicolon (found)"


def test_two_separators_that_fit_are_refused():
    assert refused("a,b;c\n1,2;3\n4,5;6\n") == (
        "data.separator=None: must be given: more than one fits: comma (2 columns), semicolon (2 columns)"
    )
    assert "none all lines alike" in refused("a,b;c\n1;2,2;3\n4,5,6\n")
    assert parse("a,b;c\n1,2;3\n", ";").columns == {"a,b": ["1,2"], "c": ["3"]}


def test_the_name_of_a_file_settles_what_two_separators_leave_open():
    text = "a,b\tc\n1,2\t3\n"
    assert list(parse(text, None, ".tsv").columns) == ["a,b", "c"]
    assert "more than one fits" in refused(text)


@pytest.mark.parametrize("given", [";", "semicolon"])
def test_a_separator_is_given_as_a_character_or_by_its_name(given):
    assert parse(GOOD.replace(",", ";"), given).kind == "separator semicolon (given)"
    assert parse("a\tb\n1\t2\n", r"\t").columns == {"a": ["1"], "b": ["2"]}
    assert parse("a b\n1 2\n", "space").columns == {"a": ["1"], "b": ["2"]}


def test_columns_that_are_aligned_with_blanks_are_read():
    text = 'id   time  "a  b"  label\n1    0    -1.5   x   \n   12   1  \t  2  "y  z"\r\n'
    table = parse(text, "space")
    assert table.columns == {"id": ["1", "12"], "time": ["0", "1"], "a  b": ["-1.5", "2"], "label": ["x", "y  z"]}
    assert table.lines == [2, 3] and table.kind == "separator runs of blanks (given)"
    assert parse("a b\n1 2\n", " ").kind == "separator ' ' (given)"


@pytest.mark.parametrize(("mark", "separator"), [("   ", None), ("  ", "space"), ("\t", None), (",", None)])
def test_a_line_of_numbers_per_series_is_told_how_to_be_read(mark, separator, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [[row % 2, *np.random.default_rng(row).normal(size=12).round(3)] for row in range(10)]
    text = "".join(f"  {mark.join(f'{cell:.7e}' for cell in row)}\n" for row in rows)
    with pytest.raises(Malformed, match=r"its class first, this makes new.npz") as refused:
        parse(text, separator)
    (tmp_path / "X_TRAIN.txt").write_text(text)
    exec("import numpy; path = 'X_TRAIN.txt'; " + str(refused.value).split("which is read: ")[1])
    got = numbers(str(tmp_path / "new.npz"))
    assert got.classes == ("0", "1") and np.allclose(got.values.reshape(10, 12), np.array(rows)[:, 1:])


@pytest.mark.parametrize("given", ["ab", '"', "\n"])
def test_what_can_be_no_separator_is_refused(given):
    assert "must be one character, or one of comma, semicolon, tab, pipe, space" in refused(GOOD, given)


def test_a_separator_that_divides_nothing_is_refused():
    assert refused(GOOD, "tab") == "data.separator=tab: must divide the first line, which is 'text,label'"
    assert malformed("just some words\nand more\n").startswith("has one column, 'just some words': no comma")


def test_spreadsheets_name_the_separator_in_the_first_line():
    table = parse("sep=;\r\ntext;label\r\ngood;pos\r\n", None)
    assert table.kind == "separator semicolon (named in the first line)" and table.lines == [3]


def test_quoted_line_breaks_keep_lines_right():
    table = parse('text,label\n"good\nfilm, it was\n",pos\n\n  \nbad,neg\n', None)
    assert table.columns["text"] == ["good\nfilm, it was\n", "bad"] and table.lines == [2, 7]
    assert parse('text,label\n"Nice film,\nreally",pos\nx,neg\n', None).columns["text"] == ["Nice film,\nreally", "x"]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_lines_of_other_systems_are_lines(end):
    table = parse(GOOD.replace("\n", end), None)
    assert table.columns["label"] == ["pos", "neg"] and table.lines == [2, 3]


def test_a_quote_that_never_closes_is_refused_where_it_opens():
    assert malformed(GOOD + '"open,pos\nmore,neg\nother, one,neg\n') == "line 4 opens a quote that is never closed"


def test_text_behind_a_closing_quote_is_refused_where_quotes_enclose_fields():
    assert malformed('text,label\n"fine",pos\n"good" film,pos\n').startswith(
        "line 3 has text behind a closing quote; inside quotes, a quote is written twice"
    )


def test_quotes_behind_a_backslash_are_read_and_noted():
    table = parse('text,label\n"He said \\"hi, there\\" ok",pos\nC:\\new,neg\n', None)
    assert table.columns["text"] == ['He said "hi, there" ok', "C:\\new"]
    assert table.notes == (r"quotes behind a backslash (\") read as quotes",)


@pytest.mark.parametrize("last", ['he said "yes"', 'he said yes"'])
def test_stray_quotes_between_tabs_swallow_no_lines(last):
    """A quote that opens in one line and closes in another would make one text of what stands between."""
    table = parse(f'text\tlabel\n"Great movie\tpos\nok\tneg\n{last}\tneg\nfine\tpos\n', None)
    assert table.columns["text"] == ['"Great movie', "ok", last, "fine"]
    assert table.notes == ("quotes read as characters: they do not enclose fields here",)


def test_a_quoted_text_with_a_line_break_between_tabs_stays_one():
    table = parse('text\tlabel\n"one\ntwo"\tpos\nthree\tneg\n', None)
    assert table.columns["text"] == ["one\ntwo", "three"] and table.notes == ()


def test_a_field_of_any_size_is_read_and_the_limit_of_the_csv_module_restored():
    import csv

    before = csv.field_size_limit()
    huge = "word " * 50_000
    assert parse(f"text,label\n{huge},pos\n", None).columns["text"] == [huge]
    assert csv.field_size_limit() == before


def test_an_incomplete_last_line_of_a_long_sample_does_not_hide_the_separator(monkeypatch):
    from mismatch.data.sources import delimited

    monkeypatch.setattr(delimited, "CHARACTERS", 30)  # cuts a row in the middle of its text
    assert parse("text,label,more\n" + "good film,pos,1\n" * 5, None).kind == "separator comma (found)"
