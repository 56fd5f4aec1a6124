"""A function that makes a model, of a script or a notebook, as a file: workers import it, and runs are named by it.

In: a function in memory. Out: ``FILE.py:FUNCTION``. One of a module is left where it is; of one that only the running
script or notebook has, the source is written down with all that it uses, and can be read there.
"""

import ast
import hashlib
import inspect
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from mismatch.config.fields import ConfigError, require
from mismatch.config.files import write
from mismatch.config.ownmodel import Source
from mismatch.config.paths import shown

KEY = "model"
ACCEPTED = "must be a function of T, D and K that returns a Keras model, or its place, such as my_model.py:build"
ELSE = "put it in a file of its own and say model='my_model.py:build'"
PLAIN = (bool, int, float, complex, str, bytes, type(None), tuple, list, dict, set, frozenset)


def kept(model: Any, folder: Path) -> str:
    """Where a function is: in its module, or in a file in `folder` that is written once for the same source.

    Raises:
        ConfigError: for what is no function, and for one whose source cannot be written down.
    """
    if isinstance(model, str | Path):
        return place(str(model))
    require(inspect.isfunction(model), KEY, type(model).__name__, ACCEPTED)
    name, module = model.__name__, sys.modules.get(model.__module__)
    top = name.isidentifier() and model.__qualname__ == name and not model.__closure__
    require(top, KEY, model.__qualname__, f"must be defined by def, outside of other functions and classes; or {ELSE}")
    file = inspect.getsourcefile(model)
    if module is not None and module.__name__ != "__main__" and file is not None and getattr(module, name, 0) is model:
        return f"{file}:{name}"
    return f"{_written(_Gathered(name, model.__globals__).text(model), folder)}:{name}"


def place(name: str) -> str:
    """``my_model.py:build`` in full.

    Raises:
        ConfigError: where there is no such file, or none that is Python.
    """
    try:
        source = Source.of(name)
        source.contents()
    except ConfigError as error:
        raise ConfigError(KEY, error.value, error.accepted) from None
    return str(source)


def _written(text: str, folder: Path) -> Path:
    raw = text.encode()
    path = folder / f"model-{hashlib.sha256(raw).hexdigest()[:12]}.py"
    try:
        if not path.is_file() or path.read_bytes() != raw:
            write(path, raw)
    except OSError as error:
        raise ConfigError("out", shown(folder), f"cannot be written to: {error.strerror}") from error
    return path


@dataclass
class _Gathered:
    """The source of the function `name`, and of what it uses of `space`, the names around it.

    imports, values: lines. defined: source of functions and classes by name, those first that others need.
    """

    name: str
    space: dict[str, Any]
    imports: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    defined: dict[str, str] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def text(self, function: FunctionType) -> str:
        """All of it, as a file."""
        self._define(self.name, function)
        head = f"# {self.name}, as mismatch.advise was given it, with what it uses."
        lines = [head, *sorted(self.imports.values()), *self.values.values()]
        return "\n".join(lines) + "\n\n\n" + "\n\n".join(self.defined.values())

    def _define(self, name: str, value: Any) -> None:
        try:
            source = inspect.getsource(value)
            tree = ast.parse(source)
        except (OSError, TypeError, SyntaxError):
            raise ConfigError(KEY, self.name, f"the source of {name} is nowhere to be read: {ELSE}") from None
        self.seen.add(name)
        for used in dict.fromkeys(_names(tree)):
            if used in self.space and used not in self.seen:
                self.seen.add(used)
                self._take(used, self.space[used])
        self.defined[name] = source

    def _take(self, name: str, value: Any) -> None:
        """Note how `name` comes to stand for `value`."""
        if _loose(value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)):
            raise ConfigError(KEY, self.name, f"uses {name}, from a file beside the script: {ELSE}")
        if isinstance(value, ModuleType):
            self.imports[name] = f"import {value.__name__} as {name}"
        elif isinstance(value, FunctionType | type) and value.__module__ == self.space.get("__name__"):
            self._define(value.__name__, value)
            if name != value.__name__:
                self.defined[name] = f"{name} = {value.__name__}\n"
        elif (there := _there(value)) is not None:
            self.imports[name] = f"from {there[0]} import {there[1]} as {name}"
        elif isinstance(value, PLAIN) and _literal(value):
            self.values[name] = f"{name} = {value!r}"
        else:
            what = "which is no module, function, class or plain value"
            raise ConfigError(KEY, self.name, f"uses {name}, {what}: {ELSE}")


def _names(tree: ast.AST) -> Iterator[str]:
    return (node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


def _there(value: Any) -> tuple[str, str] | None:
    """Module and name that `value` can be imported by."""
    module, name = getattr(value, "__module__", None), getattr(value, "__name__", None)
    there = sys.modules.get(module) if isinstance(module, str) else None
    return (str(module), str(name)) if name and getattr(there, str(name), there) is value else None


def _loose(module: Any) -> bool:
    """Whether a module lies beside the running script or notebook, where others do not look for it."""
    if not isinstance(module, str) or module == "__main__":
        return False
    file = getattr(sys.modules.get(module.split(".")[0]), "__file__", None)
    main = getattr(sys.modules["__main__"], "__file__", None)
    folder = Path(main).resolve().parent if main else Path.cwd()
    return file is not None and folder in Path(file).resolve().parents[:2]


def _literal(value: Any) -> bool:
    """Whether its text stands for the same value."""
    try:
        return bool(ast.literal_eval(repr(value)) == value)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return False
