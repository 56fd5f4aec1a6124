"""The help says of every key what it means, what it accepts, and what it is where nothing is said."""

from dataclasses import fields

import pytest

from mismatch.config import keys
from mismatch.config.groups import GROUPS, Settings
from mismatch.config.registry import DATASETS


def said(*words: str) -> dict[str, str]:
    """Key -> its lines in the help, as one."""
    text = keys.help_text(words)
    found: dict[str, str] = {}
    for line in text.splitlines():
        if line[:1].isalpha() and "=" in line.split()[0]:
            name = line.partition("=")[0]
            found[name] = line
        elif line.startswith(" ") and found:
            found[name] += " " + line.strip()
    return found


@pytest.mark.parametrize("dataset", DATASETS.names)
def test_no_key_is_missing_from_the_help(dataset: str) -> None:
    found = said(f"data={dataset}")
    wanted = {f"data.{item.name}" for item in fields(DATASETS.get(dataset))} | {item.name for item in fields(Settings)}
    wanted |= {f"{group}.{item.name}" for group, node in GROUPS.items() for item in fields(node) if item.name != "kind"}
    plain = {group for group, node in GROUPS.items() if all(item.name != "kind" for item in fields(node))}
    assert wanted - {*plain, *keys.FILLED, "advise"} - set(found) == set()


def test_every_key_has_a_meaning_and_says_what_it_accepts() -> None:
    for key in keys.everything():
        assert key.meaning and key.accepts, key.name


def test_choices_ranges_units_and_defaults_are_those_of_the_code() -> None:
    found = said()
    assert found["length.padding"].startswith("length.padding=pre ")
    assert all(word in found["length.truncating"] for word in ("pre", "post", "head_tail", "crop", "stride", "interp"))
    assert "above 0, at most 1" in found["control.rate"] and "(timesteps)" in found["reduction.kernel"]
    assert all(part in found["features.adapter"] for part in ("native", "zero", "project"))
    assert found["replicates"].startswith("replicates=10 ") and "auto" in found["replicates"]
    assert "(s)" in found["time_limit"] and "true | false" in found["smoke"]


def test_the_keys_are_those_of_the_dataset_that_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "data.path" in said("data=text") and "data.path" not in said("data=late")
    assert "data.embedding" in said("data=snippets_vectors")  # a file that starts from another dataset
    assert "data.noise" in said("data=nothing")
    for columns in (40, 70, 300):
        monkeypatch.setenv("COLUMNS", str(columns))
        lines = keys.help_text(["data=late"]).splitlines()
        assert max(map(len, lines)) <= max(keys.MINIMUM, min(columns, keys.MAXIMUM))
