"""The document on advice and how it errs, made by simulation: ``python -m mismatch.advise.documents > docs/advice.md``.

In: the simulations of `simulation.py` and `covering.py`. Out: Markdown; a test compares it with the file.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from mismatch.advise import advising
from mismatch.advise.covering import DRAWS, LEAST, MARGIN, PAIRS, REPLICATES, SET_ASIDE, Covered, coverage
from mismatch.advise.entering import MOST_OPEN, MOST_RACED
from mismatch.advise.final import FEWEST
from mismatch.advise.machine import SCHEMA
from mismatch.advise.ownmodel import RATIO
from mismatch.advise.racing import Race
from mismatch.advise.scripting import BESIDE, NAME, PREPARE, SCRIPT
from mismatch.advise.simulation import ALL, TEST, WORSE, Gone, Overlap, Raced, cells, errors, overlap, power
from mismatch.advise.tabled import COLUMNS
from mismatch.advise.writing import JSON, MARKDOWN, PAGE
from mismatch.analysis.documents import listed, table
from mismatch.analysis.spending import shares

STEADY = "the best by .01; training hardly varies"
"""The field of which replicates differ by their test parts alone."""

HEAD = """# What advice says, what it rests on, and how often it errs

This file is made by simulation (`python -m mismatch.advise.documents > docs/advice.md`, half a minute at the most); a
test makes it again.
What is advised on real and synthetic files, against fixed rules: [regret.md](regret.md).
"""

WRITTEN = """## What comes out

`mismatch advise FILE` prints a paragraph and the ways that were tested. Into `results/advise-FILE/` (`--out`) it
writes, beside the records that let the same command go on:

* `{page}`: the paragraph, the final, which ways are as good, what each factor and each T comes to, how soon each has
  learnt what it can, what the check found, what was not tried, all ways of the race, the settings and the script; with
  figures, in one file without JavaScript.
* `{markdown}`: the same without figures.
* `{json}`: all numbers by name (schema {schema}); what is not finite is null. `finalists` has the advised way first,
  each with the interval of its accuracy and of how far `below` the advised one it is, and how many of its `trainings`
  `failed`: they are nearer to guessing than to the best of them, and behind it by more than four standard errors.
  `takes` says what more of it takes to show a difference of the margin, `sequences` (`enough` of them) or `runs`; null
  where none was looked for.
  `sensitivity.standing` is `seen` or `not seen` of the planted deficit, or `not planted`.
* `{script}`: reads the file, prepares, trains and tests as advised, in plain Keras; it is yours. `{beside}`
  must stay beside it: it has the rows of each part. Where no short script can do what the arm does, the command says
  why and writes neither.

The minutes are those from the command's start to its end. First a few short runs show how fast the machine is. From
their pace follow the ways there is time for; where there is little, one learning rate, fewer ways, a shorter T. The
pace is measured again in each part. Time is kept for what comes last: the final (a third at the most), step times (a
seventh, or none, with the reason), and writing the answer. Where not a single run ends in time, one line says so. It
ends early where nothing is left to do. Ctrl-C (exit code 130) and SIGTERM (143) give the best answer so far, written
and labelled; a second one ends it at once. The same command, also with more minutes, trains only what is missing.

`mismatch.advise(sequences, labels, minutes=5)` does the same for sequences in memory, which it keeps in its results
folder. What it returns prints as the text, shows itself in a notebook and has `.settings` (overrides of the command,
beside those of the data), `.code()`, `.plot()`, `.prepare(sequences)` (arrays of new sequences, as the advised arm is
given them), `.fit(folder)`, `.html()`, `.markdown()`, `.to_json()`, and `.table`, with a row for each way and these
columns:

{columns}

## A fitted model

`--fit`, or `.fit(folder)` in Python, trains the advised way once more, by `{script}`, on all sequences but those that
say which weights are kept, and writes `{keras}` and `{prepare}`, with the words or the scale of features that were
learnt beside them. It takes as long as a run of `fit`, after the minutes. No import of ours is needed to use them:

```python
import keras
from prepare import CLASSES, prepare  # in that folder

model = keras.models.load_model("{keras}")
found = model.predict(prepare(new_sequences)).argmax(1)  # places in CLASSES
```

