"""A script that does what an arm does, for a person to own: it reads their file, trains, tests, and imports none of us.

In: an arm on a person's own data, and a replicate. Out: the script, in fewer than 80 lines, and the file beside it that
names the rows of each part. How rows are drawn, in shares of the classes, with groups and copies on one side, takes
more code than all the rest; and what a model has not seen should not hang on a random number generator.
"""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mismatch.adapt.length import crop_starts
from mismatch.advise.script import layout, numbers, texts, words
from mismatch.advise.script.lengths import ADAPTERS, Shape
from mismatch.advise.script.network import REDUCTIONS
from mismatch.advise.script.piece import Beside, Piece
from mismatch.advise.script.preparation import preparation
from mismatch.advise.script.reading import Proved, Reading, proved, spoken, wanted
from mismatch.advise.tried import Tried
from mismatch.config.arm import Arm
from mismatch.config.fields import ConfigError, require
from mismatch.config.groups import INTERPOLATE
from mismatch.config.paths import shown
from mismatch.data.series import Series
from mismatch.data.streams import Streams
from mismatch.data.text import YourText

PARTS = ("train", "probe", "test")
BESIDE = "model_rows.json"


@dataclass(frozen=True)
class Script:
    """code: the script. beside: the text of the file beside it, which it looks for as `name`."""

    code: str
    beside: str
    name: str

    def write(self, path: Path) -> None:
        """Write the script to `path`, and the other file beside it."""
        path.with_name(self.name).write_text(self.beside, encoding="utf-8", newline="\n")
        path.write_text(self.code, encoding="utf-8", newline="\n")


def script(arm: Arm, replicate: int = 0, name: str = BESIDE, own: Tried | None = None) -> str:
    """The code alone of `written`."""
    return written(arm, replicate, name, own).code


def written(arm: Arm, replicate: int = 0, name: str = BESIDE, own: Tried | None = None) -> Script:
    """The script of `arm` on the parts of `replicate`; `name` is what it calls the file beside it.

    own: what came of trying the model, where it is one of a person's own.

    Before it is returned, what it reads is compared with what the arm is given, sequence by sequence.

    Raises:
        ConfigError: naming the setting, or the file, that no short script repeats.
    """
    refuse(arm)
    streams = Streams(arm.seed, replicate)
    return _written(arm, arm.data.places(streams), streams, name, own)[0]


@dataclass(frozen=True)
class Fitting:
    """script: trains and keeps a model. prepare: text of the one that makes its inputs. trained, probed: sequences."""

    script: Script
    prepare: str
    trained: int
    probed: int


def fitting(arm: Arm, name: str, own: Tried | None = None) -> Fitting:
    """What fits `arm` on all sequences of its parts, but for the probe; `name`: of the file of the model.

    Raises:
        ConfigError: as `written`.
    """
    refuse(arm)
    streams = Streams(arm.seed, 0)
    rows = arm.data.places(streams)
    train, probe = np.sort(np.concatenate([rows["train"], rows["test"]])), rows["probe"]
    script, material = _written(arm, {"train": train, "probe": probe, "test": probe}, streams, BESIDE, own)
    prepare = preparation(material.shape, material.tokens, material.classes, name)
    return Fitting(script, prepare, len(train), len(probe))


def _written(
    arm: Arm, rows: dict[str, np.ndarray], streams: Streams, name: str, own: Tried | None
) -> tuple[Script, layout.Material]:
    """The script on these rows of each part, and what it is made of."""
    used = np.unique(np.concatenate([rows[part] for part in PARTS]))
    found, shape = _read(arm.data, used), replace(_shape(arm, used), own=own)
    places = dict(zip(used.tolist(), found.places, strict=True))
    beside = Beside({"rows": {part: [places[row] for row in rows[part].tolist()] for part in PARTS}})
    if shape.cut and shape.side == "crop":
        beside.kept["starts"] = {part: _starts(arm, streams, part, rows[part]) for part in PARTS}
    if not found.reading.folders:
        beside.kept["sha256"] = _digest(found.reading)
    classes, label = _labels(arm, used, found)
    known = f"{len(used)} of {arm.data.items().reading.read} are in a part"
    material = layout.Material(shape, found.reading, _tokens(arm, used, found), classes, label, known)
    code = layout.assembled(material, beside, name)
    accepted = f"takes a script of {layout.LINES} lines or more, with these settings"
    require(code.count("\n") < layout.LINES, "data.path", shown(arm.data.path), accepted)
    return Script(code, beside.text(), name), material


