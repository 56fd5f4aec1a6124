"""The task function given to Hydra: adds a single job to the session, or carries out a job where it was launched."""

from typing import Any

from mismatch.config.fields import ConfigError
from mismatch.config.settings import settings
from mismatch.sweep.errand import Errand
from mismatch.sweep.session import Session


class Job:
    """Callable with a composed config. The session stays behind when it is pickled; the errand goes along."""

    def __init__(self, session: Session) -> None:
        self.session: Session | None = session
        self.errand: Errand | None = None
        self.refused: ConfigError | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {"session": None, "errand": self.errand}

    def __call__(self, config: Any) -> None:
        from hydra.core.hydra_config import HydraConfig
        from hydra.types import RunMode

        if self.errand is not None:
            self.errand.carry_out(settings(config))
            return
        hydra = HydraConfig.get()
        if hydra.mode != RunMode.RUN or self.session is None:
            raise ConfigError("hydra/sweeper", hydra.runtime.choices.get("hydra/sweeper"), NOT_OURS)
        try:
            self.session.add([config], list(hydra.overrides.task), hydra.runtime.choices.get("experiment"))
        except ConfigError as error:  # Hydra would print lines of its own
            self.refused = error


NOT_OURS = "must be local, which plans all jobs of a sweep before the first one trains"
