"""Which worker is given which run."""

from mismatch.sweep.plan import Run
from mismatch.sweep.schedule import Schedule
from tests.helpers import make_arm


def test_the_schedule_keeps_programs_together_and_shares_only_what_pays():
    wide, narrow = make_arm(length__steps=24), make_arm(length__steps=6)
    runs = [Run(wide, k, 5.0) for k in range(4)] + [Run(narrow, k, 0.1) for k in range(4)]
    schedule = Schedule.of(runs)
    assert schedule.next(0).arm is wide and schedule.next(1).arm is narrow
    for _ in range(3):
        assert schedule.next(1).arm is narrow
    assert schedule.next(1).arm is wide  # 15 s are left of the other group: sharing pays
    assert schedule.next(0).arm is wide and schedule.next(0).arm is wide
    assert schedule.next(1) is None and schedule.next(0) is None


def test_one_long_run_does_not_hide_shorter_ones_from_an_idle_worker():
    long, short = make_arm(length__steps=24), make_arm(length__steps=6)
    schedule = Schedule.of([Run(long, k, 10.0) for k in range(2)] + [Run(short, k, 0.5) for k in range(18)])
    assert schedule.next(0).arm is long and schedule.next(1).arm is short
    assert schedule.next(2).arm is short  # the long group has a single run left


def test_every_run_is_handed_out_once():
    runs = [Run(make_arm(length__steps=steps), k, 3.0) for steps in (6, 8, 10) for k in range(5)]
    schedule, seen = Schedule.of(runs), []
    active = {0, 1, 2}
    while active:
        for worker in sorted(active):
            run = schedule.next(worker)
            if run is None:
                active.discard(worker)
            else:
                seen.append((run.arm.id, run.replicate))
    assert sorted(seen) == sorted((run.arm.id, run.replicate) for run in runs)
