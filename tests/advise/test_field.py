"""Who stands where in a race, and who goes to the final."""

import numpy as np
import pytest

from mismatch.advise import finalists
from mismatch.advise.candidates import Entrant, Way
from mismatch.advise.delays import Delayed
from mismatch.advise.field import Field
from mismatch.advise.racing import Look, Standing
from mismatch.advise.stepping import Timed
from mismatch.run.record import Record
from mismatch.sweep.estimate import COMPILE_S, seconds
from mismatch.sweep.executors.inline import Inline
from tests.helpers import make_arm

IDLE = Inline()


class FakeRuns:
    """Scores and step times that a test gives, by arm."""

    def __init__(self, scores, steps=None):
        self.given, self.steps = scores, steps or {}

    def scores(self, arm):
        return dict(enumerate(self.given.get(arm.id, ())))

    def step_ms(self, arm):
        return self.steps.get(arm.id, 1.0)

    def missing(self, wanted):
        return float(len(wanted))


RATES = (0.001, 0.01)
WAYS = (Way(24), Way(24, padding="post"), Way(12), Way(24, reduction="pool", pool=2))


def entrant(way: Way) -> Entrant:
    def arm(rate):
        more = {"reduction": way.reduction, "reduction__pool": way.pool} if way.pool else {}
        return make_arm(length__steps=way.steps, length__padding=way.padding, train__learning_rate=rate, **more)

    return Entrant(way, tuple(map(arm, RATES)))


@pytest.fixture
def field():
    entrants = [entrant(way) for way in WAYS]
    means = [(0.6, 0.8), (0.5, 0.4), (0.79, 0.3), ()]
    scores = {
        arm.id: [mean] * 3
        for each, pair in zip(entrants, means, strict=True)
        for arm, mean in zip(each.arms, pair, strict=False)
    }
    steps = {arm.id: each.way.steps / 10 for each in entrants for arm in each.arms}
    return Field(FakeRuns(scores, steps), 0.25, 1000, entrants)


def test_a_way_stands_where_its_best_learning_rate_does(field):
    assert {way: round(mean, 2) for way, mean in field.scores().items()} == {WAYS[0]: 0.8, WAYS[1]: 0.5, WAYS[2]: 0.79}
    assert [one.learning_rate for one in field.told()] == [0.01, 0.001, 0.001]
    assert all(one.replicates == 3 and not one.out for one in field.told())


def test_ways_of_which_nothing_was_run_are_known(field):
    assert field.unraced() == [WAYS[3]]


def test_the_choice_is_open_among_arms_that_may_be_within_the_margin(field):
    best, other = field.entrants[0].arms
    third, worst = field.entrants[1].arms
    field.runs.given = {
        best.id: [0.9, 0.8, 0.9, 0.8],
        other.id: [0.8, 0.85, 0.85, 0.8],  # .025 behind, with a standard error of .032
        third.id: [0.86, 0.76, 0.86, 0.76],  # .04 behind in every pair
        worst.id: [0.9, float("nan"), 0.9, 0.8],  # one run failed: chance
    }
    arms = [best, other, third, worst]
    assert field.contenders(arms, 0.01) == [best, other, worst]
    assert field.contenders(arms, 0.05) == arms


def test_the_choice_is_settled_where_all_are_within_the_margin_whatever_their_luck(field):
    best, other = field.entrants[0].arms
    third, fails = field.entrants[1].arms
    field.runs.given = {
        best.id: [0.9, 0.8, 0.9, 0.8],
        other.id: [0.89, 0.8, 0.89, 0.8],  # .005 behind, with a standard error of .003
        third.id: [0.88, 0.78, 0.88, 0.78],  # .02 behind in every pair
        fails.id: [0.9, 0.8, 0.9, float("nan")],  # as good, but for a run that failed
    }
    assert field.settled([best, other], 0.011) and not field.settled([best, other], 0.01)
    assert not field.settled([best, third], 0.011) and not field.settled([best, fails], 0.1)