Its accuracy on new sequences is not measured, as all that there are took part. What the final measures is that of
models which were trained on fewer.
"""

OWN = """## A model of your own

`--model my_model.py:build`, or `mismatch.advise(..., model=build)`, races a model of your own in the place of the GRU.
`build` is called with T, D and K (for texts with T, the size of the vocabulary, and K) and returns a new Keras model
each time:

```python
import keras
from keras import layers


def build(T, D, K):
    x = keras.Input((T, D))
    h = layers.Conv1D(32, 5, padding="same", activation="relu")(x)
    return keras.Model(x, layers.Dense(K, activation="softmax")(layers.GRU(32)(h)))
```

* It has one input, (N, T, D) float32, or numbers of words (N, T) int32, of which 0 is a pad and 1 a word without a
  number, and one output (N, K), logits or probabilities: which of them is found out.
* One that is compiled keeps its optimizer and its loss, which must be `sparse_categorical_crossentropy`; the learning
  rates that are raced are its own, a {ratio}th of it and {ratio} times as much, or its own alone where time is short.
  Any other is trained by Adam, at the usual ones.
* `def build(T, D, K, mask=False)`: with `mask=True` it makes a model of two inputs, the second being the mask (N, T)
  bool, True at real steps; this is raced, too. Without that argument the model sees pads as zeros, and may mask itself.
* Pooling, convolution and `Masking` in front of it are not tried. T, truncation, interpolation, the side of the pads,
  the scale of features and the learning rate are.
* It is trained by Keras's `fit` on the same batches in the same order as any way, from weights that Keras draws after
  the seed of the replicate is set: ways whose layers have the same shapes start alike. The statistics are the same.
* Before anything is trained it is made for each T, looked at and timed, in a process of its own. What cannot be used is
  refused in one line; what the check of models calls an error stands among the findings. The plan says how many times
  as long as one of the built-in GRU a run takes, and how many of the ways there is time for. Where that is little, one
  learning rate is raced, and T that are shorter.
* Its file is imported in every process that trains, and may import others from beside it. Runs are named by a checksum
  over these; a file that changes while they are raced ends the race. What it imports from elsewhere is not looked at.
* A function of a script or a notebook is written into the results folder, with what it uses. `{script}` calls the
  function where it is.
"""

RACE = """## The race

All arms are trained on the same replicates. A replicate splits the sequences anew into a training and a test part, the
same for every arm; what is set aside for the final figures takes no part. At {looks} replicates the race looks at
the paired differences between each arm and the leader, the arm with the highest mean, and arms that are clearly worse
drop out. The rule is made for this, and the simulations below hold it to this promise, where few runs fail: the arm
that is truly best drops out, at any look, with a probability of at most {alpha}. Truly best is the arm with the highest
mean accuracy on sequences not seen, when it is trained on parts of these data; another collection to train on might
rank close arms in another order.

* Differences over replicates share test sequences. Their mean varies by s^2 (1/n + n_test/n_train), the corrected
  resampled t test (Nadeau & Bengio 2003), not by s^2 / n.
