"""The pieces of a script in their order: what it says of itself, imports, constants, the file, arrays, model, training.

In: `Material`. Out: the text of the script. The rows of its parts, and constants that would take more than a line, are
in the file beside it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import wrap

from mismatch.advise.script.described import described
from mismatch.advise.script.lengths import Shape, prepared, scaled
from mismatch.advise.script.network import network, sizes
from mismatch.advise.script.piece import WIDTH, Beside, Piece, indented, literal, merged
from mismatch.advise.script.reading import Reading
from mismatch.advise.script.training import training
from mismatch.config.ownmodel import Source

LINES = 80
"""A script has fewer lines."""
FILES = ("FILE", "TEST_FILE")
"""Constants that name files."""
THIRD = ("keras", "numpy", "pandas")
IMPORTS, EMPTY, COMMENTS, CONSTANTS, WORDS = 1, 2, 3, 4, 5
"""How far a script with too many lines is pressed: imports in one line, no empty lines, no lines of comments, several
constants in a line, and in the end no description of itself."""
ALWAYS = ("import json", "import sys", "from pathlib import Path", "import numpy as np")
STARTED = "keras.utils.set_random_seed(SEED)  # of NumPy, too"
KNOWN = (
    'counts = Counter(word for text in words["train"] for word in text)',
    "known = sorted(counts, key=lambda word: (-counts[word], word))[: VOCABULARY - 2]",
    "ids = {word: number for number, word in enumerate(known, 2)}  # 0 is padding, 1 any other word",
)
SAID = {
    "MARKS, SIGNS": "beyond ASCII, in these texts",
    "T, D": "steps, features",
    "T, VOCABULARY": "steps, words with a number of their own",
    "T, D, VOCABULARY": "steps, width of a word's vector, words with a number of their own",
    "LEARNING_RATE, BATCH, UPDATES, BLOCK, SEED": "the probe is looked at after each BLOCK of updates",
}
"""What constants are, where their names do not say so."""


@dataclass(frozen=True)
class Material:
    """What a script is made of.

    shape: the arm. reading: how its file is read. tokens: lines that make tokens ``s`` of a text ``s``, or None for
    numbers. classes: what the file calls each class, in order. label: the expression that is one of them, of ``n``.
    used: how many sequences of the file are in a part.
    """

    shape: Shape
    reading: Reading
    tokens: Piece | None
    classes: list[object]
    label: str
    used: str


def assembled(material: Material, beside: Beside, name: str) -> str:
    """The script, which looks for the file `name` beside it; `beside` takes what is to stand there.

    What has `LINES` or more is written more closely, and no more so than it has to be.
    """
    for pressed in range(WORDS + 1):
        own = Beside(dict(beside.kept))
        text = _pressed(_sections(material, own, name, pressed), pressed)
        if text.count("\n") < LINES:
            break
    beside.kept.update(own.kept)
    return text


def _sections(material: Material, beside: Beside, name: str, pressed: int) -> tuple[tuple[str, ...], ...]:
    """The lines of each section."""
    shape, reading = material.shape, material.reading
    arrays, model, fitted = _arrays(material), network(shape), training(shape)
    digest = () if reading.folders else ("import hashlib",)
    whole = reading.piece + (material.tokens or Piece()) + arrays + model + fitted + Piece((*ALWAYS, *digest))
    return (
        _head(shape, pressed >= WORDS),
        _imports(whole.imports, pressed >= IMPORTS),
        _constants(material, whole, beside, name, pressed >= CONSTANTS),
        (*_unchanged(reading), *reading.piece.lines),
        ("# Arrays of each part.", *arrays.lines),
        ("# The model.", STARTED, *model.lines),
        ("# Full batches, pass after pass in random order, another one than the measured runs had.", *fitted.lines),
    )


def _pressed(sections: Iterable[tuple[str, ...]], pressed: int) -> str:
    """All sections, an empty line between them unless they are pressed."""
    kept = [lines for lines in sections if lines]
    if pressed >= EMPTY:
        kept = [tuple(line for line in lines if line) for lines in kept]
    if pressed >= COMMENTS:
        kept = [tuple(line for line in lines if not line.startswith("# ")) for lines in kept]
    return ("\n" if pressed >= EMPTY else "\n\n").join("\n".join(lines) for lines in kept) + "\n"


def _head(shape: Shape, brief: bool) -> tuple[str, ...]:
    """The docstring."""
    what = "words" if shape.tokens else "numbers"
    title = f'"""Trains and tests a model for sequences of {what} as `mismatch advise` advised. It is yours to change.'
    if brief:
        return (f'{title}"""',)
    told = f"{described(shape)} With --save model.keras the model is kept, with what makes its inputs."
    return (title, "", *wrap(told, WIDTH), '"""')


def _imports(lines: Iterable[str], together: bool) -> tuple[str, ...]:
    """Each import once, in order, those of other packages apart; together: those of the library of Python in a line."""
    every = sorted(set(lines), key=lambda line: (line.startswith("from"), line))
    third = [line for line in every if line.split()[1] in THIRD]
    ours = [line for line in every if line not in third]
    if together:
        plain = [line.removeprefix("import ") for line in ours if line.startswith("import")]
        ours = [f"import {', '.join(plain)}", *(line for line in ours if line.startswith("from"))]
    return (*ours, "", *third)