def refuse(arm: Arm) -> None:
    """Raise ConfigError for settings that a script for a person's own file cannot have."""
    data, features, reduction = arm.data, arm.features.adapter, arm.reduction.kind
    own = isinstance(data, YourText | Series)
    require(own, "data", data.name, "must be text or series, a file of your own, for a script")
    learned = not isinstance(data, YourText) or data.embedding == "learned"
    require(learned, "data.embedding", "vectors", "must be learned for a script, which computes no word vectors")
    require(not arm.bucketed, "length.padding", "none", "must pad to one length for a script: pre, post or mid")
    require(arm.length.fill != "noise", "length.fill", "noise", "must be constant or last for a script, without noise")
    for key, kind, only in (("layout", arm.layout.kind, "correct"), ("control", arm.control.kind, "none")):
        require(kind == only, key, kind, f"must be {only} for a script, which is to be used and not to be measured")
    accepted = f"must be one of {', '.join(ADAPTERS)} for a script: no other is made without random numbers"
    require(features in ADAPTERS, "features.adapter", features, accepted)
    require(reduction in REDUCTIONS, "reduction", reduction, f"must be one of {', '.join(REDUCTIONS)} for a script")


def _read(data: YourText | Series, rows: np.ndarray) -> Proved:
    """The simplest code that reads the sequences at `rows` (M,) as the dataset did."""
    items = data.items()
    tested = items.parts is not None and bool((items.parts[rows] == "test").any())
    ways = texts.readings(data, tested) if isinstance(data, YourText) else numbers.readings(data, tested)
    found = proved(ways, wanted(items, rows))
    if found is None:
        raise ConfigError("data.path", shown(data.path), "is read in a way that no short script repeats")
    return found


def _shape(arm: Arm, rows: np.ndarray) -> Shape:
    """What the sequences at `rows` need to have T steps; those set aside may be longer than any that T stands for."""
    lengths = arm.data.lengths()[rows]
    cut = arm.length.truncating is not None or bool(lengths.max() > arm.steps)
    padded = arm.length.padding is not None or bool(lengths.min() < arm.steps)
    return Shape(arm, cut, padded and arm.length.truncating != INTERPOLATE)


def _starts(arm: Arm, streams: Streams, part: str, rows: np.ndarray) -> list[int]:
    """Where the random windows of a part start that the arm was given: (M,)."""
    starts: list[int] = crop_starts(streams.rng(f"adapt/crop/{part}"), arm.data.lengths()[rows], arm.steps).tolist()
    return starts


def _labels(arm: Arm, rows: np.ndarray, found: Proved) -> tuple[list[object], str]:
    """What the file calls each class, and the expression that is the one of ``n``."""
    items = arm.data.items()
    known = spoken(found.cells, [items.classes[code] for code in items.labels[rows].tolist()], literals=True)
    if known is None:
        accepted = "has labels that are written in several ways, which no short script tells apart"
        raise ConfigError("data.label", arm.data.label, accepted)
    return [known.keys.get(name, name) for name in items.classes], known.form.format(found.reading.label)


def _tokens(arm: Arm, rows: np.ndarray, found: Proved) -> Piece | None:
    """How tokens are made of the texts that were read; None for numbers."""
    if not isinstance(arm.data, YourText):
        return None
    corpus = arm.data.corpus()
    way = words.tokens(found.texts, [corpus.tokens[row] for row in rows.tolist()], arm.data.tokens)
    if way is None:
        raise ConfigError("data.tokens", arm.data.tokens, "makes tokens in a way that no short script repeats")
    return way


def _digest(reading: Reading) -> str | list[str]:
    """The sha256 of the file that is read, or of both."""
    paths = [Path(str(value)) for name, value in reading.piece.given if name in layout.FILES]
    found = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
    return found if len(found) > 1 else found[0]
