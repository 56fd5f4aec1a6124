"""Puts every folder of `experiments/` on Hydra's search path as an option of the group ``experiment``."""

from pathlib import Path

from hydra._internal.core_plugins.file_config_source import FileConfigSource
from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.object_type import ObjectType
from hydra.plugins.config_source import ConfigLoadError, ConfigResult
from hydra.plugins.search_path_plugin import SearchPathPlugin

GROUP, FILE = "experiment", "sweep.yaml"


class ExperimentSource(FileConfigSource):
    """``experiment/<name>`` is read from ``<path>/<name>/sweep.yaml``."""

    @staticmethod
    def scheme() -> str:
        return "experiments"

    def _sweep(self, config_path: str) -> Path | None:
        parts = Path(config_path.removesuffix(".yaml")).parts
        path = Path(self.path, parts[1], FILE) if len(parts) == 2 and parts[0] == GROUP else None
        return path if path is not None and path.is_file() else None

    def load_config(self, config_path: str) -> ConfigResult:
        path = self._sweep(config_path)
        if path is None:
            raise ConfigLoadError(f"Config not found : {config_path}")
        return FileConfigSource("mismatch", str(path.parent)).load_config(FILE)

    def available(self) -> bool:
        return Path(self.path).is_dir()

    def is_group(self, config_path: str) -> bool:
        return config_path in ("", GROUP)

    def is_config(self, config_path: str) -> bool:
        return self._sweep(config_path) is not None

    def list(self, config_path: str, results_filter: ObjectType | None) -> list[str]:
        if config_path == "":
            return [GROUP] if results_filter in (None, ObjectType.GROUP) else []
        if config_path != GROUP or results_filter is ObjectType.GROUP:
            return []
        return sorted(path.parent.name for path in Path(self.path).glob(f"*/{FILE}"))


class ExperimentSearchPath(SearchPathPlugin):
    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        from mismatch.paths import EXPERIMENTS

        search_path.append(provider="mismatch", path=f"{ExperimentSource.scheme()}://{EXPERIMENTS}")
