"""Trains, on the backend of this process, the arms that the primary contrasts on accuracy and loss rest on.

In: a folder, a number of replicates, names of experiments. Out: records below ``<folder>/<backend>/<experiment>``, by
the path of every sweep; runs that are there are not trained again. As a command it is the process of one backend:
``python -m mismatch.replicate.train FOLDER REPLICATES EXPERIMENT...``.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mismatch import cli
from mismatch.config import environment
from mismatch.config.fields import ConfigError
from mismatch.replicate.arms import needed, registered
from mismatch.sweep.session import EXIT_USAGE, Launch, Session, say

ENGINES = {"tensorflow": "compiled", "jax": "fit"}
"""On TensorFlow the engine whose verdicts are to be replicated; on JAX Keras's own training loop."""


class Chosen(Session):
    """A session that takes, of each sweep added to it, the arms that matter, under a folder of their own."""

    typed = False

    def __init__(self, folder: Path, replicates: int) -> None:
        super().__init__()
        self.folder, self.replicates, self.backend = folder, replicates, environment.backend()

    def add(
        self,
        configs: Sequence[Any],
        overrides: Sequence[str] = (),
        experiment: str | None = None,
        executor: tuple[str, int] = ("inline", 1),
        launch: Launch | None = None,
        note: str = "",
    ) -> None:
        """As `Session.add`; what differs from the sweep is the folder, the engine and the number of replicates."""
        name = str(experiment)
        own = {"name": name, "out": str(self.folder / self.backend / name), "replicates": self.replicates}
        for config in configs:
            for key, value in (own | {"measure": None, "figures": False, "impossible": "refuse"}).items():
                config[key] = value
            config["train"]["engine"] = ENGINES[self.backend]
        chosen = needed(registered(name), configs)
        if chosen:
            super().add(chosen, [f"out={own['out']}"], experiment, executor)


def main(words: Sequence[str]) -> int:
    """Train; the exit code is that of a sweep."""
    folder, replicates, names = Path(words[0]), int(words[1]), words[2:]
    session = Chosen(folder, replicates)
    try:
        cli.gather(["--multirun", f"+experiment={','.join(names)}"], session)
        return session.run() if session.sweeps else 0
    except ConfigError as error:
        say(f"mismatch: error: {error}")
        return EXIT_USAGE
    finally:
        session.stop()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
