"""How good advice is, against fixed rules: many datasets, several files of each, 1, 5 and 15 minutes.

In: names of datasets, numbers of repeats and minutes. Out: results/advice/DATASET/REPEAT/outcome.json, one for each
file; what is there is not done again, what was begun goes on from its runs. `table.py` makes tables of them.
"""

import argparse
import json
import sys
import time
from pathlib import Path

OUT = Path("results/advice")
MINUTES = (1.0, 5.0, 15.0)
QUIET_S = 5.0


def main() -> int:
    """Do what is missing, one trial after another."""
    from mismatch.config import files
    from mismatch.config.registry import EXECUTORS
    from mismatch.regret.sources import SOURCES
    from mismatch.regret.trial import trial

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--datasets", nargs="+", default=[one.name for one in SOURCES.values() if one.there])
    parser.add_argument("--repeats", nargs="+", type=int, default=[0], help="numbers of the repeats")
    parser.add_argument("--minutes", nargs="+", type=float, default=MINUTES)
    parser.add_argument("--workers", type=int, default=-1, help="processes that train; -1: one per core")
    parser.add_argument("--wait", type=Path, help="no trial begins while this file is there")
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args()
    if unknown := [name for name in asked.datasets if name not in SOURCES or not SOURCES[name].there]:
        parser.error(f"--datasets={unknown[0]}: must be one of {', '.join(SOURCES)}, its package installed")
    executor = EXECUTORS.get("local")(asked.workers)
    try:
        for repeat in asked.repeats:
            for name in asked.datasets:
                folder = asked.out.resolve() / name / str(repeat)
                if (folder / "outcome.json").is_file():
                    continue
                while asked.wait is not None and asked.wait.exists():
                    time.sleep(QUIET_S)
                begin = time.monotonic()
                found = trial(SOURCES[name], repeat, folder, executor, asked.minutes, say)
                files.write(folder / "outcome.json", json.dumps(found.plain(), indent=1) + "\n")
                say(f"{name} {repeat}: done in {time.monotonic() - begin:.0f} s")
    finally:
        executor.stop()
    return 0


def say(line: str) -> None:
    """Progress, apart from results."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
