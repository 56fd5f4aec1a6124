"""Where the config tree and the experiments are: beside the source tree, or inside an installed wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_ROOT = _PACKAGE.parents[1] if (_PACKAGE.parents[1] / "conf" / "config.yaml").is_file() else _PACKAGE
CONF = _ROOT / "conf"
EXPERIMENTS = _ROOT / "experiments"
