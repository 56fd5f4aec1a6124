"""A row says which processor computed it, beyond the name the processor gives itself."""

import subprocess

import pytest

from mismatch.run import provenance
from mismatch.run.pipeline import begin
from mismatch.run.sections import PROVENANCE
from tests.helpers import make_arm

X86 = """processor\t: 0
cpu family\t: 25
model\t\t: 1
model name\t: AMD EPYC
flags\t\t: fpu sse sse2 ssse3 smep fma avx2 avx nx sse4_2

processor\t: 1
cpu family\t: 6
"""
ARM = "processor\t: 0\nFeatures\t: fp asimd aes sve\nCPU implementer\t: 0x41\nCPU part\t: 0xd40\n"


@pytest.fixture
def told(tmp_path, monkeypatch):
    """The machine as it describes itself in the given text; None: it does not."""

    def read(text: str | None) -> dict:
        if text is not None:
            (tmp_path / "cpuinfo").write_text(text)
        monkeypatch.setattr(provenance, "CPUINFO", tmp_path / "cpuinfo")
        provenance.machine.cache_clear()
        return provenance.machine()

    yield read
    provenance.machine.cache_clear()


def test_two_processors_of_one_name_are_told_apart(told):
    found = told(X86)
    assert (found["cpu"], found["cpu_family"], found["cpu_model"]) == ("AMD EPYC", "25", "1")
    assert found["cpu_extensions"] == "avx avx2 fma sse sse2 sse4_2 ssse3"


def test_an_arm_processor_is_told_by_its_part(told):
    found = told(ARM)
    assert (found["cpu_family"], found["cpu_model"], found["cpu_extensions"]) == ("0x41", "0xd40", "asimd sve")


def test_a_silent_machine_leaves_blanks_and_stops_no_run(told):
    found = told(None)
    assert found["cpu"] and found["cpu_family"] is found["cpu_model"] is found["cpu_extensions"] is None


def test_without_git_there_is_no_commit_and_the_run_goes_on(monkeypatch):
    def missing(*_: object, **__: object) -> None:
        raise FileNotFoundError("git")

    monkeypatch.setattr(subprocess, "run", missing)
    provenance.commit.cache_clear()
    assert provenance.commit() == {"commit": None, "dirty": None}
    provenance.commit.cache_clear()


def test_what_is_known_before_training_stands_on_the_row_of_a_run_that_was_lost():
    begun = begin(make_arm(), 0, "x").ended("killed", "its worker died")
    later = {"data_hash", "init_hash", "order_hash", "threads", "claims_hash"}
    assert set(begun.provenance) == set(PROVENANCE) - later
    assert begun.versions["tensorflow"]
