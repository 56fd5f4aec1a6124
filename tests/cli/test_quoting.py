"""Values of files and columns as a person types them, whatever Hydra's grammar makes of them."""

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser

from hydra_plugins.mismatch_hydra.quoting import quoted


def read(word):
    return OverridesParser.create().parse_override(quoted(word)).value()


@pytest.mark.parametrize(
    "value",
    [
        "отзыв",
        "Größe (cm)",
        "my film (2).csv",
        ";",
        ",",
        "#",
        "a=b",
        "\t",
        "it's",
        "C:\\я\\",
        "a\\'ж",
        'x" é',
        "題名",
    ],
)
def test_a_name_of_any_characters_is_read_as_it_is_typed(value):
    assert read(f"data.text={value}") == value


def test_commas_go_on_separating_the_values_of_a_sweep():
    assert [each.text for each in read("data.label=Größe,Länge").list] == ["Größe", "Länge"]


@pytest.mark.parametrize(
    "word", ["-m", "data.text=plain", "data.text='отзыв'", "data.features=[a,b]", "mask=né", "data.text=", "+a=b(c"]
)
def test_what_hydra_reads_or_nobody_names_stays(word):
    assert quoted(word) == word
