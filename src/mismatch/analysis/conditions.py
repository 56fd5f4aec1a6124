"""Where a claim holds, in words: how many settings, where it fails, and where the sign is the other one.

In: robustness.csv, a row per claim and setting. Out: a row per claim, and claims tables with these words joined; a
claim whose sign changes from setting to setting carries that condition in its sentence.
"""

from collections.abc import Iterator
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mismatch.analysis.robustness import FACTORS, SHARED
from mismatch.analysis.tuned import shown

ELSEWHERE = {
    "settings": "settings of robustness.csv in which the claim was tried; blank where there are none",
    "holds": "in how many of them its prediction holds",
    "unclear": "in how many neither sign nor equivalence can be told, among those in which it does not hold",
    "fails_where": "in which it does not hold, in words",
}
"""Columns that join the verdicts."""
UNTRIED = "not tried elsewhere"
PHRASES = 4
"""Conditions that a sentence names at most; what they leave is counted."""
NUMBERS = ("learning_rate", "units", "budget", "dropout")
NAMES = {
    "data": ("on {}", "on {}"),
    "learning_rate": ("at learning rate {}", "at learning rates of {}"),
    "units": ("with {} units", "with {} units"),
    "budget": ("after {} updates", "after {} updates"),
    "cell": ("with {} cells", "with {} cells"),
    "optimizer": ("under {}", "under {}"),
    "dropout": ("with dropout {}", "with dropout of {}"),
    "contrast": ("in '{}'", "in '{}'"),
}
"""How a condition names one level of a factor, and several."""
SPOKEN = {"lstm": "LSTM", "gru": "GRU", "sgd": "SGD", "rmsprop": "RMSprop", "adam": "Adam"}
OPPOSITE = {"less": "greater", "greater": "less"}

Coded = tuple[NDArray[Any], list[Any]]
"""A factor: the number of each row's level, and the levels."""


def summary(robustness: pd.DataFrame) -> pd.DataFrame:
    """One row per claim: `ELSEWHERE`, whether its sign turns (by an interval beyond the margin), and where."""
    rows = [_summarised(str(claim), rows) for claim, rows in robustness.groupby("claim", sort=False)]
    return pd.DataFrame(rows, columns=["claim", *ELSEWHERE, "other_sign_where", "turns"])


def joined(claims: pd.DataFrame, robustness: pd.DataFrame) -> pd.DataFrame:
    """`claims` with the columns `ELSEWHERE`, and sentences that carry the condition where a sign changes.

    A claim is told by its number; all of its contrasts have its words, as all have its sentence.
    """
    if claims.empty:
        return claims
    found = summary(robustness).set_index("claim")
    columns = {name: claims["claim"].map(found[name]) for name in ELSEWHERE}
    told = [
        sentence(str(text), found.loc[claim]) if claim in found.index else str(text)
        for claim, text in zip(claims["claim"], claims["statement"], strict=True)
    ]
    return claims.assign(statement=told, **columns)


def sentence(statement: str, row: pd.Series) -> str:
    """The sentence of a claim; where its sign changes, with the conditions it was judged under."""
    if not row["turns"]:
        return statement
    at = f"at learning rate {shown(SHARED['learning_rate'])} and {SHARED['budget']} updates"
    counted = f"holds in {row['holds']} of {row['settings']} settings"
    return f"{statement.rstrip('.')}, {at}; {counted}, the other sign {row['other_sign_where']}."


def elsewhere(row: pd.Series) -> str:
    """``holds in 14 of 40 settings; fails at learning rate .1``, of a row with `ELSEWHERE`."""
    if pd.isna(row.get("settings")):
        return UNTRIED
    failed, unclear = row["fails_where"], row.get("unclear")
    told = f" (unclear in {unclear:.0f})" if pd.notna(unclear) and unclear else ""
    return f"holds in {share(row)} settings" + (f"; fails{told} {failed}" if isinstance(failed, str) and failed else "")


def share(row: pd.Series) -> str:
    """``14 of 40``; empty where nothing was tried."""
    return "" if pd.isna(row.get("settings")) else f"{row['holds']:.0f} of {row['settings']:.0f}"


