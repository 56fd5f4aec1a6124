"""Files of sktime and aeon: what their headers promise is checked, and what is no labelled sequence is refused."""

import numpy as np
import pytest

from mismatch.data.sources.ts import Malformed, parse

HEAD = "@problemName x\n@timeStamps false\n@univariate false\n@dimensions 2\n@equalLength false\n@classLabel true a b\n"
BODY = "@data\n1,2,3:4,5,6:a\n7:8:b\n"


def head(**tags):
    """The header with tags replaced, or taken out where None."""
    lines = [line.split(maxsplit=1) for line in HEAD.splitlines()]
    named = {name[1:]: rest for name, rest in lines} | tags
    return "".join(f"@{name} {rest}\n" for name, rest in named.items() if rest is not None)


def test_features_stand_between_colons_and_the_label_last():
    found = parse(HEAD + BODY)
    assert found.values.tolist() == [[1, 4], [2, 5], [3, 6], [7, 8]] and found.lengths.tolist() == [3, 1]
    assert found.labels == ["a", "b"] and found.places == ("line 8", "line 9") and len(found.features) == 2
    assert found.notes == found.warnings == ()


@pytest.mark.parametrize(
    "change",
    [
        str.upper,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: "# a comment\n% another\n\n" + text.replace("@data", "#one\n@data").replace("\n7", "\n\n# x\n7"),
        lambda text: text.replace("@timeStamps false\n", "").replace("@dimensions 2\n", ""),
        lambda text: text.replace("@dimensions", "@dimension"),
        lambda text: text.replace("@classLabel ", "@classLabel\t").replace(",", " , "),
        lambda text: text.replace("@problemName x", "@problemName x\n@problemName y"),
        lambda text: text.rstrip("\n"),
    ],
    ids=["upper case", "CRLF", "CR", "comments", "less said", "dimension", "blanks", "two names", "no line end"],
)
def test_the_same_file_written_otherwise_gives_the_same_sequences(change):
    found, plain = parse(change(HEAD + BODY)), parse(HEAD + BODY)
    assert (found.values == plain.values).all() and (found.lengths == plain.lengths).all()
    assert [label.lower() for label in found.labels] == plain.labels and found.warnings == ()


@pytest.mark.parametrize("gap", ["?", "NaN", "nan", "", " ? "])
def test_a_missing_value_is_nan(gap):
    found = parse(HEAD + f"@data\n1,{gap},3:4,5,6:a\n7:8:b\n")
    assert np.isnan(found.values[1, 0]) and np.isnan(found.values).sum() == 1
    assert parse(head(missing="false") + f"@data\n1,{gap},3:4,5,6:a\n").warnings[0].startswith("@missing false, but 1")


def test_numbers_are_read_in_every_way_they_are_written():
    assert parse(HEAD + "@data\n1e-3,-2,+3,.5,inf:4,5,6,7,8:a\n").values[:, 0].tolist() == [1e-3, -2, 3, 0.5, np.inf]


def test_an_empty_label_is_missing_and_an_empty_sequence_has_no_steps():
    found = parse(HEAD + "@data\n1:2:\n::b\n")
    assert found.labels == [None, "b"] and found.lengths.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (head(equalLength="true") + BODY, "@equalLength true, but lengths run from 1 to 3"),
        (head(seriesLength="5") + BODY, "@seriesLength 5, but lengths run from 1 to 3"),
        (head(classLabel="true a c") + BODY, "labels that @classLabel does not name: 'b' in line 9"),
    ],
)
def test_a_header_that_says_something_else_than_the_data_is_warned_of(text, warning):
    assert parse(text).warnings == (warning,)


def test_classes_without_a_sequence_and_unknown_tags_are_said():
    notes = parse(head(classLabel="true a b c", colour="red") + BODY).notes
    assert notes == (
        "tags that nobody here knows were not used: @colour",
        "@classLabel names classes without a sequence: 'c'",
    )
    assert parse(head(classLabel="true 1.0 2.0") + "@data\n1:2:1\n3:4:2\n").warnings == ()  # 1 is 1.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (head(timeStamps="TRUE") + BODY, "has timestamps"),
        (HEAD + "@data\n(0,1),(1,2):(0,1),(1,2):a\n", "line 8 holds pairs of time and value"),
        (HEAD + "@data\n1:2:a\n(0,1),(1,2):(0,1),(1,2):a\n", r"line 9 must hold numbers, has '\(0': pairs of time"),
        (head(classLabel=None, targetLabel="true") + BODY, "regression"),
        (head(classLabel="false") + BODY, r"has no labels \(@classLabel false\)"),
        (head(classLabel=None) + BODY, "must say @classLabel true"),
        (HEAD + BODY.replace("@data\n", ""), "line 7 must be a comment .* before @data, is '1,2,3:4,5,6:a'"),
        (HEAD, "must have a line @data"),
        (HEAD + "@data\n\n# nothing\n", "has no sequences after @data"),
        (HEAD + BODY + "1,2:a\n", "line 10 has 1 dimension and a label, must have 2: '1,2:a'"),
        (HEAD + BODY + "1:2:3:a\n", "line 10 has 3 dimensions and a label, must have 2"),
        (HEAD + BODY + "1,2,3,4\n", "line 10 has no colon, so no label, must have 2"),
        (HEAD + BODY + "1,2:3:a\n", "line 10 has 2 values in dimension 1 and 1 in dimension 2"),
        (HEAD + BODY + "1,x:3,4:a\n", "line 10 must hold numbers, has 'x'"),
        (HEAD + BODY + "1,2:3,1_000:a\n", "line 10, dimension 2 must hold numbers, has '1_000'"),
        (HEAD + BODY + "1,2:3,\x1b[31m:a\n", r"line 10, dimension 2 must hold numbers, has '\\x1b\[31m'"),
        (head(univariate="true") + BODY, "says both @univariate true and @dimensions 2"),
        (head(univariate="true", dimensions=None) + BODY, "line 7 has 2 dimensions and a label, must have 1"),
        (HEAD + "@dimensions 3\n" + BODY, "line 7 says @dimensions a second time, and something else"),
        ("@relation x\n@attribute y numeric\n@data\n1\n", "@relation and @attribute are tags of ARFF"),
        ("text,label\ngood,pos\n", r"line 1 must be a comment \(#\) or a tag \(@\)"),
        ("", "must have a line @data"),
    ],
)
def test_what_is_no_file_of_labelled_sequences_is_refused_in_one_line(text, message):
    with pytest.raises(Malformed, match=message) as refused:
        parse(text)
    assert "\n" not in str(refused.value) and "\x1b" not in str(refused.value)
