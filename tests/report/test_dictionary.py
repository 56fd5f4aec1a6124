"""Every column of every table that a results folder holds is explained, and nothing else is."""

from dataclasses import fields
from pathlib import Path

import pandas as pd
import pytest

from mismatch.analysis.claims import COLUMNS
from mismatch.analysis.effects import effects
from mismatch.analysis.judging import judge
from mismatch.analysis.summary import summarise
from mismatch.analysis.tuned import table_of as tuned_table
from mismatch.config.groups import GROUPS, Advise, Settings
from mismatch.config.keys import FILLED
from mismatch.config.paths import REFERENCE
from mismatch.config.registry import DATASETS, MEASUREMENTS
from mismatch.report.brief import brief
from mismatch.report.dictionary import SETTINGS, UNKNOWN, dictionary
from mismatch.run import metrics
from mismatch.sweep.store import read_csv, read_runs
from tests.analysis.made import claim, contrast, grid, registered, sound

FOLDERS = sorted(path.parent for path in REFERENCE.glob("*/claims.csv"))


def unexplained(told: pd.DataFrame) -> list[str]:
    blank = (
        told["meaning"].isna() | told["meaning"].isin(["", UNKNOWN]) | told["meaning"].str.startswith("setting of that")
    )
    return (told["table"] + ": " + told["column"])[blank | told["meaning"].str.contains("is not known here")].tolist()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_column_of_every_shipped_table_is_explained(folder: Path) -> None:
    tables = {path.name: read_csv(path) for path in folder.glob("*.csv") if path.name != "columns.csv"}
    runs = read_runs(folder)
    tables |= {} if runs is None else {"runs.csv": runs}
    told = dictionary(tables)
    assert unexplained(told) == []
    listed = told[told["table"] != SETTINGS].groupby("table")["column"].agg(list).to_dict()
    assert listed == {file: list(tables[file]) for file in sorted(tables)}


@pytest.mark.parametrize("name", MEASUREMENTS.names)
def test_every_measurement_explains_columns_under_the_names_of_its_tables(name: str) -> None:
    part = MEASUREMENTS.get(name)()
    assert part.tables and all(file.endswith(".csv") for file in part.tables)
    assert all(meaning and isinstance(unit, str) for unit, meaning in part.columns.values())


def test_every_table_that_is_made_of_runs_is_explained_whatever_metrics_it_has(tmp_path: Path) -> None:
    runs = sound().assign(**dict.fromkeys(metrics.columns(), 0.5))
    whole = grid({(mask, side): 0.8 for mask in ("none", "masking") for side in ("pre", "post")})
    show = {"mask": ["none", "masking"], "length.padding": ["pre", "post"]}
    grids = registered(tmp_path, show=show, factorials=[{"name": "all", "where": {}, "metric": "accuracy"}])
    factorial = judge({"runs.csv": whole}, grids).factorial
    judged = judge({"runs.csv": runs}, registered(tmp_path, claim(contrast())))
    assert factorial is not None and len(factorial)
    rated = pd.concat(
        [runs.assign(**{"train.learning_rate": rate}, arm=runs["arm"] + str(rate)) for rate in (0.1, 0.2)]
    )
    told = dictionary({
        "runs.csv": runs, "summary.csv": brief(summarise(runs), runs),
        "arms.csv": summarise(runs), "effects.csv": effects(runs), "claims.csv": judged.claims,
        "controls.csv": judged.controls, "factorial.csv": factorial, "tuned.csv": tuned_table(rated),
    })  # fmt: skip
    assert unexplained(told) == []
    meaning = told.set_index(["table", "column"])["meaning"]
    assert meaning["claims.csv", "p_holm"] == COLUMNS["p_holm"]
    assert meaning["arms.csv", "log_loss"].startswith("mean over the ok runs") and "lower is better" in meaning[
        "arms.csv", "log_loss"]  # fmt: skip
    units = told.set_index(["table", "column"])["unit"]
    assert units["runs.csv", "step_ms"] == units["summary.csv", "step_ms_low"] == "ms"


def test_a_column_that_nobody_here_knows_is_said_to_be_unknown() -> None:
    told = dictionary({"claims.csv": pd.DataFrame(columns=["claim", "mood"]), "gone.csv": pd.DataFrame(columns=["x"])})
    assert told["meaning"].tolist()[1:3] == [UNKNOWN, UNKNOWN] and told["meaning"][0] == COLUMNS["claim"]


def test_every_setting_is_in_the_dictionary_with_what_it_accepts() -> None:
    told = dictionary({})
    rows = told[told["table"] == SETTINGS].set_index("column")
    keys = {f"{group}.{item.name}" for group, node in GROUPS.items() for item in fields(node) if item.name != "kind"}
    keys |= {group for group, node in GROUPS.items() if any(item.name == "kind" for item in fields(node))}
    keys |= {item.name for item in fields(Settings)} - {"advise", *GROUPS}
    keys |= {f"advise.{item.name}" for item in fields(Advise)}
    keys |= {f"data.{item.name}" for part in DATASETS.all().values() for item in fields(part)}
    assert set(rows.index) == keys - set(FILLED)
    assert unexplained(told) == [] and rows["choices"].ne("").all()
    assert rows.loc["length.padding", "choices"] == "pre | post | mid | none"
    assert rows.loc["train.learning_rate", "choices"] == "number, above 0"
    assert rows.loc["time_limit", "unit"] == "s" and "native" in rows.loc["features.adapter", "choices"]
    chosen = dictionary({"runs.csv": pd.DataFrame({"data": ["majority"]})})
    assert "data.delta" in set(chosen["column"]) and "data.path" not in set(chosen["column"])
