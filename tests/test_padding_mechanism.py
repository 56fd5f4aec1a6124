"""The padding experiment's mechanism: what pads leave of the gradient of an untrained GRU."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mismatch.sweep import own

MEASURE = own.module("padding", "measure")


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("padding")
    MEASURE.measure(out, smoke=True)
    return out


@pytest.fixture(scope="module")
def table(measured: Path) -> pd.DataFrame:
    return pd.read_csv(measured / "gradient.csv")


def cells(table: pd.DataFrame, side: str, mask: str = "none", bias: str = "zeros") -> pd.DataFrame:
    same = table["length.padding"].eq(side) & table["mask"].eq(mask) & table["model.bias_init"].eq(bias)
    return table[same].sort_values(["replicate", "pads"])


def shares(table: pd.DataFrame, pads: int, side: str, mask: str = "none", bias: str = "zeros") -> np.ndarray:
    rows = cells(table, side, mask, bias)
    return rows.loc[rows["pads"].eq(pads), "gradient_share"].to_numpy()


def test_every_cell_is_measured_once(table: pd.DataFrame) -> None:
    module = MEASURE
    keys = ["pads", "length.padding", "mask", "model.bias_init", "replicate"]
    assert not table.duplicated(keys).any()
    assert len(table) == len(module.SMOKE_PADS) * 3 * 2 * 2 * module.SMOKE_REPLICATES
    assert set(table["experiment"]) == {"padding"} and set(table["status"]) == {"ok"}
    assert list(module.TABLES) == ["gradient.csv"]
    assert module.REPLICATES >= 10 and set(module.SMOKE_PADS) <= set(module.PADS)


def test_unmasked_post_padding_leaves_under_a_thousandth_of_the_gradient_after_20_pads(table: pd.DataFrame) -> None:
    # Measured over 12 replicates: geometric mean 4.4e-5, largest 1.3e-4; 1e-3 leaves a factor of 8.
    assert shares(table, 20, "post").max() < 1e-3
    states = cells(table, "post").pivot(index="replicate", columns="pads", values="state_norm")
    assert (states[20] < 1e-3 * states[0]).all()


def test_each_post_pad_takes_a_quarter_to_three_quarters_of_the_gradient(table: pd.DataFrame) -> None:
    # Near h = 0 a pad maps h to h/2 + (h/2) U/2 with U a block of an orthonormal (H, 3H), so |U| <= 1:
    # between 1/4 and 3/4 of the state, and of the gradient that goes back through it, survive.
    for early, late in ((2, 10), (10, 20)):
        per_pad = (shares(table, late, "post") / shares(table, early, "post")) ** (1 / (late - early))
        assert ((per_pad > 0.25) & (per_pad < 0.75)).all()


@pytest.mark.parametrize("bias", ["zeros", "chrono"])
def test_unmasked_pre_padding_is_a_no_op(table: pd.DataFrame, bias: str) -> None:
    # A zero state stays zero under zero input: the candidate is tanh(0), whatever the gate. 1e-6: float32 sums.
    np.testing.assert_allclose(cells(table, "pre", bias=bias)["gradient_share"], 1, rtol=1e-6)


@pytest.mark.parametrize("bias", ["zeros", "chrono"])
@pytest.mark.parametrize("side", ["pre", "mid", "post"])
def test_a_mask_makes_every_side_equal_to_unpadded(table: pd.DataFrame, side: str, bias: str) -> None:
    masked = cells(table, side, "masking", bias)
    np.testing.assert_allclose(masked["gradient_share"], 1, rtol=1e-5)
    np.testing.assert_allclose(masked["state_norm"], cells(table, "pre", "none", bias)["state_norm"], rtol=1e-5)


def test_chrono_bias_keeps_over_a_hundred_times_more_of_the_gradient(table: pd.DataFrame) -> None:
    # Measured over 12 replicates: 9% to 33% kept against 0.002% to 0.013%.
    assert (shares(table, 20, "post", bias="chrono") > 100 * shares(table, 20, "post")).all()


def test_a_gap_in_the_middle_hides_the_cue_but_not_what_follows(table: pd.DataFrame) -> None:
    gap = cells(table, "mid").query("pads == 20")
    assert (gap["cue_gradient_share"] < 1e-3).all()
    assert (gap["gradient_share"] > 0.5).all()


def test_pads_stand_where_they_are_said_to() -> None:
    steps = np.arange(1.0, 5.0, dtype=np.float32).reshape(1, 4, 1)
    padded = {side: MEASURE.pad(steps, 2, side).ravel().tolist() for side in ("pre", "mid", "post")}
    assert padded == {"pre": [0, 0, 1, 2, 3, 4], "mid": [1, 2, 0, 0, 3, 4], "post": [1, 2, 3, 4, 0, 0]}
