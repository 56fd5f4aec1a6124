"""Every error of the user is one line that names key, value and what is accepted; nothing is left behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hydra.errors import HydraException

from mismatch import cli
from mismatch.config.fields import ConfigError
from mismatch.sweep.session import Session
from tests.helpers import mismatch

USAGE = [
    ("mask=yes", "mask=yes: must be one of explicit, masking, none"),
    ("-m mask=none,yes", "mask=yes: must be one of explicit, masking, none"),
    ("data=nothing", "data=nothing: must be one of digits, early"),
    ("hydra/launcher=nothing", "hydra/launcher=nothing: must be one of basic"),
    ("hydra/sweeper=optuna", "hydra/sweeper=optuna: must be local, which plans all jobs"),
    ("-m hydra/sweeper=basic seed=1,2", "hydra/sweeper=basic: must be local, which plans all jobs"),
    ("train.updates=ten", "train.updates=ten: must be a whole number"),
    ("train.updates=1e9999", "train.updates=1e9999: must be a whole number"),
    ("-m train.updates=10,1e9999", "train.updates=10,1e9999: must be a whole number"),
    ("length.stepz=4", "length.stepz=4: there is no such key; length has fill, pad_value, padding, ratio, steps"),
    ("nothing=3", "nothing=3: there is no such key; the config has advise, control, data"),
    ("length.steps=[1,", "length.steps=[1,: cannot be read as key=value"),
    (
        "reprot",
        "reprot: must be an override such as data=late, or one of the verbs check, advise, report, explain and export",
    ),
    ("--nothing", "unrecognized arguments: --nothing"),
    ("-m seed=1,2 --all", "--all: prints every column of a single arm"),
    ("--all report results/mine", "--all: prints every column of a single arm"),
    ("+experiment=padding --all", "--all: prints every column of a single arm"),
    ("export results/mine --to nowhere", "argument --to: invalid choice: 'nowhere' (choose from"),
    ("export results/mine --to tensorboard --out board", "results=results/mine: must be a folder with records"),
    ("-m data=early --cfg job", "Only one of --run, --multirun, --cfg, --info"),
    ("data=early --resolve", "The --resolve flag can only be used in conjunction with --cfg"),
    ("features.width=4", "features.width=4: needs an adapter"),
    ("-m length.steps=12,0", "length.steps=0: must be a whole number"),
    ("data=null", "data=null: must be one of digits, early"),
    ("-m data=early,null", "data=early,null: must be one of digits, early"),
    ("train=5", "train=5: must be the name of an option; a setting is train.KEY=VALUE"),
    ("=3", "=3: must be an override such as data=late"),
    ("figures=perhaps", "figures=perhaps: must be true or false"),
    ("seed=9223372036854775808", "seed=9223372036854775808: must be a whole number below 2**63"),
    ("name=../x", "name=../x: must be a plain name of a folder"),
    ("name=", "name=: must be a plain name of a folder"),
    ("-m name=. seed=1,2", "name=.: must be a plain name of a folder"),
    (f"name={'x' * 300}", "name=xxx"),
    ("out=", "out=: must be a folder"),
    ("replicates=-1", "replicates=-1: must be a whole number of at least 0, or auto"),
    ("replicates=many", "replicates=many: must be a whole number of at least 0, or auto"),
    ("replicates=2.5", "replicates=2.5: must be a whole number of at least 0, or auto"),
    ("replicates=null", "replicates=None: must be a whole number of at least 0, or auto"),
    ("replicates=auto", "replicates=auto: needs a number, or an experiment with a primary claim on a difference"),
    ("+experiment=padding,layout replicates=auto model.units=4", "replicates=auto: needs a number, or an experiment"),
    ("replicates=0", "replicates=0: must be at least 1"),
    ("experiment=glob(*)", "experiment=glob(*): must be one or more of collision,"),
    ("+experiment=padding,nothing", "experiment=nothing: must be one or more of collision,"),
    ("experiment=padding/nothing", "experiment=padding/nothing: must be one or more of collision,"),
    ("-m hydra.launcher.n_jobs=0 seed=1,2", "hydra.launcher.n_jobs=0: must be at least 1"),
    ("-m hydra.launcher.executor=cloud seed=1,2", "executor=cloud: must be one of inline, local, ray"),
    ("-m hydra/launcher=ray hydra.launcher.address=here seed=1,2", "hydra.launcher.address=here: must be auto, local"),
    ("-m hydra/launcher=ray hydra.launcher.workers_per_node=0 seed=1,2", "hydra.launcher.workers_per_node=0: must be"),
    ("-m hydra/launcher=ray hydra.launcher.workers_per_node=x seed=1,2", "hydra.launcher.workers_per_node=x: must be"),
    ("-m hydra/launcher=ray hydra.launcher.cpus_per_worker=-1 seed=1,2", "hydra.launcher.cpus_per_worker=-1"),
    ("-m hydra/launcher=ray hydra.launcher.n_jobs=2 seed=1,2", "hydra.launcher.n_jobs=2: there is no such key"),
    ("-m hydra/launcher=ray hydra.launcher.address=127.0.0.1:1 seed=1,2", "hydra.launcher.address=127.0.0.1:1: cannot"),
    ("-m seed=interval(1,3)", "seed=interval(1,3): must be values"),
    ("report", "the following arguments are required: folder"),
    ("report nowhere", "results=nowhere: must be a folder"),
]


def ended(words: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """The exit code of the command, run in this process."""
    monkeypatch.setattr("sys.argv", ["mismatch", *words.split()])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert isinstance(end.value.code, int)
    return end.value.code


@pytest.mark.parametrize(("words", "message"), USAGE, ids=[words for words, _ in USAGE])
def test_a_wrong_command_is_refused_in_one_line(words, message, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("mismatch.config.paths.START", tmp_path)
    # No worker is needed to refuse a sweep, and none would have started TensorFlow by then.
    monkeypatch.setattr("mismatch.sweep.executors.local.Local.start", lambda self, count: None)
    assert ended(words, monkeypatch) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and lines[0].startswith(f"mismatch: error: {message}")
    assert not list(tmp_path.iterdir())


HELD = [
    ("data.hold=sometimes", "data.hold=sometimes: must be one of none, out, test"),
    ("data.hold=out data.held=1.5", "data.held=1.5: must be below 1: the rest is trained on"),
    ("data.hold=test data.held=0", "data.held=0.0: must be greater than 0.0"),
    ("data.hold=test data.held=half", "data.held=half: must be a number"),
    ("data.hold=test data.test=51", "data.test=51: must be at most 50, what is set aside"),
    ("-m data.hold=out,never", "data.hold=never: must be one of none, out, test"),
]


@pytest.mark.parametrize(("words", "message"), HELD)
def test_what_cannot_be_set_aside_is_refused_in_one_line(words, message, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("mismatch.config.paths.START", tmp_path)
    monkeypatch.setattr("mismatch.sweep.executors.local.Local.start", lambda self, count: None)
    rows = "".join(f"{'good' if n % 2 else 'bad'} film {n},{n % 2}\n" for n in range(200))
    (tmp_path / "mine.csv").write_text("text,label\n" + rows)
    assert ended(f"data=text data.path=mine.csv {words}", monkeypatch) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and lines[0].startswith(f"mismatch: error: {message}")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.csv"]


OWN = [
    ("train: {updatez: 3}", "train.updatez: there is no such key; train has batch, block"),
    ("name: [broken", "line 3: must be YAML ("),
]


@pytest.mark.parametrize(("text", "message"), OWN)
def test_a_wrong_experiment_of_ones_own_is_refused_in_one_line(text, message, monkeypatch, capsys, tmp_path):
    (tmp_path / "experiment").mkdir()
    (tmp_path / "experiment" / "mine.yaml").write_text(f"# @package _global_\n{text}\n")
    assert ended(f"--config-dir {tmp_path} +experiment=mine", monkeypatch) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and message in lines[0]


def test_a_refused_experiment_leaves_no_trace_of_those_before_it(tmp_path):
    done = mismatch("-m", "experiment=features/smoke,padding/smoke", "features.width=16", cwd=tmp_path)
    assert done.returncode == 2 and "features.width=16: needs an adapter" in done.stderr
    assert len(done.stderr.splitlines()) == 1 and not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_to_is_refused_before_training(tmp_path):
    (tmp_path / "results").write_text("a file")
    done = mismatch("replicates=1", cwd=tmp_path)
    assert done.returncode == 2 and "cannot be written to: Not a directory" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_full_disk_while_planning_is_one_line_and_leaves_no_folder(tmp_path, monkeypatch):
    from tests.cli.composing import compose_configs

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mismatch.sweep.store.write_plan", full)
    session = Session()
    session.add(compose_configs(f"out={tmp_path / 'results' / 'mine'}"), ["out=x"])
    with pytest.raises(ConfigError, match=r"out=.*: cannot be written to: No space left on device"):
        session.run()
    assert not list(tmp_path.iterdir())


def test_two_sweeps_of_one_command_cannot_share_a_folder(tmp_path):
    from tests.cli.composing import compose_configs

    session = Session()
    for _ in range(2):
        configs = compose_configs(f"out={tmp_path}")
        if not session.sweeps:
            session.add(configs, ["out=x"])
    with pytest.raises(ConfigError, match="is the folder of two sweeps"):
        session.add(configs, ["out=x"])


def test_a_bug_is_no_usage_error(monkeypatch):
    monkeypatch.setattr(Session, "run", lambda self: 1 / 0)
    monkeypatch.setattr("sys.argv", ["mismatch", "--cfg", "job"])
    with pytest.raises(ZeroDivisionError):
        cli.main()
    assert not issubclass(ZeroDivisionError, HydraException) and os.environ["HYDRA_FULL_ERROR"] == "1"


def test_our_version_names_what_the_numbers_stand_on(capsys, monkeypatch):
    assert ended("--version", monkeypatch) == 0
    text = capsys.readouterr().out
    assert text.startswith("mismatch ") and all(name in text for name in ("Python 3.", "tensorflow", "keras", "hydra"))


def test_a_folder_for_the_report_is_needed(tmp_path: Path):
    done = mismatch("explain", cwd=tmp_path)
    assert done.returncode == 2 and "the following arguments are required: claim" in done.stderr


def test_a_reader_that_stops_early_is_no_error():
    command = [sys.executable, "-u", "-m", "mismatch", "--help"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b"" and process.wait() == 0


@pytest.mark.parametrize(
    ("value", "typed"),
    [
        ("[Water flow [l/s]]", '["Water flow [l/s]"]'),
        ("Water flow [l/s]", '["Water flow [l/s]"]'),
        ("[a, [b]]", '["acc'),
    ],
)
def test_a_name_that_hydra_takes_for_its_own_grammar_is_told_how_to_be_typed(value, typed):
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import OverrideParseException

    from hydra_plugins.mismatch_hydra import errors

    word = f"data.features={value}"
    said = errors.line(OverrideParseException(word, "no viable alternative"), [word])
    assert said.startswith(f"{word}: cannot be read as key=value") and f"'data.features={typed}" in said
    hint = said.rsplit("double quotes: ", 1)[1].strip("'")
    assert isinstance(OverridesParser.create().parse_override(hint).value(), list)
