"""The figure of the padding experiment: the gradient against pads, and accuracy where arms were trained."""

import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mismatch.report import experiment
from tests.report.cases import title_of


@pytest.fixture
def table() -> pd.DataFrame:
    """A gradient that pads after the data halve every 10 steps, on every line of the figure but the masked ones."""
    rows = [
        {"length.padding": side, "mask": mask, "model.bias_init": bias, "pads": pads, "replicate": replicate}
        | {
            "length.steps": 12 + pads,
            "gradient_share": 0.25 ** (pads / 20) if mask == "none" and side == "post" else 1.0,
        }
        for side in ("pre", "mid", "post")
        for mask in ("none", "masking")
        for bias in ("zeros", "chrono")
        for pads in (0, 2, 10, 20)
        for replicate in (0, 1)
    ]
    return pd.DataFrame(rows).assign(cue_gradient_share=lambda rows: rows["gradient_share"] / 2)


def runs_table(**columns: object) -> pd.DataFrame:
    """Trained arms at two T and two replicates, as the sweep tabulates them; `columns` replace or add."""
    arms = [("none", "zeros", 0.3), ("none", "chrono", 0.9), ("masking", "zeros", 0.9)]
    rows = [
        {"status": "ok", "data": "early", "length.padding": "post", "mask": mask, "model.bias_init": bias}
        | {"length.steps": steps, "length.ratio": steps / 12, "replicate": replicate}
        | {"exact_accuracy": accuracy + 0.02 * replicate, "ceiling": 0.9, "chance": 0.25}
        for mask, bias, accuracy in arms
        for steps in (12, 48)
        for replicate in (0, 1)
    ]
    return pd.DataFrame(rows).assign(**columns)


def figure_with(runs: pd.DataFrame | None, table: pd.DataFrame) -> Figure:
    tables = {"gradient.csv": table} | ({} if runs is None else {"runs.csv": runs})
    return experiment.figures("padding", tables)["gradient"]


def panels(figure: Figure) -> list[Axes]:
    return [axes for axes in figure.axes if axes.axison]


def test_title_quotes_what_the_table_holds(table: pd.DataFrame) -> None:
    title = title_of(figure_with(None, table))
    assert "halves the gradient every 10.0 pads: 25% is left after 20" in title


def test_accuracy_panel_is_drawn_where_arms_were_trained(table: pd.DataFrame) -> None:
    figure = figure_with(runs_table(), table)
    assert len(panels(figure)) == 2
    title = title_of(figure)
    assert "at T = 48: no mask 0.31, chrono 0.91, masked 0.91" in title


@pytest.mark.parametrize(
    "runs",
    [
        None,
        pd.DataFrame({"status": ["ok"]}),
        runs_table().drop(columns="exact_accuracy"),
        runs_table(data="late"),
        runs_table(status="failed"),
        runs_table(control="shuffled"),
        runs_table().query("`length.steps` == 12"),
    ],
    ids=["no runs", "no columns", "no accuracy", "other data", "all failed", "control", "one T"],
)
def test_accuracy_panel_is_left_out_without_arms(runs: pd.DataFrame | None, table: pd.DataFrame) -> None:
    assert len(panels(figure_with(runs, table))) == 1


@pytest.mark.parametrize(
    "runs",
    [
        runs_table().drop(columns=["ceiling", "chance"]),
        runs_table().query("mask == 'masking'"),
        runs_table().query("replicate == 0"),
    ],
    ids=["optional columns", "only masked", "one replicate"],
)
def test_accuracy_panel_makes_do_with_some_arms(runs: pd.DataFrame, table: pd.DataFrame) -> None:
    assert len(panels(figure_with(runs, table))) == 2
