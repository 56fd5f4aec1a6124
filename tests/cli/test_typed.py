"""Settings of very many jobs are those that Hydra composes job by job, whatever the jobs are made of."""

from collections.abc import Callable
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra

from hydra_plugins.mismatch_hydra import internals, sweeper, typed
from mismatch.config.fields import ConfigError
from mismatch.config.groups import Settings
from mismatch.config.paths import CONF
from mismatch.config.settings import register, settings

GRIDS = {
    "values and groups": [
        "data=early,late",
        "length.steps=6,9,12",
        "mask=none,masking",
        "mask.value=0,-1.5",
        "seed=1,2",
    ],
    "words and blanks": ["length.fill=constant,last", "features.width=null,12", "train.optimizer=adam,sgd"],
    "an interpolation": ["train.batch=16,32", "train.updates=${train.batch}0,40"],
    "a value that is another's": ["train.block=1,2", "++length.steps=6,9", "data.train=64,128"],
    "names that make folders": ["name=a,b", "replicates=1,2", "seed=0,3"],
    "quotes": ["name='x',\"y\"", "length.steps=6,7"],
}


def made(*words: str) -> tuple[list[list[str]], list[Any]]:
    """The jobs of a grid, and what the sweeper makes of them."""
    register()
    with initialize_config_dir(str(CONF), **internals.VERSION_BASE):
        config = compose("config", [], return_hydra_config=True)
        ours = sweeper.LocalSweeper()
        ours.config = config
        ours.hydra_context = SimpleNamespace(config_loader=GlobalHydra.instance().config_loader())
        jobs = ours.jobs(words)
        first, *rest = ours.configs(jobs)
        return jobs, [settings(first), *rest]


def by_hydra() -> Callable[[Any], Settings]:
    """The way job by job."""
    register()
    with initialize_config_dir(str(CONF), **internals.VERSION_BASE):
        config = compose("config", [], return_hydra_config=True)
        composer = internals.Composer(GlobalHydra.instance().config_loader(), config)
    return lambda job: settings(composer.config(job))


def told(found: list[Any]) -> list[tuple[type, str]]:
    return [(type(each.data), repr(asdict(each))) for each in found]


@pytest.mark.parametrize("grid", GRIDS)
def test_many_jobs_have_the_settings_that_each_has_alone(grid: str, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs, one_by_one = made(*GRIDS[grid])
    monkeypatch.setattr(typed, "FEW", 0)
    assert told(made(*GRIDS[grid])[1]) == told(one_by_one) and len(jobs) >= 4


def test_a_value_is_composed_once_for_all_jobs_that_have_it() -> None:
    jobs = [[f"length.steps={steps}", f"seed={seed}", "name=x"] for steps in range(10) for seed in range(10)]
    seen: list[tuple[str, ...]] = []
    alone = by_hydra()

    def counted(job: Any) -> Settings:
        seen.append(tuple(job))
        return alone(job)

    found = typed.settings_of(jobs, counted, lambda key: False)
    assert len(seen) == 1 + 10 + 10 + 1 and [each.length.steps for each in found] == [n // 10 for n in range(100)]
    assert found[0].length is not found[1].length


def test_a_job_that_cannot_be_is_refused_as_hydra_refuses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed, "FEW", 0)
    with pytest.raises(ConfigError, match=r"replicates=-2: must be"):
        made("length.steps=6,7", "replicates=1,-2")


def test_a_sweep_whose_base_cannot_be_without_its_values_goes_by_hydra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed, "FEW", 0)
    words = ["train.batch=8,16", "name=a,b"]
    jobs, one_by_one = made(*words)

    def needs_a_name(job: Any) -> Settings:
        if not any(word.startswith("name=") for word in job):
            raise ConfigError("name", "", "must be given")
        return alone(job)

    alone = by_hydra()
    assert told(typed.settings_of(jobs, needs_a_name, lambda key: False)) == told(one_by_one)
