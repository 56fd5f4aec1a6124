"""Ceilings stand above data, adapters and reductions, which know nothing of them, nor of each other."""

import ast
from pathlib import Path

import pytest

import mismatch

HOUSE = Path(mismatch.__file__).parent
BELOW: dict[str, set[str]] = {
    "config": set(),
    "data": {"config"},
    "adapt": {"config", "data"},
    "reductions": {"config"},
    "ceilings": {"config", "data", "adapt"},
}


def imported(path: Path) -> set[str]:
    """Rooms of the house that a module imports anywhere, also in functions and under TYPE_CHECKING."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    names = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    names += [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return {name.split(".")[1] for name in names if name.startswith("mismatch.")}


@pytest.mark.parametrize("room", list(BELOW))
def test_a_room_imports_only_rooms_below_it(room):
    for path in (HOUSE / room).rglob("*.py"):
        assert imported(path) <= BELOW[room] | {room}, path
