"""Help, configs and completion: fast, and without TensorFlow."""

import subprocess
import sys
import time

import pytest

from tests.helpers import mismatch


def test_shell_completion_knows_groups_options_and_experiments(tmp_path):
    for line, words in {
        "mismatch data=": {"data=early", "data=snippets"},
        "mismatch mask=": {"mask=explicit"},
        "mismatch length.pad": {"length.padding=", "length.pad_value="},
        "mismatch +experiment=": {"+experiment=padding", "+experiment=features"},
    }.items():
        done = mismatch("-sc", "query=bash", cwd=tmp_path, COMP_LINE=line, COMP_POINT=str(len(line)))
        assert words <= set(done.stdout.split()), (line, done.stdout, done.stderr)


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["data=late", "--help"],
        ["--cfg", "job"],
        ["data=late", "--cfg", "job"],
        ["--info"],
        ["--info", "searchpath"],
        ["+experiment=padding", "--cfg", "job"],
        ["hydra/launcher=ray", "--cfg", "all"],
    ],
)
def test_looking_imports_neither_tensorflow_nor_ray(words, tmp_path):
    code = (
        "import sys; from mismatch import cli; sys.argv = ['mismatch', *sys.argv[1:]]\n"
        "try: cli.main()\nexcept SystemExit as end: assert not end.code, end.code\n"
        "heavy = {'tensorflow', 'keras', 'matplotlib', 'pandas', 'scipy', 'ray'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_help_names_the_groups_and_how_to_sweep(tmp_path):
    begin = time.perf_counter()
    text = mismatch("--help", cwd=tmp_path).stdout
    assert time.perf_counter() - begin < 15  # a guard against importing the world, not a benchmark
    groups = ("reduction:", "mask:", "control:", "layout:", "experiment: advise, collision, features")
    for word in ("early", "reviews", *groups):
        assert word in text
