"""Programs kept on disk: found by any process, whatever it did before, and never where they do not fit."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mismatch.config import kept

ROOT = Path(__file__).parents[2]
ARMS = {"plain": {}, "masked": {"mask": "masking"}, "tokens": {"data": "snippets", "mask": "masking"}}

CODE = """
import json, sys
from mismatch.run.pipeline import run, warm
warm()
{change}
from tests.helpers import make_arm
told = []
for name, settings in json.loads(sys.argv[1]):
    record = run(make_arm(**settings), 0, "kept")
    assert record.status == "ok", record.identity
    told.append([name, record.metrics["accuracy"], record.metrics["loss_final"], record.metrics["loss_first"]])
print(json.dumps(told))
"""
CHANGE = """
from mismatch.engine import layers
step = layers._step
layers._step = lambda a, *rest: step(0.5 * a, *rest)
"""


def numbers(cache: Path | str, *names: str, change: str = "") -> dict[str, list[float]]:
    """What arms score in a process of its own, in this order."""
    asked = json.dumps([(name, ARMS[name]) for name in names])
    env = os.environ | {kept.CHOICE: str(cache)}
    words = [sys.executable, "-c", CODE.format(change=change), asked]
    done = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return {name: values for name, *values in json.loads(done.stdout.splitlines()[-1])}


def entries(cache: Path) -> set[str]:
    return {path.name for path in cache.rglob("*.pb")}


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A folder with the programs of all arms, and their numbers without any folder."""
    cache = tmp_path_factory.mktemp("programs")
    alone = numbers("", *ARMS)
    assert numbers(cache, *ARMS) == alone
    return cache, alone


@pytest.mark.slow
def test_a_process_that_did_something_else_before_compiles_nothing_and_has_the_same_numbers(filled):
    cache, alone = filled
    there = entries(cache)
    assert len(there) >= len(ARMS)
    assert numbers(cache, *reversed(ARMS)) == alone and entries(cache) == there
    assert all(path.with_suffix(".sha256").is_file() for path in cache.rglob("*.pb"))


@pytest.mark.slow
def test_a_changed_program_is_compiled_anew(filled):
    cache, alone = filled
    there = entries(cache)
    changed = numbers(cache, "plain", change=CHANGE)
    assert changed == numbers("", "plain", change=CHANGE) != {"plain": alone["plain"]}
    assert len(entries(cache) - there) == 1 and there < entries(cache)


@pytest.mark.slow
def test_damaged_entries_are_made_again(filled):
    cache, alone = filled
    for place, path in enumerate(sorted(cache.rglob("*.pb"))):
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 255
        path.write_bytes(content[: len(content) // 3] if place % 2 else content)
    assert numbers(cache, *ARMS) == alone
    assert numbers(cache, *reversed(ARMS)) == alone


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.setenv(kept.CHOICE, str(tmp_path / "own"))
    monkeypatch.setenv(kept.FLAGS, "")  # so that what `use` sets is taken back, too
    monkeypatch.delenv(kept.FLAGS)
    monkeypatch.setattr(kept, "_used", None)
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)  # as in a process that is going to import it
    return tmp_path / "own"


def test_programs_of_another_processor_or_other_versions_are_not_found(own, tmp_path, monkeypatch):
    here = kept.folder()
    (tmp_path / "cpuinfo").write_text("model name\t: another\nflags\t\t: avx2\n")
    monkeypatch.setattr(kept, "CPUINFO", tmp_path / "cpuinfo")
    another = kept.folder()
    monkeypatch.setattr(kept, "installed", lambda package: "0.0")
    assert len({here, another, kept.folder()}) == 3 and here.is_relative_to(own)


def test_the_folder_is_made_private_and_named_in_the_flags(own):
    kept.use()
    made = kept.folder()
    assert made.stat().st_mode & 0o777 == 0o700
    assert os.environ[kept.FLAGS] == f"--tf_xla_persistent_cache_directory={made}"


@pytest.mark.parametrize("why", ["off", "open to others", "spaces", "full", "a file"])
def test_no_folder_is_used_that_is_not_ours_alone_or_cannot_be_written(why, own, monkeypatch):
    if why == "off":
        monkeypatch.setenv(kept.CHOICE, "")
    elif why == "open to others":
        kept.folder().mkdir(parents=True)
        kept.folder().chmod(0o777)
    elif why == "spaces":
        monkeypatch.setenv(kept.CHOICE, str(own / "a b"))
    elif why == "full":
        monkeypatch.setattr(kept, "FREE", 2**70)
    else:
        own.write_text("")
    kept.use()
    kept.seal()
    assert kept.FLAGS not in os.environ


def entry(name: str, content: bytes, age: float = 0.0) -> Path:
    path = kept.folder() / f"{name}.pb"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_bytes(content)
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_only_what_was_sealed_and_is_as_it_was_stays_for_long(own):
    sealed, damaged = entry("sealed", b"one", 1e6), entry("damaged", b"two", 1e6)
    kept._used = kept.folder()
    kept.seal()
    damaged.write_bytes(b"2wo")
    young, old = entry("young", b"three"), entry("old", b"four", kept.UNSEALED_S + 60)
    kept.use()
    assert sealed.exists() and young.exists() and not damaged.exists() and not old.exists()
    assert not damaged.with_suffix(".sha256").exists()


def test_the_oldest_make_room(own, monkeypatch):
    monkeypatch.setattr(kept, "LARGEST", 25)
    made = [entry(str(days), b"0123456789", days * kept.OLD_S * 1.1) for days in range(4)]
    kept._used = kept.folder()
    kept.seal()
    kept.use()
    assert [path.exists() for path in made] == [True, True, False, False]
