"""Reads a model from a ``.keras`` file without running anything that stands in it.

In: a path. Out: the model. Its description is read as plain JSON first: a Lambda, or an object that is not Keras's
own, is named and refused before Keras sees the file.
"""

import json
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mismatch.check.modelsize import TooLarge, limited, stored
from mismatch.config.fields import ConfigError, plain

KEY = "model"
LONGEST = 16 * 2**20
"""Bytes of the description, unpacked: far more than any model needs."""
BUILDERS = (
    *("keras", "keras.layers", "keras.models", "keras.initializers", "keras.regularizers", "keras.constraints"),
    *("keras.optimizers", "keras.optimizers.schedules", "keras.losses", "keras.metrics", "keras.activations"),
    *("keras.dtype_policies", "keras.ops", "keras.random", "builtins"),
)
INNER = (
    *("keras.src.layers.", "keras.src.models.", "keras.src.ops.", "keras.src.optimizers.", "keras.src.losses."),
    *("keras.src.metrics.", "keras.src.initializers.", "keras.src.dtype_policies."),
)
"""Modules whose objects a model is made of. Others of Keras can open files and addresses."""


def load(path: str | Path) -> Any:
    """The Keras model in a ``.keras`` file, loaded in safe mode; without its compilation if that is not all Keras's.

    Raises:
        ConfigError: for no such file, another format, a Lambda layer, or an object of one's own; in one line.
    """
    config, count = _description(path)
    for found in _foreign(config, skip="compile_config"):
        raise ConfigError(KEY, path, found)
    compiled = not list(_foreign(config.get("compile_config"), skip=""))
    ways = (True, False) if compiled else (False,)
    for way in ways:
        refused: list[str] = []
        try:
            with limited(count) as refused:
                return _loaded(path, way)
        except Exception as error:  # damaged weights, another version of Keras: whatever it is, it is one line here
            if refused:
                raise ConfigError(KEY, path, refused[0]) from None
            if way is ways[-1]:
                first = str(error).strip().splitlines()[:1] or [""]
                said = f"{type(error).__name__}: {plain(first[0], 200)}"
                raise ConfigError(KEY, path, f"Keras cannot load it ({said})") from None
    raise AssertionError("one way returns or raises")


def _loaded(path: str | Path, compiled: bool) -> Any:
    """The model as Keras loads it: what it says of an optimizer's state on the way is of no use to a check."""
    from mismatch.engine.backend import keras

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return keras.models.load_model(str(path), compile=compiled, safe_mode=True)


def _description(path: str | Path) -> tuple[dict[str, Any], int]:
    """config.json of the file, and how many weights the file holds."""
    if not Path(path).is_file():
        raise ConfigError(KEY, path, "must be a file made by model.save('name.keras')")
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo("config.json").file_size > LONGEST:
                raise ConfigError(KEY, path, "its config.json is too large to be a model's")
            count = stored(archive)
            config = json.loads(archive.read("config.json"))
    except TooLarge as error:
        raise ConfigError(KEY, path, str(error)) from None
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, RuntimeError, NotImplementedError, RecursionError) as e:
        if isinstance(e, ConfigError):
            raise
        why = "must be a file made by model.save('name.keras'); HDF5 and SavedModel files can hold code and are refused"
        raise ConfigError(KEY, path, why) from None
    if not isinstance(config, dict):
        raise ConfigError(KEY, path, "its config.json describes no model")
    return config, count


def _foreign(config: Any, skip: str) -> Iterator[str]:
    """What is not Keras's own in a description, one sentence each; what stands under the key `skip` is left out."""
    waiting, name = [(config, "")], ""
    while waiting:
        node, name = waiting.pop()
        if isinstance(node, list):
            waiting += [(part, name) for part in reversed(node)]
        if not isinstance(node, dict):
            continue
        inner = node.get("config")
        name = str(inner["name"]) if isinstance(inner, dict) and "name" in inner else name
        yield from _refused(node, name)
        waiting += [(part, name) for key, part in node.items() if key != skip]


def _refused(node: dict[str, Any], name: str) -> Iterator[str]:
    """Why an object of a description is not loaded; nothing where it may be."""
    kind, module = str(node.get("class_name", "")), node.get("module")
    if kind in ("Lambda", "__lambda__") or (kind == "function" and isinstance(node.get("config"), dict)):
        called = f"layer {name!r} is a Lambda" if kind == "Lambda" else f"{name!r} holds a Python function"
        yield f"{called}: it would run code of the file; write it as a layer of Keras, and save again"
    elif kind == "__typespec__" or "class_name" not in node or not kind:
        if kind:
            yield f"{name!r} holds a {kind} object, which is not loaded"
    elif module is None and "registered_name" not in node:
        return
    elif isinstance(node.get("config"), dict) and isinstance(node["config"].get("vocabulary"), str):
        yield f"{kind} ({name!r}) takes its words from a file of another place, which is not opened"
    elif not _ours(module) or ">" in str(node.get("registered_name") or ""):
        of = f" of {module}" if module else ""
        yield f"{kind}{of} ({name!r}) is not Keras's own; use check_model in Python, where your class is defined"


def _ours(module: object) -> bool:
    return module in BUILDERS or (isinstance(module, str) and module.startswith(INNER))