def test_runs_that_differ_by_nothing_and_few_runs_are_no_proof(field):
    one, other = field.entrants[0].arms
    field.runs.given = {one.id: [0.9, 0.8, 0.85], other.id: [0.9, 0.8, 0.85]}
    field.tested = 26
    assert field.error(one, other) == pytest.approx(1 / 26 / np.sqrt(3)), "as if one sequence told them apart"
    field.runs.given[other.id] = [0.9, 0.8]
    assert field.error(one, other) == np.inf


def test_means_are_settled_as_if_all_arms_had_all_replicates(field):
    best, other = field.entrants[0].arms
    hard = [0.6] * 8  # replicates that only the best has, which are harder than the first
    field.runs.given = {best.id: [0.8] * 8 + hard, other.id: [0.79] * 8}
    field.settle([best, other])
    assert field.score(best) == pytest.approx(0.7) and field.score(other) == pytest.approx(0.69)


def test_a_run_that_failed_scores_chance(field):
    arm = field.entrants[3].arms[0]
    field.runs.given[arm.id] = [float("nan"), 0.75]
    assert field.score(arm) == pytest.approx((0.25 + 0.75) / 2)


def test_who_dropped_out_is_not_its_ways_best_while_another_is_left(field):
    first = field.entrants[0]
    gone = Standing(first.arms[1].id, 0.8, first.arms[0].id, 0.1, 3, 0.01, True)
    left = Standing(first.arms[0].id, 0.6, "", 0.0, 3, 1.0, False)
    field.saw(Look(1, first.arms[0].id, (left, gone)))
    assert field.best(first) is first.arms[0]
    assert field.told()[0].out == 0, "one of its arms is left"


def test_where_time_is_short_those_with_the_highest_means_go_on(field):
    arms = [arm for each in field.entrants[:3] for arm in each.arms]
    field.means = {arm.id: field.score(arm) for arm in arms}
    went = field.affordable(arms, 5, left_s=3.0)
    assert [arm.id for arm in went] == [arm.id for arm in arms if field.means[arm.id] >= 0.6]
    assert len(field.stopped) == 3 and [one.stopped for one in field.told()] == [False, True, False]


def test_the_final_has_the_cheapest_within_the_margin_first_and_every_way_once(field):
    from tests.helpers import make_settings

    tested = make_settings("early")
    found = finalists.chosen(field, tested, margin=0.02)
    assert found[0].role == "advised" and found[0].way == WAYS[2], "T = 12 costs half and is .01 behind"
    assert found[1].way == WAYS[0] and found[1].role == finalists.LEADER
    assert [each.way for each in found].count(WAYS[0]) == 1 and WAYS[3] not in [each.way for each in found]
    luck = [0.1, -0.05, -0.05]  # of the cheaper one, whose mean is the same: a standard error of .05
    field.runs.given[field.entrants[2].arms[0].id] = [0.79 + each for each in luck]
    assert finalists.chosen(field, tested, margin=0.02)[0].way == WAYS[0]
    assert finalists.chosen(field, tested, margin=0.07)[0].way == WAYS[2]
    field.runs.given[field.entrants[2].arms[0].id] = [0.79] * 3
    strict = finalists.chosen(field, tested, margin=0.005)
    assert strict[0].way == WAYS[0]
    assert strict[0].arm.train.learning_rate == 0.01