* The looks spend {spent} of the {alpha} (Pocock's type, Lan & DeMets 1983).
* At each look an arm drops out if two one-sided tests say so: one with the spread of the pair's own differences, at the
  share of the look, and one with the spread that all pairs have in common, at that share over K - 1, as each of the
  K - 1 rivals of the best may happen to lead (Bonferroni). The common spread is the median of all pairs' variances, so
  that arms of which runs fail do not set it. With the pair's own spread alone, corrected as well, three replicates
  would find nothing among 40 arms; with the common one alone, good arms would be lost of which a run fails now and
  then.
* Two arms that differ by d disagree on a share of at least |d| of the sequences; the variance of a difference is never
  taken for less than (|d| - d^2) / n_test. Equal scores, or differences that are the same in every replicate, are
  therefore no proof.
* A failed run scores the worst there is; nothing is left out. Arms that join later are compared on the replicates that
  they share with the leader, with as many as at the first look or more. K counts all arms that might join.
* Where minutes are left after the last look, the arms that may be within the margin of the best, as far as two standard
  errors of their paired differences tell, are given more replicates: {most_raced} at the most, or {most_open}, where
  it is open until then, by the same two errors, whether one of them is within the margin. None drops out by them.

Races are simulated by splitting: {test:.0%} of the sequences are tested on in each replicate, and each race draws its
sequences anew. Each sequence has its difficulty for all arms and for one arm in particular, each run its luck. The
table has the share of races in which the best arm dropped out (+- its standard error), what that share may be at the
most, given so many races (Clopper & Pearson 1934, one-sided at 2.5%), and how many arms were left at the end. Where the
last column says no, nothing is promised.

{errors}

The promise holds for arms that are equal or not, noisy or not, and of which runs fail now and then. It cannot hold for
chance that does not show in so few runs. An arm that fails in every other run fails three times in a row in one race of
eight. Where rivals that fail in one run of five are better than the best arm whenever they do not, three runs without a
failure, which happen in one race of two, make them look like the better arm, though their mean is lower. And where two
arms of many vary by .13 from run to run, the spread of all says nothing of them. The number of replicates at the first
look is no setting: if you must not lose an arm in these ways, compare the ways in a sweep ([sweeps.md](sweeps.md)),
where none drops out.

Most shares are far below {alpha}, for two reasons: any of K - 1 rivals might lead, but one does; and what is corrected
for is the most that shared test sequences can do. The mean of {last} differences of two arms varies by {real} s^2
where one training differs from the next as above, by {tight} s^2 where it hardly does, and is taken to vary by
{reckoned} s^2.

How soon arms drop out that are worse, where a fifth of all are within .01 of the best (shares of these arms, by look;
the best arm dropped out in no more than {lost} of these races):

{power}

On test parts of {few} sequences the race saves the time of arms that are much worse, and hardly of those that are .05
worse. What is left at its end is not shown to be equal.
"""

FINAL = """## The choice

Recommended is the cheapest arm that the race shows to be within the margin of the leader: how far its mean is behind
the leader's, and one standard error of that over paired replicates, are at most the margin. Of arms that cost the same,
it is the most accurate. So what is cheaper has to show that it is as good, and an arm of which a run fails now and then
is not chosen as long as few of its runs are seen; what is in doubt costs step time, not accuracy. Three paired runs are
the least, and runs that differ by nothing are no proof: they are taken to vary by one sequence of the test part. Means
are as if every arm had all replicates (arm and replicate, by least squares): one that was stopped for want of time owes
nothing to easy replicates. The figures on the
sequences set aside have no say in this, so they are free of the luck for which the best of many is chosen.

## Final figures

Finalists are trained in each of R replicates and tested on the same M sequences, which nothing else has used. Sequences
and replicates are crossed: the variance of a mean is that over sequences plus that over replicates (Owen 2007), each
at Student's quantile of its own degrees of freedom (Banerjee 1960). What is particular to one run on one sequence
counts in both, which errs to the wide side: with three replicates by a third, with ten by little.

An accuracy has the interval of Korn & Graubard (1998): Clopper & Pearson's for as many independent sequences as would
vary as much. It stays in 0..1 and has width where all are right. A difference of two arms has Student's, with one more
sequence on which they disagree than was seen (as Agresti & Min 2005), clipped to -1..1. Arms are called equivalent
where the interval at 90% is inside the margin (Schuirmann 1987). Sequences that come in groups (of a person, of a
document) count by group. One replicate, or fewer than {fewest} sequences or groups, makes an interval that claims
nothing. A finalist is trained {replicates} times, {most} times where minutes are left, and {unsure} times where over
those two standard errors of its difference to the advised one are above the margin: as many as the spread calls for,
whatever the difference is, so that its interval keeps its level.

Each interval is at 95% on its own: of twenty costs one may lie outside. Where some trainings of a way fail altogether,
the interval of its accuracy is too narrow (the last rows below).

Shares of {draws:,} simulated pairs of finalists whose 95% intervals cover (standard error of .95: {error}), the mean
half width of the interval of the difference, and the share called equivalent within {margin}, which is an error for
pairs that are {margin} apart or more:

{coverage}

Coverage of {least} and more is claimed where the last column says yes: for {fewest} sequences or groups and more,
where training varies in bell-shaped ways, be it as much as the sequences do. It is not where runs fail: three
replicates know nothing of a failure that none of them showed.
"""


@dataclass(frozen=True)
class Simulated:
    """All that the document tells."""

    raced: tuple[Raced, ...]
    gone: tuple[Gone, ...]
    overlaps: tuple[Overlap, ...]
    covered: tuple[Covered, ...]


def simulate() -> Simulated:
    """Run every simulation."""
    return Simulated(
        tuple(errors(*cell) for cell in cells()),
        tuple(power(worse, *sizes) for sizes in ALL for worse in WORSE),
        tuple(overlap(name) for name in ("all equal", STEADY)),
        tuple(coverage(name, size, runs) for name in PAIRS for size in SET_ASIDE for runs in REPLICATES),
    )


def document(found: Simulated) -> str:
    """The whole text."""
    real, tight = found.overlaps
    race = RACE.format(
        looks=listed(Race.looks),
        alpha=_short(Race.alpha),
        spent=listed([_share(share) for share in shares(Race.alpha, Race.looks)]),
        test=TEST,
        most_raced=MOST_RACED,
        most_open=MOST_OPEN,
        errors=_errors(found.raced),
        power=_power(found.gone),
        last=Race.looks[-1],
        real=_short(real.real),
        tight=_short(tight.real),
        reckoned=_short(real.reckoned),
        lost=_share(max(one.lost for one in found.gone)),
        few=int(TEST * min(one.sequences for one in found.gone)),
    )
    final = FINAL.format(
        fewest=FEWEST,
        replicates=advising.REPLICATES,
        most=advising.MOST_REPLICATES,
        unsure=advising.MOST_UNSURE,
        draws=DRAWS,
        margin=_short(MARGIN),
        error=_share(math.sqrt(0.95 * 0.05 / DRAWS)),
        least=_short(LEAST),
        coverage=_coverages(found.covered),
    )
    return "\n".join([HEAD, _written(), _own(), race, final])


def _written() -> str:
    """What an advice writes, by the names that the modules which write it have for it."""
    names = {"page": PAGE, "markdown": MARKDOWN, "json": JSON, "script": SCRIPT, "beside": BESIDE, "schema": SCHEMA}
    fitted = {"keras": f"{NAME}.keras", "prepare": PREPARE}
    return WRITTEN.format(columns=table(("column", "meaning"), COLUMNS.items()), **names, **fitted)


def _own() -> str:
    """What is asked of a person's own model, and what becomes of it."""
    return OWN.format(ratio=RATIO, script=SCRIPT)


def _errors(found: Iterable[Raced]) -> str:
    head = ("arms are", "arms", "sequences", "races", "the best dropped out", "at the most", "left", "promised")
    rows = [
        (one.field, one.arms, one.sequences, one.races, _within(one.lost, one.races), _share(one.most),
         f"{one.left:.1f}", "yes" if one.held else "no")
        for one in found
    ]  # fmt: skip
    return table(head, rows)


def _power(found: Iterable[Gone]) -> str:
    head = ("worse by", "arms", "sequences", "races", *(f"{count} replicates" for count in Race.looks))
    return table(
        head, [(_short(one.worse), one.arms, one.sequences, one.races, *map(_share, one.gone)) for one in found]
    )


def _coverages(found: Iterable[Covered]) -> str:
    head = ("finalists", "M", "R", "accuracy covered", "difference covered", "half width", "equivalent", "claimed")
    rows = [
        (one.pair, one.sequences, one.replicates, *map(_share, (one.accuracy, one.difference, one.half, one.alike)),
         "yes" if one.held else "no")
        for one in found
    ]  # fmt: skip
    return table(head, rows)


def _within(share: float, count: int) -> str:
    return f"{_share(share)} +- {_share(math.sqrt(share * (1 - share) / count))}"


def _share(value: float) -> str:
    return f"{value:.3f}".removeprefix("0") if value < 0.9995 else "1"


def _short(value: float) -> str:
    return f"{value:.2f}".removeprefix("0")


if __name__ == "__main__":
    print(document(simulate()), end="")
