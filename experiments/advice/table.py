"""Tables and the figure of the benchmark of advice, from the outcomes that are there.

In: results/advice, and where asked for tables of earlier outcomes. Out: results/advice/{choices,statements,regret,
right}.csv, figures/regret.png, and both summaries as text.
"""

import argparse
from pathlib import Path

OUT = Path("results/advice")


def main() -> int:
    """Read, sum up, write, print."""
    from mismatch.regret import reading, summary
    from mismatch.regret.figure import draw
    from mismatch.sweep import store

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument(
        "--beside", type=Path, help="tables made before: their rows of files without an outcome are kept"
    )
    asked = parser.parse_args()
    out, beside = asked.out, asked.beside
    found = reading.outcomes(out)
    if not found:
        parser.error(f"--out={out}: holds no outcome yet; run experiments/advice/regret.py")
    choices, statements = reading.choices(found), reading.statements(found)
    if beside is not None:
        choices = reading.together(choices, store.read_csv(beside / "choices.csv"))
        statements = reading.together(statements, store.read_csv(beside / "statements.csv"))
    reference = reading.ADVISED if reading.ADVISED in set(choices["rule"]) else str(choices["rule"].iloc[0])
    tables = {
        "choices": choices,
        "statements": statements,
        "regret": summary.by_rule(choices, reference),
        "right": summary.by_kind(statements),
    }
    for name, table in tables.items():
        store.write_csv(out / f"{name}.csv", table, "%.6g")
    draw(choices, tables["regret"], out / "figures")
    for name in ("regret", "right"):
        print(tables[name].to_string(index=False, float_format=lambda value: f"{value:.4f}"), end="\n\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
