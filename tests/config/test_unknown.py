"""Keys that no group knows are errors that name the nearest known ones, wherever they come from."""

import pytest
from omegaconf import OmegaConf

from mismatch.config.fields import ConfigError
from mismatch.config.groups import Settings
from mismatch.config.registry import DATASETS
from mismatch.config.settings import settings


def composed(**extra):
    """A config as Hydra composes it for data=early, with keys put in behind a plus."""
    config = OmegaConf.structured(Settings(data=DATASETS.get("early")()))
    for key, value in extra.items():
        OmegaConf.update(config, key.replace("__", "."), value, force_add=True)
    return config


REFUSED = [
    ({"foo": 1}, "foo=1: is not a setting; the nearest known are "),
    ({"data__foo": 3}, "data.foo=3: is not a setting; the nearest known are data."),
    ({"model__unit": 2}, "model.unit=2: is not a setting; the nearest known are model.units"),
    ({"lenght": {"steps": 4}}, "lenght={'steps': 4}: is not a setting; the nearest known are "),
    ({"train__deep": {"er": 1}}, "train.deep={'er': 1}: is not a setting; the nearest known are train."),
    ({"replicate": 3}, "replicate=3: is not a setting; the nearest known are replicates"),
    ({"units": 3}, "units=3: is not a setting; the nearest known are model.units"),
    ({"data__window": 3}, "data.window=3: is not a setting; "),
]


@pytest.mark.parametrize(("extra", "message"), REFUSED, ids=[next(iter(extra)) for extra, _ in REFUSED])
def test_an_unknown_key_is_refused_with_the_nearest_known(extra, message):
    with pytest.raises(ConfigError) as error:
        settings(composed(**extra))
    assert str(error.value).startswith(message) and "\n" not in str(error.value)


def test_a_plus_before_a_known_key_changes_nothing():
    assert settings(composed(data__classes=3, train__updates=20)).train.updates == 20


@pytest.mark.parametrize("name", DATASETS.builtin)
def test_every_setting_of_every_dataset_is_known(name):
    config = OmegaConf.structured(Settings(data=DATASETS.get(name)()))
    assert settings(config).data.name == name


def test_what_is_hydras_own_is_left_to_hydra():
    assert settings(composed(hydra={"verbose": True})).seed == 0
