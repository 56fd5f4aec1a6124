"""The document on how good advice is, made from its tables: ``python -m mismatch.regret.documents > docs/regret.md``.

In: the CSV files that `experiments/advice/table.py` left in a folder. Out: Markdown; a test compares it with the file.
"""

import math
from pathlib import Path

import pandas as pd

from mismatch.analysis.documents import table
from mismatch.config.counting import counted
from mismatch.config.paths import REFERENCE
from mismatch.regret.reading import ADVISED, UNTUNED
from mismatch.regret.sources import SOURCES
from mismatch.regret.summary import files_of, over_repeats
from mismatch.regret.truth import BEST, FIRST, LAST, MOST, NEAR
from mismatch.report.numbers import number
from mismatch.sweep import store

FOLDER = REFERENCE / "advice"
ASKED, REACH, COVERED = 12, 0.01, 0.93
"""What was asked for before anything was run: datasets; mean regret at 5 minutes; share of intervals that are right."""
LED = 2
"""Files of each dataset, from number 0 on, that led to changes of the advice."""
TEXT = """# How good is the advice?

This file is made from the tables of the benchmark (`python -m mismatch.regret.documents > docs/regret.md`); a
test makes it again.

    make bench-advice                                           # all that is missing; the tables, the figure
    python experiments/advice/regret.py --datasets digits ends --repeats 2 3 --minutes 1 5
    python experiments/advice/table.py

{whole}Each of {datasets} datasets is written as a file of {least} to {most} sequences, {files} files in all. The
file is advised on for {minutes} minutes, as `mismatch advise` does it. What was advised is trained on what the file
leaves beside the sequences set aside, and tested on fresh sequences: a new sample of a synthetic task, rows of
a real set that were kept out of the file; none of them stands in it. So are fixed rules, and all ways that the
advice could have chosen, at all of its learning rates. All are compared with the best of these ways. Which one
that is, is found in other trainings than those that are compared.

Regret is accuracy below that way. It can be negative, as the way that was best in some trainings need not be so in
others; for that reason it is a little too low, for the advice and the rules alike. Every rule has the learning rate
that does best for it in the race, which its users would have to find; `{untuned}` has that of Adam in Keras. The rules:

* `Keras defaults`: T as long as the longest sequence, pads and cuts before the data, no mask.
* `after, masked`: the same T, pads after the data, `Masking`.
* `standardised`: one of these, and each feature at mean 0 and variance 1 over the real steps of the training part;
  texts have none, and there it is the rule without it.
* `95th percentile`: T that holds 95 % of the sequences whole; otherwise as Keras's defaults, or after and masked.
* `the article`: the recipe whose claims the experiments test ([findings](findings.md#how-sure-this-is)): pads after the
  data, `Masking`, then a convolution and a pooling, which drop the mask.
* `a random way`: the mean over all ways that the advice could have chosen.

Step time is the processor time of an update, over that of the cheapest way within {margin} of the best. Intervals are
over repeats: what new files of these datasets would give, and not other datasets; {several}.
The last column has the files in which a rule is more than .01 above and below the advice of 5 minutes.

How far this carries: the datasets were picked by hand and are no sample of any others. {later}A mean over datasets
owes much to the few on which a rule does badly; the column of files within .01 tells how many these are.
{absent}
{rules}

{reached}

![Regret by rule](../results/reference/advice/figures/regret.png)

By dataset (mean regret over its files). The second column says what can be done without losing anything, by how the
task is made; another way can be as good, or easier to learn:

{each}

What the advice said of its finalists, held to fresh sequences: intervals at 95 % of their accuracy and of their
difference to the advised way; "costs" or "gains", where that interval is above or below 0; "equivalent", where the
one at 90 % is within the margin. The truth is a mean over {last} to {most_trained} trainings and no exact number
either: the last column has the share that is wrong by more than two of its standard errors (SE).

{right}

{covered}

## What it led to

* On `ends`, whose longest sequences have 14 steps, T was bounded by 12: no way kept all steps, and the regret at 5
  minutes was .121. The longest are now tried whole, whatever their length; the same file then gave .025.
* On `late_skewed`, 1 minute was spent on a single training of 33 arms, as both workers compiled every program and
  compiling was not counted. Programs now stay with the worker that has them: 13 % and 28 % more trainings in a
  minute on `early_even` and `zeros_count`. The time of compiling is counted, and a first look is finished once begun.
* A trial never ended: the last run of a step was left to a worker that had compiled its program, and that was not
  asked. A run is now left only to workers that can take it, and every worker is asked.
* An arm of which one training in seven fails may look as good as the best in 8 trainings, and be cheaper: on `ends`
  the regret at 5 minutes was .060. What time is left now goes to the best ways of the race: .001 on the same file.
* On the second file of `ends` the regret at 5 minutes was .121: the way that was advised cost less than the best and
  lay within the margin of it, and one training of it in ten fails (4 of 40 on as many sequences as in the race, 4 of 40
  on more), which had hardly shown in the race (2 of 40). What is cheaper must now show that it is as good, a standard
  error included. Chosen so from the runs of the race on 21 files, what is advised loses .002 on average in place of
  .009, .012 at the most in place of .12, and takes 4 % longer per update. Time that is left goes to more runs where
  trainings differ, and so does the judge's.
* The best values of all factors were raced together only where all sequences are of one length: the first runs are of a
  short T, and what a factor is worth was looked for on these. Ways that were stopped for want of time kept the mean of
  their first three replicates, and might lead by luck. Both were found by reading, and mended before the tables above
  were made. On 11 of these files the way that is advised in 5 minutes is the same with and without these changes; in
  1 minute it is .001 better with them, on average.

## How it is measured

The calls of an advice run on a clock of their own: a run takes the processor time that it took when it was
trained, each of two workers compiles a program when it first needs it (2 s), and is ready after 6 s. So calls
of several lengths share their runs, and what else the machine did does not count. Ways are judged by {first}
trainings each; the {best} best, the cheapest near them and all that was advised, said or a rule by {last}, and by as
many more, {most_trained} at the most, as bring the standard error to {margin}, given how much these differ and
those of the finals.
"""


