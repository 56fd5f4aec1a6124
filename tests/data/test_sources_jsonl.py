"""JSON as a table: one object a line or a list of them; the first line that is neither is named."""

import pytest

from mismatch.data.sources.jsonl import looks_like, parse
from mismatch.data.sources.records import Malformed


def malformed(text):
    with pytest.raises(Malformed) as error:
        parse(text)
    return str(error.value)


def test_values_keep_their_types_and_a_missing_key_is_a_missing_cell():
    found = parse('{"text": "a", "n": 1, "yes": true}\n\n{"text": null, "more": [1], "n": 1.5}\n')
    assert found.columns == {"text": ["a", None], "n": [1, 1.5], "yes": [True, None], "more": [None, [1]]}
    assert found.columns["yes"][0] is True and found.places == ["line 1", "line 3"]


def test_a_list_of_objects_is_a_table_too():
    found = parse('[\n{"text": "a"},\n{"text": "b"}\n]\n')
    assert found.columns == {"text": ["a", "b"]} and found.places == ["item 1", "item 2"] and found.kind == "JSON list"


def test_lines_end_where_lines_end_not_at_other_marks():
    assert parse('{"text": "a\u2028b\x85c"}\r\n{"text": "d"}').columns == {"text": ["a\u2028b\x85c", "d"]}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '{"a": 1}\n{"a": \n',
            """line 2 is no JSON (Expecting value, column 7): '{"a":'""",
        ),
        ('{"a": 1}\n[1, 2]\n', "line 2 must be an object of JSON, {...}: '[1, 2]'"),
        ('{"a": 1}\n"text"\n', """line 2 must be an object of JSON, {...}: '"text"'"""),
        ('[{"a": 1}, 2]', "item 2 must be an object of JSON, {...}: '2'"),
        ('[{"a": 1},\n{"a": 2}', """its list is no JSON (Expecting ',' delimiter, line 2, column 9): '[{"a": 1}"""),
        ('{"a": 1, "b": 2, "a": 3}', "line 1 cannot be read (the key 'a' stands there twice)"),
        ('{"a": "half \\ud83d"}', "line 1 holds half a character (a surrogate of UTF-16 on its own)"),
        ('{"\\ud83d": "a"}', "line 1 holds half a character (a surrogate of UTF-16 on its own)"),
        ('{\n "text": ["a"],\n "label": [1]\n}', "is one object of JSON (text, label); a table is a list of objects"),
        ('{"a": ' * 100_000, "line 1 cannot be read ("),
        ("[" * 100_000, "its list cannot be read ("),
        ('{"a": ' + "9" * 5000 + "}", "line 1 cannot be read (Exceeds the limit (4300 digits)"),
        ('{"a": 1} {"a": 2}\n', "line 1 is no JSON (Extra data, column 10)"),
        ("{'a': 1}\n", "line 1 is no JSON (Expecting property name enclosed in double quotes, column 2)"),
    ],
)
def test_what_is_no_table_is_refused_with_its_place(text, message):
    said = malformed(text)
    assert said.startswith(message) and len(said) < 300


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ('{"text":{"0":"a","1":"b"},"label":{"0":1,"1":0}}', ", as to_json('new.json', orient='records') of pandas"),
        (
            '{"0":{"text":"a","label":1},"1":{"text":"b","label":0}}',
            ", as to_json('new.json', orient='records') of pandas",
        ),
        ('{"version": 1, "data": [{"text": "a"}, {"text": "b"}]}', "['data'], open('new.json', 'w'))"),
        (
            '{\n"data": [\n{"text": "a"}, {"text": "b"}]}',
            "the list under 'data' alone is one: json.dump(json.load(open(",
        ),
        ('{"columns":["text"],"index":[0],"data":[["a"]]}', "pd.read_json('old.json', orient='split').to_json("),
        ('{"text": ["a", "b"], "label": [1, 0]}', "pd.DataFrame(json.load(open('old.json'))).to_json('new.json'"),
    ],
)
def test_a_table_in_another_form_is_refused_with_what_makes_it_one(text, advice):
    said = malformed(text)
    assert (
        said.startswith("is one object of JSON (")
        and advice in said
        and "a list of objects, or one object a line" in said
    )


def test_one_line_with_one_row_is_a_row():
    assert parse('{"text": "a", "tokens": ["a", "b"], "at": {"x": 1}}').places == ["line 1"]


def test_a_whole_pair_of_surrogates_is_a_character():
    assert parse('{"text": "\\ud83d\\ude00"}').columns == {"text": ["\U0001f600"]}


@pytest.mark.parametrize(
    ("text", "json"),
    [
        ('{"a": 1}\n', True),
        (' \n[ {"a": 1}]', True),
        ("text,label\n", False),
        ('{"a",b\n1,2', False),
        ("[1, 2]", False),
        ("", False),
    ],
)
def test_json_is_known_by_its_first_line(text, json):
    assert looks_like(text) is json
