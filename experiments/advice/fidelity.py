"""Whether the clock of a replay is right: calls of `mismatch advise` on this machine beside the replayed ones.

In: outcomes of `regret.py`, and a machine that does nothing else. Prints a row for each call: runs made, minutes taken
and the way advised, of both. Writes the real calls into results/advice/DATASET/REPEAT/real-MINUTES.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

OUT = Path("results/advice")


def main() -> int:
    """Call, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--datasets", nargs="+", required=True)
    parser.add_argument("--minutes", nargs="+", type=float, default=(1.0, 5.0))
    parser.add_argument("--repeat", type=int, default=0)
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args()
    for name in asked.datasets:
        folder = asked.out / name / str(asked.repeat)
        if not (folder / "outcome.json").is_file():
            parser.error(f"--datasets={name}: {folder} holds no outcome; run experiments/advice/regret.py")
        outcome = json.loads((folder / "outcome.json").read_text())
        for call in [each for each in outcome["calls"] if each["minutes"] in asked.minutes]:
            compare(name, call, really(folder, call["minutes"], asked.repeat))
    return 0


def really(folder: Path, minutes: float, seed: int) -> dict[str, Any]:
    """What a real call says, as JSON."""
    (file,) = (folder / "data").glob("file.*")
    out = folder / f"real-{minutes:g}"
    words = ["advise", str(file), "--minutes", f"{minutes:g}", "--seed", str(seed), "--out", str(out.resolve())]
    if file.suffix == ".csv":
        words += ["--text", "text", "--label", "label"]
    if not (out / "advice.json").is_file():
        subprocess.run([sys.executable, "-m", "mismatch", *words], check=True, stdout=subprocess.DEVNULL)
    told: dict[str, Any] = json.loads((out / "advice.json").read_text())
    return told


def compare(name: str, call: dict[str, Any], told: dict[str, Any]) -> None:
    """Print both."""
    from mismatch.advise.candidates import Way
    from mismatch.regret.rules import Rule

    way = str(Rule("", Way(**told["finalists"][0]["way"])))
    replayed = call["finalists"][0]["way"]
    print(f"{name}, {call['minutes']:g} min: runs {told['runs']} (replayed {call['runs']}),", end=" ")
    print(f"{told['minutes']:.2f} min ({call['took']:.2f}), {'the same way' if way == replayed else 'another way'}")
    print(f"  {way}\n  {replayed}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