def document(folder: Path = FOLDER) -> str:
    """The whole text."""
    choices, regret, right = (store.read_csv(folder / f"{name}.csv") for name in ("choices", "regret", "right"))
    calls = sorted(right["minutes"].unique())
    tried = set(choices["dataset"])
    sizes = [one.file for one in SOURCES.values() if one.name in tried] or [0]
    return TEXT.format(
        whole=_whole(len(tried)),
        datasets=len(tried),
        files=files_of(choices).sum(),
        minutes=", ".join(f"{each:g}" for each in calls[:-1]) + f" and {calls[-1]:g}",
        least=min(sizes),
        most=max(sizes),
        absent=_absent(tried),
        several=_several(choices),
        untuned=UNTUNED,
        margin=_short(NEAR),
        rules=_rules(regret),
        reached=_reached(regret, choices),
        later=_later(choices),
        each=_each(choices),
        right=_right(right),
        covered=_covered(right),
        first=FIRST,
        last=LAST,
        most_trained=MOST,
        best=BEST,
    )


def _whole(datasets: int) -> str:
    """What is missing of the datasets, if any is."""
    if datasets >= ASKED:
        return ""
    return f"**A first cut: {datasets} of the {len(SOURCES)} datasets so far, of which {ASKED} were asked for.**\n\n"


def _several(choices: pd.DataFrame) -> str:
    """What intervals over repeats rest on."""
    files = files_of(choices)
    count = int((files > 1).sum())
    if not count:
        return "with one file of each dataset there\nis none"
    which = f"{counted(count, 'dataset')} of {len(files)} have more than\n"
    return f"{which}one file, whose spread stands for that of the others"


def _absent(there: set[str]) -> str:
    """Which datasets nothing is said of."""
    names = [f"`{name}`" for name in SOURCES if name not in there]
    return f"Not yet tried, though they are on the list: {', '.join(names)}.\n" if names else ""


def _rules(regret: pd.DataFrame) -> str:
    head = ("who chooses", "regret", "95 %", "worst dataset", "files within .01", "step time", "more than the advice",
            "files better, worse")  # fmt: skip
    rows = []
    for one in regret.to_dict("records"):
        more = f"{_number(one['more'])} {_bounds(one['more_low'], one['more_high'])}".strip()
        numbers = (
            _number(one["regret"]),
            _bounds(one["low"], one["high"]),
            _number(one["worst"]),
            f"{one['near']:.0%}",
        )
        than = ("", "") if one["rule"] == ADVISED else (more, f"{one['ahead']}, {one['behind']}")
        rows.append((one["rule"], *numbers, f"{one['slower']:.2f}", *than))
    return table(head, rows)


