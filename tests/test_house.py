"""The rooms of the package: imports point down, no circles, and the plan in docs/architecture.md names every module."""

import ast
import re
from importlib import metadata
from itertools import pairwise
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "mismatch"
ROOMS = (
    *("config", "data", "adapt", "reductions", "ceilings", "engine", "run", "baselines", "sweep"),
    *("analysis", "timing", "mechanism", "check", "trials", "advise", "report", "cli", "replicate", "regret"),
)
"""From the ground up: a room imports rooms named before it, and itself."""
ATTIC = ("__init__", "__main__")
APART = {"analysis": {"config", "run"}, "report": {"config", "run", "sweep", "analysis"}}
"""Rooms that may import these alone: what reads tables needs no data, no engine and no TensorFlow."""
MODULES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))


def dotted(path: Path) -> str:
    return f"mismatch.{path.with_suffix('').as_posix().replace('/', '.')}".removesuffix(".__init__")


NAMES = {dotted(path) for path in MODULES}


def room(module: str) -> str:
    """``mismatch.data.base`` stands in the room data."""
    return module.removeprefix("mismatch.").split(".")[0]


def imported(path: Path) -> set[str]:
    """Every module of ours that the file imports, wherever in the file: in functions and for type checkers too."""
    found = set()
    here = ["mismatch", *path.with_suffix("").parts]
    for node in ast.walk(ast.parse((PACKAGE / path).read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(here[: -node.level]) if node.level else ""
            module = ".".join(filter(None, (base, node.module or "")))
            names = [f"{module}.{alias.name}" for alias in node.names]
            found |= {name if name in NAMES or module == "mismatch" else module for name in names}
    return {name for name in found if name.startswith("mismatch.")}


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_imports_point_down(path):
    here = path.parts[0].removesuffix(".py")
    if here in ATTIC:
        return
    below = APART.get(here, set(ROOMS[: ROOMS.index(here)])) | {here}
    upward = {name for name in imported(path) if room(name) not in below}
    assert not upward, f"{path} imports {sorted(upward)}"


def test_modules_import_each_other_in_no_circle():
    graph = {dotted(path): imported(path) for path in MODULES}
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " -> ".join((*way[way.index(name) :], name))
        if name not in done:
            for other in sorted(graph.get(name, ())):
                visit(other, (*way, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def test_the_picture_of_the_house_shows_every_room_above_those_that_it_imports():
    picture = (ROOT / "docs/rooms.svg").read_text()
    drawn = re.findall(r'<text x="42" [^>]*font-weight="bold"[^>]*>([^<]+)</text>', picture)
    rows = [[ROOMS.index(name) for name in row.split(" · ")] for row in reversed(drawn)]
    assert sorted(place for row in rows for place in row) == list(range(len(ROOMS)))
    assert all(max(lower) < min(upper) for lower, upper in pairwise(rows))


def test_every_module_says_what_it_is_for():
    silent = [str(path) for path in MODULES if not ast.get_docstring(ast.parse((PACKAGE / path).read_text()))]
    assert not silent


def first_sentence(path: Path) -> str:
    """Of the module's docstring, as docs/architecture.md has it."""
    words = " ".join((ast.get_docstring(ast.parse((PACKAGE / path).read_text())) or "").split("\n\n")[0].split())
    return re.split(r"(?<=\.)\s(?=[A-Z`])", words, maxsplit=1)[0].replace("|", "/")


def test_the_plan_of_the_house_lists_every_module_with_its_first_sentence():
    rows = dict(
        re.findall(r"^\| `([\w/]+\.py)` \| (.*) \|$", (ROOT / "docs" / "architecture.md").read_text(), re.MULTILINE)
    )
    right = {path.as_posix(): first_sentence(path) for path in MODULES if path.name != "__init__.py"}
    assert rows == right, "\n".join(f"| `{name}` | {text} |" for name, text in sorted(right.items()))


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_pins_every_extra(name: str) -> None:
    """pip takes an extra that a lock leaves out for an unpinned requirement as soon as a newer release appears."""
    pins = [Requirement(re.sub(r"\s*\\$", "", line)) for line in (ROOT / name).read_text().splitlines() if "==" in line]
    extras: dict[str, set[str]] = {}
    for pin in pins:
        extras.setdefault(canonicalize_name(pin.name), set()).update(pin.extras)
    unpinned, looked = [], 0
    for distribution in metadata.distributions():
        if canonicalize_name(distribution.name) not in extras:
            continue
        looked += 1
        for needed in map(Requirement, distribution.requires or []):
            wanted = needed.extras - extras.get(canonicalize_name(needed.name), set())
            chosen = extras[canonicalize_name(distribution.name)] | {""}
            applies = not needed.marker or any(needed.marker.evaluate({"extra": extra}) for extra in chosen)
            if wanted and applies:
                unpinned.append(f"{needed.name}[{','.join(sorted(wanted))}] of {distribution.name}")
    assert looked > 20
    assert not unpinned
