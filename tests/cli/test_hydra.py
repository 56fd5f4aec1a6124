"""What of Hydra is not public, and what Hydra's users expect to work."""

import inspect

import hydra
import pytest

from hydra_plugins.mismatch_hydra import internals
from mismatch import cli
from mismatch.config.paths import CONF
from mismatch.config.settings import register, settings
from mismatch.sweep import naming
from tests.cli.composing import compose_configs
from tests.helpers import make_arm

VERSION = f"hydra-core {hydra.__version__} has changed; see hydra_plugins/mismatch_hydra/internals.py"


def test_the_private_side_of_hydra_is_what_we_know():
    assert list(inspect.signature(internals._apply).parameters) == ["overrides", "cfg"], VERSION
    source = set(dir(internals.FileConfigSource))
    assert {"scheme", "load_config", "available", "is_group", "is_config", "list"} <= source, VERSION
    given = internals.parse(["-m", "--config-dir", "x", "data=late"])
    assert given.multirun and given.config_dir == "x" and given.overrides == ["data=late"], VERSION
    with pytest.raises(ValueError, match="unrecognized arguments"):
        internals.parse(["--nothing"])


def test_values_set_in_a_copy_are_those_that_hydra_composes():
    from hydra.core.override_parser.overrides_parser import OverridesParser

    (config,) = compose_configs()
    internals.apply(OverridesParser.create().parse_overrides(["length.steps=9", "mask.value=2"]), config)
    assert settings(config) == settings(compose_configs("length.steps=9", "mask.value=2")[0]), VERSION


def test_several_experiments_become_a_sweep_each_with_or_without_plus():
    wanted = [["-m", "experiment=padding", "replicates=3"], ["-m", "experiment=features", "replicates=3"]]
    assert cli.expand(["-m", "+experiment=padding,features", "replicates=3"]) == wanted
    assert cli.expand(["-m", "experiment=padding,features", "replicates=3"]) == wanted
    assert cli.expand(["+experiment=padding", "+debug=smoke"]) == [["--multirun", "experiment=padding", "debug=smoke"]]
    assert cli.expand(["+experiment=padding", "--cfg", "job"]) == [["experiment=padding", "--cfg", "job"]]
    assert cli.expand(["data=early", "--cfg", "job"]) == [["data=early", "--cfg", "job"]]


def test_the_flag_for_a_sweep_may_stand_anywhere():
    assert cli.expand(["seed=1,2", "-m", "mask=none"]) == [["-m", "seed=1,2", "mask=none"]]


def test_experiment_and_debug_are_groups_without_a_choice():
    (config,) = compose_configs()
    assert settings(config).smoke is False
    assert settings(compose_configs("debug=smoke")[0]).smoke is True


def test_an_experiment_of_ones_own_from_a_config_dir(tmp_path):
    from hydra import compose, initialize_config_dir

    (tmp_path / "experiment").mkdir()
    text = "# @package _global_\ndefaults:\n  - override /mask: masking\nlength:\n  steps: 9\n"
    (tmp_path / "experiment" / "mine.yaml").write_text(text)
    register()
    with initialize_config_dir(str(CONF), **internals.VERSION_BASE):
        where = f"hydra.searchpath=[file://{tmp_path}]"
        asked = settings(compose("config", [where, "experiment=mine"]))
    assert asked.length.steps == 9 and asked.mask.kind == "masking"


def test_an_experiment_keeps_its_name_and_another_question_gets_another():
    arms = [make_arm()]
    assert naming.name("padding", ["experiment=padding", "replicates=3"], "padding", arms) == "padding"
    assert naming.name("padding", ["experiment=padding", "data=late"], "padding", arms).startswith("padding-")
    assert naming.name("adhoc", ["experiment=mine"], "mine", arms) == "mine"
    assert naming.name("padding", ["name=x", "data=late"], "padding", arms) is None
    assert naming.name("padding", ["out=x"], "padding", arms) is None


def test_names_come_from_what_was_resolved_not_from_the_words():
    one, same = make_arm(length__ratio=1), make_arm(length__ratio=1.0)
    other = make_arm(length__ratio=2)
    names = [naming.name("adhoc", [word], None, [arm]) for word, arm in (("a=1", one), ("a=1.0", same), ("a=2", other))]
    assert names[0] == names[1] != names[2] and names[0].startswith("adhoc-")
