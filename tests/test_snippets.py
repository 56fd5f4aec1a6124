"""The snippets of README and docs: what is quick is run, and of what takes minutes every word is understood.

A command of ours is parsed, or composed by Hydra with each of its values; a make target, a script and its options must
be there. What is printed below a command is what it prints, where the file it reads can be made here.
"""

import ast
import inspect
import re
import shlex
import sqlite3
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from markdown_it import MarkdownIt

from mismatch import cli
from mismatch.advise import asking
from mismatch.advise.answer import Advice
from mismatch.report.documents import EXAMPLES
from mismatch.sweep import store
from tests.cli.composing import swept
from tests.helpers import here
from tests.store.runs import many

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
OF_OTHERS = ("data=echo", "+experiment=echo")
"""Parts of another package, which tests/test_extending.py installs and runs."""


@cache
def blocks(path: Path) -> list[tuple[str, str]]:
    """Blocks of code of a document: language (empty for indented ones) and text."""
    tokens = MarkdownIt("commonmark").enable("table").parse(path.read_text(encoding="utf-8"))
    return [(token.info, token.content) for token in tokens if token.type in ("fence", "code_block")]


def python(path: Path) -> list[str]:
    return [text for language, text in blocks(path) if language == "python"]


def commands(path: Path) -> list[list[str]]:
    """Every command in the shell blocks of a document, without what follows it on its line."""
    lines = [line for language, text in blocks(path) if language in ("", "sh", "bash") for line in _asked(text)]
    split = [shlex.split(line.replace(" &", ""), comments=True) for line in lines]
    return [[word.removeprefix(".venv/bin/") for word in _program(words)] for words in split if words]


def _asked(text: str) -> list[str]:
    """Lines that are commands: behind a prompt, or beginning with one of our programs."""
    ours = re.compile(r"(\$ )?(\w+=\S+ )*(\.venv/bin/)?(mismatch|make|python)( |$)")
    return [line.removeprefix("$ ").strip() for line in text.replace("\\\n", " ").splitlines() if ours.match(line)]


def _program(words: list[str]) -> list[str]:
    """Without variables that are set in front of it."""
    return words[next(n for n, word in enumerate(words) if not re.match(r"\w+=", word)) :]


def every(*programs: str) -> list[list[str]]:
    found = {tuple(words): words for path in DOCUMENTS for words in commands(path) if words[0] in programs}
    return [words for words in found.values() if not set(OF_OTHERS) & set(words)]


OURS = [words[1:] for words in every("mismatch")]
VERBS = [words for words in OURS if words[:1] and words[0] in cli.VERBS]
COMPOSED = [words for words in OURS if words not in VERBS and not set(words) & {"--help", "--version"}]


def test_there_are_snippets_of_each_kind() -> None:
    assert len(VERBS) >= 10 and len(COMPOSED) >= 12 and len(every("make")) >= 5 and len(every("python")) >= 3


@pytest.mark.parametrize("words", VERBS, ids=" ".join)
def test_a_verb_takes_the_words(words: list[str]) -> None:
    assert cli.reader().parse_args(words).verb == words[0]


def one_of(word: str, at: int) -> str:
    """An override with one of the values that it sweeps: ``mask=none`` of ``mask=none,masking``."""
    key, _, values = word.partition("=")
    return word if "[" in values else f"{key}={values.split(',')[at]}"


@pytest.mark.parametrize("words", COMPOSED, ids=" ".join)
def test_hydra_composes_the_words(words: list[str]) -> None:
    for chosen in cli.expand(words):
        known = [word for word in chosen if word not in cli.MULTIRUN and not word.startswith("hydra")]
        whole = any(word.startswith("experiment=") for word in known)  # composes its own sweep in test_composition
        for at in (0, -1) if any("," in word for word in known) else (0,):
            jobs, settings = swept(*(one_of(word, at) for word in known), composed=not whole)
            assert jobs and (settings or whole)


@pytest.mark.parametrize("words", every("make"), ids=" ".join)
def test_make_has_the_target(words: list[str]) -> None:
    targets = [word for word in words[1:] if "=" not in word]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets), targets
    variables = [word.partition("=")[0] for word in words[1:] if "=" in word]
    assert all(f"$({name}" in makefile for name in variables), variables


