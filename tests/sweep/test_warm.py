"""Workers start while Hydra composes the jobs, but not where there is probably nothing to train."""

import pytest

from mismatch.report.fresh import REPORT
from mismatch.sweep.session import Session


class Reports:
    """A reporter that is only asked whether a report is there."""

    def made(self, folder):
        return (folder / REPORT).is_file()


@pytest.fixture
def started(monkeypatch):
    counts: list[int] = []
    monkeypatch.setattr("mismatch.sweep.executors.local.Local.start", lambda self, count: counts.append(count))
    return counts


def test_workers_start_where_there_is_no_report_yet(started, tmp_path):
    Session(Reports()).warm("local", 2, tmp_path / "new")
    Session().warm("local", 3, tmp_path)
    assert started == [2, 3]


def test_a_report_lets_them_wait_until_something_is_to_be_trained(started, tmp_path):
    (tmp_path / REPORT).write_text("{}")
    Session(Reports()).warm("local", 2, tmp_path)
    assert started == []