def _reached(regret: pd.DataFrame, choices: pd.DataFrame) -> str:
    """Whether the advice is as good as was asked for, and what that owes to a single dataset."""
    rows = regret.set_index("rule")
    mine, high = rows["regret"], rows["high"][ADVISED]
    others = mine[~mine.index.str.startswith("advice")]
    side = "within" if mine[ADVISED] <= REACH else "above"
    far = "" if math.isnan(high) else f" (its interval reaches {_number(high)})"
    small = f"is {_number(mine[ADVISED])}, {side} the {_short(REACH)} that was its aim{far}"
    rule = str(others.idxmin())
    best = regret[regret["rule"] == rule].iloc[0]
    more = f"{_number(best['more'])} {_bounds(best['more_low'], best['more_high'])}".strip()
    open_ = ", which is not told from nothing" if best["more_low"] <= 0 <= best["more_high"] else ""
    below = f"below every fixed rule; that of the best of them, `{rule}`, is {more} higher{open_}"
    better = below if mine[ADVISED] < others.min() else f"not below {rule}"
    return f"Mean regret of the advice at 5 minutes {small},\nand {better}.{_without(choices, rule)}"


def _without(choices: pd.DataFrame, rule: str) -> str:
    """What a rule and the advice come to without the dataset on which the rule does worst; empty for one dataset."""
    each = _by_dataset(choices)
    if len(each) < 2:
        return ""
    worst = str(each[rule].idxmax())
    rest = each.drop(index=worst).mean()
    both = f"{_number(rest[rule])} and {_number(rest[ADVISED])}"
    return f"\nWithout `{worst}`, on which that rule does worst, the two are {both}."


def _later(choices: pd.DataFrame) -> str:
    """Which of these files led to changes of the advice, and what it does on the others."""
    mine = choices[choices["rule"].eq(ADVISED)].set_index(["dataset", "repeat"])["regret"]
    new = mine[mine.index.get_level_values("repeat") >= LED]
    led = f"The first {LED} files of each dataset showed\nfaults of the advice, which were mended (below)"
    if len(new) == len(mine):
        return f"{led}; the files of these tables are others, drawn after that. "
    if new.empty:
        return f"{led}: it is judged by data that it was improved on. "
    mean, low, high = over_repeats(new)
    found = f"{_number(mean)} {_bounds(low, high)}".strip()
    return f"{led}; its regret on {counted(len(new), 'file')} drawn after that is {found}. "


def _by_dataset(choices: pd.DataFrame) -> pd.DataFrame:
    """Mean regret by dataset and rule."""
    return choices.pivot_table(index="dataset", columns="rule", values="regret", aggfunc="mean", sort=False)


def _each(choices: pd.DataFrame) -> str:
    wide = _by_dataset(choices)
    wide = wide.loc[[name for name in SOURCES if name in wide.index]]
    rules = [ADVISED, *(str(rule) for rule in wide if not str(rule).startswith("advice"))]
    values = wide[rules].to_numpy(float)
    rows = [(name, SOURCES[str(name)].known, *map(_number, row)) for name, row in zip(wide.index, values, strict=True)]
    return table(("dataset", "loses nothing", *rules), rows)


def _right(right: pd.DataFrame) -> str:
    head = ("statement", "minutes", "number", "right", "wrong by more than 2 SE")
    rows = [
        (one["kind"], f"{one['minutes']:g}", one["statements"], _number(one["right"]), _number(one["surely_wrong"]))
        for one in right.to_dict("records")
    ]
    return table(head, rows)


def _covered(right: pd.DataFrame) -> str:
    found = right[right["kind"].isin(["accuracy", "difference"])]
    share = float((found["right"] * found["statements"]).sum() / found["statements"].sum())
    what = "at least" if share >= COVERED else "but"
    told = f"Of the intervals {_number(share)} hold the truth; {what} {_short(COVERED)} was the aim."
    return f"{told} Advice of 1, 5 and 15 minutes on one file\nshares its runs: rows are not independent."


def _number(value: float) -> str:
    if math.isnan(value):
        return ""
    text = number(value)
    return text.replace("0.", ".", 1) if abs(float(text)) < 1 else f"{float(text):.0f}"


def _bounds(low: float, high: float) -> str:
    return "" if math.isnan(low) else f"[{_number(low)}, {_number(high)}]"


def _short(value: float) -> str:
    return f"{value:.2f}".removeprefix("0")


if __name__ == "__main__":
    print(document(), end="")