@pytest.mark.parametrize("words", every("python"), ids=" ".join)
def test_a_script_is_there_and_knows_its_options(words: list[str]) -> None:
    spec = find_spec(words[2]) if words[1] == "-m" else None
    source = Path(str(spec.origin)) if spec is not None else ROOT / words[1]
    if source.name == "__init__.py":
        source = source.with_name("__main__.py")
    text = source.read_text(encoding="utf-8")
    assert all(f'"{word}"' in text for word in words if word.startswith("--"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_python_is_python(path: Path) -> None:
    for text in python(path):
        compile(text, str(path), "exec")


@pytest.fixture(scope="module")
def reviews(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the file of reviews that your-data.md makes, made as it says."""
    folder = tmp_path_factory.mktemp("reviews")
    text = next(text for text in python(ROOT / "docs" / "your-data.md") if "reviews.csv" in text)
    assert text == (EXAMPLES / "make_reviews.py").read_text(encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        exec(compile(text, "your-data.md", "exec"), {})
    return folder


def test_the_check_prints_what_the_documents_show(reviews: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "100")
        done = here("check", "reviews.csv", "--text", "text", "--label", "verdict", cwd=reviews)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (EXAMPLES / "check.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["check", "advise"])
def test_the_guide_shows_the_kept_output_whole(name: str) -> None:
    shown = next(
        text
        for _, text in blocks(ROOT / "docs" / "your-data.md")
        if text.startswith(f"$ mismatch {name} reviews.csv --text text")
    )
    assert shown.partition("\n")[2].rstrip() == (EXAMPLES / f"{name}.txt").read_text(encoding="utf-8").rstrip()


def test_the_python_of_the_check_runs() -> None:
    text = next(text for text in python(ROOT / "docs" / "your-data.md") if "mismatch.check(" in text)
    rng = np.random.default_rng(0)
    names = {
        "sequences": [rng.normal(size=(length, 3)) for length in rng.integers(3, 9, 40)],
        "labels": ["a", "b"] * 20,
        "speakers": list(range(20)) * 2,
    }
    exec(compile(text, "your-data.md", "exec"), names)
    assert {"code", "severity"} <= set(names["checked"].frame())  # type: ignore[attr-defined]


def test_the_python_of_advice_calls_what_there_is() -> None:
    text = next(text for text in python(ROOT / "docs" / "your-data.md") if "mismatch.advise(" in text)
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    asked = next(call for call in calls if ast.unparse(call.func) == "mismatch.advise")
    given = {str(word.arg): None for word in asked.keywords}
    inspect.signature(asking.advise).bind(*asked.args, **given)
    used = set(re.findall(r"advice\.(\w+)", text))
    assert used and all(hasattr(Advice, name) or name in Advice.__dataclass_fields__ for name in used), used


def test_a_mask_that_is_made_again_hides_the_pads_from_what_follows() -> None:
    from mismatch.engine.backend import keras

    (text,) = python(ROOT / "docs" / "decide.md")
    names: dict[str, object] = {}
    exec(compile(text, "decide.md", "exec"), names)
    short, long = (names["classifier"](steps, 30, 2) for steps in (10, 48))  # type: ignore[operator]
    for layer in short.layers:
        if isinstance(layer, keras.layers.Conv1D):
            layer.bias.assign(np.full(layer.bias.shape, 0.3))  # without it pads are zeros anyway
    long.set_weights(short.get_weights())
    tokens = np.random.default_rng(0).integers(1, 30, (5, 10))
    padded = [np.pad(tokens, ((0, 0), (0, steps - 10))) for steps in (10, 48)]
    found = [np.asarray(model(rows)) for model, rows in zip((short, long), padded, strict=True)]
    np.testing.assert_allclose(found[0], found[1], atol=1e-6)


def test_the_python_of_the_records_reads_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "results" / "padding"
    for record in many(3):
        store.write(folder, record)
    with sqlite3.connect(next(folder.glob("*.sqlite"))) as file:
        known = file.execute("SELECT run FROM runs LIMIT 1").fetchone()[0]
    (text,) = python(ROOT / "docs" / "records.md")
    names: dict[str, object] = {}
    monkeypatch.chdir(tmp_path)
    exec(compile(text.replace("0123456789abcdef", known), "records.md", "exec"), names)
    assert len(names["runs"]) == 3 and "probe_loss" in names["trace"]  # type: ignore[arg-type, operator]
    names["file"].close()  # type: ignore[attr-defined]
