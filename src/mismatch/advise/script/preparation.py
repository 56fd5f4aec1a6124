"""The script beside a fitted model: a function that makes of new sequences what the model was trained on.

In: the shape of an arm, its tokens, its classes. Out: the script, which imports none of us. What is learnt from data,
the words or the scale of features, is in the file that `model.py --save` leaves beside the model.
"""

import re

from mismatch.advise.script.lengths import Shape, prepared
from mismatch.advise.script.numbers import FILLS
from mismatch.advise.script.piece import WIDTH, Piece, assigned, indented
from mismatch.config.fields import require
from mismatch.config.groups import INTERPOLATE
from mismatch.data.series import Series

HEAD = '''"""Makes arrays of new sequences for the model beside it, as those it was trained on. It is yours to change.

    model = keras.models.load_model("{name}.keras")
    found = model.predict(prepare(sequences)).argmax(1)  # places in CLASSES
"""'''
BESIDE = 'Path(__file__).with_name("{name}.{suffix}")'
WORDS = f"ids = {{{{word: number for number, word in enumerate(json.loads({BESIDE}.read_text()), 2)}}}}"
SCALE = f"center, spread = np.load({BESIDE}).values()"
SHAPES = (
    "right = all(s.ndim == 2 and len(s) and s.shape[1] == len(FEATURES) for s in sequences)",
    'assert right, "must be arrays of a row per step, with a number for each of FEATURES"',
)
KNOWN = (
    "known = not any(np.isnan(s).all(0).any() for s in sequences)",
    'assert known, "must hold a value of each of FEATURES in each sequence, as nothing else fills it"',
)
FINITE = 'assert all(np.isfinite(s).all() for s in sequences), "must hold finite numbers"'
LIST = 'assert not isinstance(sequences, str), "must be a list of texts"'
NUMBERED = "sequences = [[ids.get(word, 1) for word in tokens(s)] for s in sequences]"
AS_ARRAY = "sequences = [np.array(s, float) for s in sequences]"


def preparation(shape: Shape, tokens: Piece | None, classes: list[object], name: str) -> str:
    """The script for the model in the file `name` + ``.keras``; tokens: lines that make tokens ``s`` of a text ``s``.

    Raises:
        ConfigError: for windows at random, of which a new sequence has none.
    """
    side = shape.arm.length.truncating
    require(side != "crop", "length.truncating", side, "must not be left to chance for a model that is to be used")
    any_length = Shape(shape.arm, True, side != INTERPOLATE, shape.own)
    given = _numbers(shape) if tokens is None else _texts(tokens, any_length)
    lines = tuple(line.replace("x[part]", "x") for line in (*given, *prepared(any_length, shape.masked)))
    constants = "\n".join(_constants(shape, tokens, classes, name, "\n".join(lines)))
    made = () if tokens is None else ("def tokens(s):", *indented((*tokens.lines, "return s")), "", "")
    function = ("def prepare(sequences):", f'    """{_said(shape)}"""', *indented((*lines, "return x")))
    body = "\n".join((*made, *function))
    return "\n\n".join((HEAD.format(name=name), _imports(tokens, constants + body), constants)) + f"\n\n\n{body}\n"


def _imports(tokens: Piece | None, code: str) -> str:
    own = {*(tokens.imports if tokens else ()), *(("import json",) if "json." in code else ())}
    plain = [*sorted(own), *(("from pathlib import Path",) if "Path(" in code else ())]
    known = {"keras": "import keras", "np": "import numpy as np"}
    third = [line for name, line in known.items() if re.search(rf"\b{name}\.", code)]
    return "\n".join([*plain, *([""] if plain else []), *third])


def _constants(shape: Shape, tokens: Piece | None, classes: list[object], name: str, code: str) -> list[str]:
    """Lines above the functions, without what the `code` of these does not use."""
    arm = shape.arm
    found = [assigned("CLASSES", classes), assigned("T", arm.steps)]
    found += [assigned("D", arm.width)] if re.search(r"\bD\b", code) else []
    if tokens is not None:
        return [
            *found,
            *(assigned(*each) for each in tokens.given),
            *tokens.made,
            WORDS.format(name=name, suffix="json"),
        ]
    assert isinstance(arm.data, Series)
    features = assigned("FEATURES", list(arm.data.items().features))
    found.append(features if len(features) <= WIDTH else f"FEATURES = range({arm.data.feature_count})")
    return [*found, SCALE.format(name=name, suffix="npz")] if arm.features.scale == "standard" else found


def _numbers(shape: Shape) -> tuple[str, ...]:
    """Lines that make ``sequences`` arrays (L, D) float32, with missing values filled as those of the file were."""
    data = shape.arm.data
    assert isinstance(data, Series)
    lines: tuple[str, ...] = (AS_ARRAY, *SHAPES)
    if data.missing in FILLS:
        lines += KNOWN if data.missing != "zero" else ()
        lines += ("for place, s in enumerate(sequences):", *indented((*FILLS[data.missing], "sequences[place] = s")))
    return (*lines, FINITE, 'sequences = [s.astype("float32") for s in sequences]')


def _texts(tokens: Piece, shape: Shape) -> tuple[str, ...]:
    """Lines that make ``sequences`` lists, or arrays, of the numbers of words."""
    numbered = NUMBERED if shape.listed else NUMBERED.replace("= [[", "= [np.array([").replace("] for", "]) for")
    return LIST, numbered


def _said(shape: Shape) -> str:
    """What the function takes and returns."""
    steps = shape.arm.steps
    taken = "N texts" if shape.tokens else f"N sequences (L, {shape.arm.data.feature_count}) of numbers"
    made = f"(N, {steps}) int32" if shape.tokens else f"(N, {steps}, {shape.arm.width}) float32"
    return f"{made} of {taken}{f', and the mask (N, {steps})' if shape.masked else ''}."
