"""Puts every folder of experiments on Hydra's search path as an option of the group ``experiment``."""

import builtins
from pathlib import Path

from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.object_type import ObjectType
from hydra.plugins.config_source import ConfigLoadError, ConfigResult
from hydra.plugins.search_path_plugin import SearchPathPlugin

from hydra_plugins.mismatch_hydra.internals import FileConfigSource

GROUP, SWEEP = "experiment", "sweep"


class ExperimentSource(FileConfigSource):
    """``experiment/<name>`` is ``<path>/<name>/sweep.yaml``; ``experiment/<name>/smoke`` is smoke.yaml beside it."""

    @staticmethod
    def scheme() -> str:
        return "experiments"

    def _file(self, config_path: str) -> Path | None:
        parts = Path(config_path.removesuffix(".yaml")).parts
        if len(parts) not in (2, 3) or parts[0] != GROUP:
            return None
        path = Path(self.path, parts[1], f"{parts[2] if len(parts) == 3 else SWEEP}.yaml")
        return path if path.is_file() and (path.parent / f"{SWEEP}.yaml").is_file() else None

    def load_config(self, config_path: str) -> ConfigResult:
        path = self._file(config_path)
        if path is None:
            raise ConfigLoadError(f"Config not found : {config_path}")
        return FileConfigSource("mismatch", str(path.parent)).load_config(path.name)

    def available(self) -> bool:
        return Path(self.path).is_dir()

    def is_group(self, config_path: str) -> bool:
        return config_path in ("", GROUP)

    def is_config(self, config_path: str) -> bool:
        return self._file(config_path) is not None

    def list(self, config_path: str, results_filter: ObjectType | None) -> builtins.list[str]:
        if config_path == "":
            return [GROUP] if results_filter in (None, ObjectType.GROUP) else []
        if config_path != GROUP or results_filter is ObjectType.GROUP:
            return []
        return sorted(path.parent.name for path in Path(self.path).glob(f"*/{SWEEP}.yaml"))


class ExperimentSearchPath(SearchPathPlugin):
    """Ours, and those of other packages; a user's own file in ``--config-dir`` needs no plugin."""

    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        from mismatch.config.experiments import roots

        for root in roots():
            search_path.append(provider="mismatch", path=f"{ExperimentSource.scheme()}://{root}")