def test_what_the_final_came_to_is_told_of_those_that_were_tested(field):
    from tests.helpers import make_settings

    among = finalists.chosen(field, make_settings("early"), margin=0.02)
    rng = np.random.default_rng(0)
    right = {each.arm.id: (rng.random((5, 200)) < 0.8).astype(np.uint8) for each in among}
    right[among[-1].arm.id] = np.zeros((0, 0), np.uint8)
    timed = Timed({among[0].arm.id: 2.5}, dict.fromkeys((each.arm.id for each in among[1:]), "late"))
    delays = {each.arm.id: {k: Delayed(100.0 * (n + 1)) for k in range(3)} for n, each in enumerate(among)}
    told = finalists.told(among, right, delays, timed, 0.02, 0.5)
    assert told[0].delay.updates == pytest.approx(100) and told[0].delay.times is None
    assert told[1].delay.times.estimate == pytest.approx(2)
    assert [one.takes for one in told] == [None, *["sequences" if one.enough else "runs" for one in told[1:-1]], None]
    assert [one.role for one in told] == [each.role for each in among]
    assert [one.tested for one in told] == [True] * (len(among) - 1) + [False] and not told[-1].equivalent
    assert [one.untimed for one in told] == ["", *["late"] * (len(among) - 1)]
    assert told[0].below.estimate == 0 and told[0].equivalent and told[0].step_ms == 2.5
    assert told[0].enough is None
    other = finalists.told(among, right, delays, Timed({}, {}), 0.1, 0.5)[1]
    assert other.below.high - other.below.low < 0.2 and 0 < other.enough < 200, "fewer than there are"
    assert told[0].accuracy.low < 0.8 < told[0].accuracy.high


def test_before_the_final_the_advised_way_alone_is_told_as_untested(field):
    from tests.helpers import make_settings

    among = finalists.chosen(field, make_settings("early"), margin=0.02)
    none = {each.arm.id: np.zeros((0, 0), np.uint8) for each in among}
    (told,) = finalists.told(among, none, {arm: {} for arm in none}, Timed({}, {}), 0.02, 0.5)
    assert told.delay is None
    assert told.role == "advised" and not told.accuracy.valid and np.isnan(told.accuracy.estimate)