def where(rows: pd.DataFrame, chosen: pd.Series) -> str:
    """Which of `rows` are `chosen`, in words: levels of which all rows are chosen, then pairs of levels, then a count.

    ``at learning rate .1; with budgets of 800 and more; and in 3 other settings``.
    """
    if chosen.all():
        return "everywhere"
    left = chosen.copy()
    words: list[str] = []
    for width in (1, 2):
        while left.any() and len(words) < PHRASES:
            found = _best(rows, chosen, left, width)
            if found is None:
                break
            covered, phrase = found
            left &= ~covered
            words.append(phrase)
    count = int(left.sum())
    if count:
        words.append(
            ("in " if not words else "and in ") + f"{count} {'other ' * bool(words)}setting{'s' * (count > 1)}"
        )
    return "; ".join(words)


def _summarised(claim: str, rows: pd.DataFrame) -> dict[str, Any]:
    holds = rows["holds"].astype(bool)
    predicted = str(rows["predicts"].iloc[0])
    main = rows.loc[rows["primary"].astype(bool), "sign"]
    expected = predicted if predicted in OPPOSITE else next((sign for sign in main if sign in OPPOSITE), "less")
    beyond = {"less": rows["high"].lt(-rows["margin"]), "greater": rows["low"].gt(rows["margin"])}
    other = beyond[OPPOSITE[expected]]
    return {
        "claim": claim,
        "settings": len(rows),
        "holds": int(holds.sum()),
        "fails_where": "" if holds.all() else where(rows, ~holds),
        "unclear": int(rows["sign"].eq("unclear").sum()),
        "other_sign_where": where(rows, other) if other.any() else "",
        "turns": bool(other.any() and (beyond[expected].any() or (holds.any() and predicted != "equal"))),
    }


def _best(rows: pd.DataFrame, chosen: pd.Series, left: pd.Series, width: int) -> tuple[pd.Series, str] | None:
    """The condition on `width` factors that covers most of what is `left`, and nothing that is not chosen."""
    best: tuple[int, pd.Series, str] | None = None
    moving, wrong, open_ = _moving(rows), ~chosen.to_numpy(bool), left.to_numpy(bool)
    coded = {name: _coded(rows[name]) for name in moving}
    for *given, last in permutations(moving, width):
        codes, levels = coded[last]
        for said, part in _parts(rows, [coded[name] for name in given]):
            there, spoilt = (np.bincount(codes[which], minlength=len(levels)) for which in (part, part & wrong))
            pure = (there > 0) & (spoilt == 0)
            covered = part & pure[codes]
            gain = int((covered & open_).sum())
            if gain > (best[0] if best else 0):
                words = [spoken(name, [level], rows) for name, level in zip(given, said, strict=True)]
                words.append(spoken(last, [levels[at] for at in np.flatnonzero(pure)], rows[part]))
                best = gain, pd.Series(covered, rows.index), " ".join(words)
    return best[1:] if best else None


def _coded(column: pd.Series) -> Coded:
    """A number for each row's level, and the levels in order, a blank last."""
    grouped = column.groupby(column, dropna=False)
    return grouped.ngroup().to_numpy(), grouped.size().index.tolist()


def _parts(rows: pd.DataFrame, given: list[Coded]) -> Iterator[tuple[list[Any], NDArray[np.bool_]]]:
    """The rows of each level of the factor `given`, and that level; all of them where none is."""
    if not given:
        yield [], np.ones(len(rows), bool)
    for codes, levels in given:
        yield from (([level], codes == at) for at, level in enumerate(levels))


def _moving(rows: pd.DataFrame) -> list[str]:
    """Factors with more than one level; the contrast itself where a claim has several on one dataset."""
    names = [name for name in FACTORS if rows[name].nunique(dropna=False) > 1]
    several = rows.groupby("data")["contrast"].nunique().max() > 1
    return [*names, *(["contrast"] if several else [])]


def spoken(name: str, levels: list[Any], rows: pd.DataFrame) -> str:
    """Levels of a factor in words: ``at learning rates of .02 and more``; `rows` say which levels there are."""
    given = sorted(level for level in levels if not pd.isna(level))
    tuned = [] if len(given) == len(levels) else ["at tuned learning rates"]
    if not given:
        return tuned[0]
    known = sorted(rows[name].dropna().unique().tolist())
    texts, several = [_word(name, level) for level in given], len(given) > 1
    words = _listed(texts)
    if several and name in NUMBERS and len(given) < len(known):
        words = f"{texts[0]} and more" if given == known[-len(given) :] else words
        words = f"up to {texts[-1]}" if given == known[: len(given)] else words
    return " and ".join([NAMES[name][several].format(words), *tuned])


def _word(name: str, level: Any) -> str:
    if name == "learning_rate":
        return shown(float(level))
    return f"{level:g}" if name in NUMBERS else SPOKEN.get(str(level), str(level))


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