def _constants(material: Material, whole: Piece, beside: Beside, name: str, close: bool) -> tuple[str, ...]:
    known = (material.tokens or Piece()).given
    given = (*material.reading.piece.given, *known, ("CLASSES", material.classes), *_settings(material))
    return (
        "# Which of the sequences train the model, watch it (probe) and test it stands in the file beside this one.",
        f"BESIDE = json.loads(Path(__file__).with_name({literal(name)}).read_text())",
        f'ROWS = BESIDE["rows"]  # {material.reading.noun}; {material.used}',
        *(_said(beside.constant(names, value)) for names, value in (merged(given) if close else given)),
        'SAVE = sys.argv[2] if sys.argv[1:2] == ["--save"] else None',
        *whole.made,
    )


def _said(line: str) -> str:
    """A line of constants with what they are, where it says so little itself."""
    names = line.split(" = ")[0]
    return f"{line}  # {SAID[names]}" if names in SAID and len(line) + len(SAID[names]) + 4 <= WIDTH else line


def _settings(material: Material) -> Iterable[tuple[str, object]]:
    """The numbers of the arm: of its arrays, its layers and its training."""
    shape, train = material.shape, material.shape.arm.train
    if shape.arm.model.build is not None:
        yield "MODEL", str(Source.of(shape.arm.model.build).path)
    lengths: dict[str, object] = {"T": shape.arm.steps, "D": shape.arm.input_width}
    if shape.tokens and shape.arm.model.build is not None:
        lengths = {"T": shape.arm.steps, "VOCABULARY": shape.arm.data.vocabulary_size}
    elif shape.tokens:
        lengths = {"T": shape.arm.steps, "D": shape.arm.width, "VOCABULARY": shape.arm.data.vocabulary_size}
    fitted: dict[str, object] = {"LEARNING_RATE": train.learning_rate, "BATCH": train.batch}
    fitted |= {"UPDATES": train.updates, "BLOCK": train.block, "SEED": shape.arm.seed}
    for group in filter(None, (lengths, sizes(shape), fitted)):
        names, values = ", ".join(group), tuple(group.values())
        yield names, values if len(values) > 1 else values[0]


def _unchanged(reading: Reading) -> tuple[str, ...]:
    """The line that compares the file with the one whose rows were drawn; files of a folder are named one by one."""
    names = [name for name, _ in reading.piece.given if name in FILES]
    if reading.folders:
        return ()
    digest = "hashlib.sha256(Path({}).read_bytes()).hexdigest()"
    if len(names) == 1:
        return (f'assert {digest.format("FILE")} == BESIDE["sha256"], "the file has changed"',)
    return (f'assert [{digest.format("p")} for p in ({", ".join(names)})] == BESIDE["sha256"], "changed"',)


def _arrays(material: Material) -> Piece:
    """Lines that make the arrays ``x`` and ``y`` of each part."""
    shape = material.shape
    made = prepared(shape)
    if material.tokens is None:
        lines = ("x, y = {}, {}", *_parts(material, "x", '.astype("float32")'), *scaled(shape.arm))
        return Piece(lines=(*lines, "for part, sequences in x.items():", *indented(made)))
    numbered = "[ids.get(word, 1) for word in text]"
    numbered = numbered if shape.listed else f"np.array({numbered})"
    lines = ("words, y = {}, {}", *_parts(material, "words", ""), *KNOWN, "x = {}", "for part, texts in words.items():")
    made = (f"sequences = [{numbered} for text in texts]", *made)
    return Piece(("from collections import Counter",), lines=(*lines, *indented(made)))


def _parts(material: Material, name: str, kind: str) -> tuple[str, ...]:
    """The loop that puts the sequences of each part into the dictionary `name`, and its labels into ``y``."""
    one, more = material.reading.one, () if material.tokens is None else material.tokens.lines
    labels = f"y[part] = np.array([CLASSES.index({material.label}) for n in rows])"
    single = f"{name}[part] = [{_value(one, more)}{kind} for n in rows]"
    if len(one) + len(more) <= 1 + bool(more) and len(single) + 4 <= WIDTH:
        return ("for part, rows in ROWS.items():", *indented((labels, single)))
    lines = (*one, *more)
    added = f"{name}[part].append({lines[-1].removeprefix('s = ')}{kind})"
    short = lines[-1].startswith("s = ") and "  # " not in lines[-1] and len(added) + 8 <= WIDTH
    inside = (*lines[:-1], added) if short else (*lines, f"{name}[part].append(s{kind})")
    loop = (f"{name}[part] = []", "for n in rows:", *indented(inside))
    return ("for part, rows in ROWS.items():", *indented((labels, *loop)))


def _value(one: tuple[str, ...], more: tuple[str, ...]) -> str:
    """One line that makes ``s``, and one that makes tokens of it, as one expression."""
    value = one[0].removeprefix("s = ")
    return more[0].removeprefix("s = ").replace("s.lower()", f"{value}.lower()") if more else value