def test_sequences_of_few_groups_claim_nothing_in_the_final(field):
    from tests.helpers import make_settings

    among = finalists.chosen(field, make_settings("early"), margin=0.02)
    rng = np.random.default_rng(0)
    right = {each.arm.id: (rng.random((5, 60)) < 0.8).astype(np.uint8) for each in among}
    none = {arm: {} for arm in right}
    for groups, why in ((np.arange(60) % 3, "3 sequences or groups are too few"), (np.zeros(60, int), "of one group")):
        told = finalists.told(among, right, none, Timed({}, {}), 0.02, 0.5, groups)
        assert not any(one.accuracy.valid or (one.below.valid and one is not told[0]) for one in told)
        assert all(why in one.accuracy.note for one in told)
        assert {one.standing for one in told[1:]} == {"not told apart"}
    by_pairs = finalists.told(among, right, none, Timed({}, {}), 0.02, 0.5, np.arange(60) // 2)
    alone = finalists.told(among, right, none, Timed({}, {}), 0.02, 0.5)
    assert by_pairs[0].accuracy.valid and by_pairs[0].accuracy != alone[0].accuracy


def test_keras_s_default_is_a_way_that_holds_all_sequences():
    ways = [Way(16), Way(16, padding="post")]
    assert [role for role, _ in finalists.roles(ways[1], ways[1], ways, 16)] == ["advised", finalists.KERAS]
    assert [role for role, _ in finalists.roles(ways[1], ways[1], ways, 22)] == ["advised", finalists.CUT]


def test_a_planted_deficit_is_seen_where_it_is_large():
    rng = np.random.default_rng(0)
    good, bad = ((rng.random((5, 400)) < share).astype(np.uint8) for share in (0.9, 0.7))
    assert finalists.sensitivity(good, bad, 0.01).seen
    same = good.copy()
    same[:, ::50] = 1 - same[:, ::50]
    alike = finalists.sensitivity(good, same, 0.01)
    assert not alike.seen or alike.enough is None or alike.enough > 400
    assert not finalists.sensitivity(good, good, 0.01).seen
    missing = finalists.sensitivity(good, np.zeros((0, 0)), 0.01)
    assert (missing.standing, missing.takes) == ("not planted", None)
    found = finalists.sensitivity(good, bad, 0.01)
    assert (found.standing, found.takes) == ("seen", "sequences" if found.enough else "runs")


def test_records_are_what_scores_are_read_from(tmp_path):
    from mismatch.advise.runs import Runs

    runs = Runs("advise", tmp_path, executor=IDLE, time_limit=60)
    arm = make_arm()

    def record(replicate, status, accuracy, right):
        identity = {"run": str(replicate), "arm": arm.id, "replicate": replicate, "status": status}
        trace = {} if right is None else {"test_correct": right}
        return Record(identity, {}, {"accuracy": accuracy, "step_cpu_ms": 2.0}, {}, trace)

    runs._add(record(1, "ok", 0.5, [1, 0]), arm)
    runs._add(record(0, "failed", None, None), arm)
    assert np.isnan(runs.scores(arm)[0]) and runs.scores(arm)[1] == 0.5
    assert runs.correct(arm).tolist() == [[0, 0], [1, 0]] and runs.step_ms(arm) == 2.0
    assert runs.correct(make_arm(seed=1)).size == 0 and runs.step_ms(make_arm(seed=1)) == float("inf")
    assert runs.missing([(arm, 5)]) == pytest.approx(3 * runs.seconds(arm) + runs.pace * COMPILE_S)
    assert runs.pace == 1.0, "runs that do not say what they took say nothing of the machine"


def test_the_pace_is_that_of_the_runs_that_were_trained(tmp_path):
    from mismatch.advise.runs import Runs

    runs = Runs("advise", tmp_path, executor=IDLE, time_limit=60, foreseen=3.0)
    arm = make_arm()
    assert runs.pace == 3.0
    for replicate in range(40):
        identity = {"run": str(replicate), "arm": arm.id, "replicate": replicate, "status": "ok"}
        took = {"run_s": 2 * (seconds(arm) + COMPILE_S), "compile_s": 1.0}
        runs._add(Record(identity, {}, took, {}, {}), arm)
    assert runs.pace == pytest.approx(2.0, abs=0.05)


def test_arms_come_in_parts_that_a_worker_keeps_the_programs_of_and_that_take_no_longer_than_is_said(tmp_path):
    from mismatch.advise.runs import Runs

    runs = Runs("advise", tmp_path, executor=IDLE, time_limit=60)
    arms = [make_arm(length__steps=steps, seed=seed) for steps in range(8, 20) for seed in (0, 1)]
    assert [len(part) for part in runs.parts(arms, 1, 1e9)] == [16, 8]
    short = list(runs.parts(arms, 1, 5.0))
    assert [arm for part in short for arm in part] == arms and all(
        runs.missing([(arm, 1) for arm in part]) <= 5 for part in short
    )
    assert [len(part) for part in runs.parts(arms, 1, 0.0)] == [1] * 24
    few = [(arm, 1) for arm in arms[:4]]
    anew, runs._kept = runs.missing(few), {arms[0].program, arms[2].program}
    assert anew - runs.missing(few) == pytest.approx(2 * COMPILE_S), "what workers keep is not compiled again"


def test_more_runs_are_asked_for_by_how_much_trainings_differ_and_not_by_what_they_come_to():
    hits = np.array([90, 91, 90, 91, 90, 91, 90, 91])
    right = np.stack([np.arange(100) < count for count in hits]).astype(np.uint8)
    far, uneven = np.zeros_like(right), right.copy()
    far[:, :50] = right[:, :50]  # .40 or .41 behind, each time
    uneven[3] = 0  # as good, but for one training that learnt nothing
    none = np.zeros((0, 0), np.uint8)
    assert finalists.unsure([right, far, uneven, right[:1], none], 0.01) == [False, False, True, False, False]
