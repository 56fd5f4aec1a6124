"""Which worker is given which run."""

from mismatch.sweep.estimate import COMPILE_S
from mismatch.sweep.plan import Run
from mismatch.sweep.schedule import TRIED, InTurn, Schedule, wall
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


def test_a_share_lets_both_end_together_and_a_known_program_is_not_compiled_again():
    one, two = make_arm(length__steps=24), make_arm(length__steps=6)
    runs = [Run(one, k, 1.0) for k in range(12)]
    schedule = Schedule.of(runs)
    schedule.next(0)
    assert schedule.next(1).arm is one
    left, taken = len(schedule.taken[0]), 1 + len(schedule.taken[1])
    assert left + taken == 11 and abs(left - (taken + COMPILE_S)) <= 1  # a run of a second more or less
    schedule = Schedule.of([*runs, Run(two, 0, 0.1)])
    schedule.next(0), schedule.next(1)
    schedule.made[1].add(one.program)
    schedule.next(1)
    assert 1 + len(schedule.taken[1]) == 5 and len(schedule.taken[0]) == 6  # 11 were left, nothing to compile


def test_the_last_worker_is_not_left_alone_for_longer_than_a_compilation():
    """Whatever the groups are: the end comes within one compilation and one run of what an even split would take."""
    for steps, count, each in [((6,), 40, 1.0), ((6, 8), 13, 0.7), ((6, 8, 10, 12, 14), 10, 2.0), ((6, 24), 30, 0.3)]:
        runs = [Run(make_arm(length__steps=t), k, each) for t in steps for k in range(count)]
        even = (sum(run.seconds for run in runs) + COMPILE_S * len(steps)) / 2
        assert even - 1e-9 <= wall(runs, 2) <= even + COMPILE_S + each + 1e-9


def test_playing_a_schedule_takes_no_run_out_of_it_and_very_many_are_only_added_up():
    runs = [Run(make_arm(length__steps=t), k, 1.0) for t in (6, 8) for k in range(4)]
    assert wall(runs, 1) == 8 + 2 * COMPILE_S and wall(runs, 8) <= 4 + COMPILE_S and wall([], 2) == 0
    many = [runs[0]] * (TRIED + 2)
    assert wall(many, 2) == (TRIED + 2 + COMPILE_S) / 2


def test_a_worker_begins_the_next_plan_where_helping_would_compile_again_and_helps_where_it_is_the_last():
    one, two = make_arm(length__steps=24), make_arm(length__steps=6)
    turns = InTurn([[Run(one, k, 5.0) for k in range(6)], [Run(two, 0, 0.1)]], {})
    assert turns.next(0)[1].arm is one
    assert turns.next(1) == (1, Run(two, 0, 0.1)), "25 s are left of the first plan, but not compiled by this worker"
    place, run = turns.next(1)
    assert (place, run.arm) == (0, one), "nothing else is left, and sharing pays"
    for worker in [0, 1] * 6:
        turns.next(worker)
    assert not turns.left
    turns = InTurn([[Run(one, k, 5.0) for k in range(6)], [Run(two, 0, 0.1)]], {})
    turns.next(0)
    turns.schedules[0].made[1] = {one.program}
    assert turns.next(1)[0] == 0, "a program that the worker has costs nothing"


def test_a_worker_takes_up_programs_that_it_compiled_for_another_plan():
    large, small = make_arm(length__steps=24), make_arm(length__steps=6)
    turns = InTurn([[Run(small, 0, 1.0)], [Run(large, 0, 9.0), Run(small, 1, 1.0)]], {})
    assert [turns.next(0) for _ in range(3)] == [
        (0, Run(small, 0, 1.0)),
        (1, Run(small, 1, 1.0)),
        (1, Run(large, 0, 9.0)),
    ]
    assert turns.next(0) is None and not turns.left


def test_a_program_of_another_worker_is_compiled_again_only_where_that_pays():
    one, two = make_arm(length__steps=24), make_arm(length__steps=6)
    short = [Run(arm, k, 0.2) for arm in (one, two) for k in range(2)]
    schedule = Schedule.of(short, {0: {one.program, two.program}})
    assert schedule.next(1) is None, "a second of work in all, and two to compile"
    assert [schedule.next(0) for _ in range(5)].count(None) == 1
    long = [Run(arm, k, 5.0) for arm in (one, two) for k in range(2)]
    assert Schedule.of(long, {0: {one.program, two.program}}).next(1) is not None
