"""What a script makes of the sequences of a part: features in scale and number, T steps of each, and their mask.

In: an arm, and whether any sequence of its parts is longer or shorter than T. Out: lines inside the loop over parts, in
which ``sequences`` are those of ``part``; what acts on no sequence is left out.
"""

from dataclasses import dataclass

from mismatch.advise.script.piece import literal
from mismatch.advise.tried import Tried
from mismatch.config.arm import Arm
from mismatch.config.groups import INTERPOLATE

ADAPTERS = {
    "native": "",
    "dense": "",
    "zero": "np.pad(s, ((0, 0), (0, D - s.shape[1])))",
    "tile": "s[:, np.arange(D) % s.shape[1]]",
    "tile_scaled": 's[:, source] * (1 / np.bincount(source)).astype("float32")[source]',
    "truncate": "s[:, :D]",
    "truncate_last": "s[:, -D:]",
}
"""Adapters of features that draw no random numbers, as expressions of the values (L, d); a layer makes none here."""
CUTS = {
    "pre": "s[-T:]",
    "post": "s[:T]",
    "head_tail": "s if len(s) <= T else s[np.r_[: (T + 1) // 2, len(s) - T // 2 : len(s)]]",
    "stride": "s if len(s) <= T else s[(2 * np.arange(T) + 1) * len(s) // (2 * T)]",
}
PLACES = {"pre": "0", "post": "len(s)", "mid": "(len(s) + 1) // 2"}
"""Before which step of a sequence its pads stand."""
NEAREST = {"pre": "s[0]", "post": "s[-1]", "mid": "s[(len(s) - 1) // 2]"}
"""The step that pads repeat under ``length.fill=last``."""
REAL = {
    "pre": "np.arange(T) >= T - len(s)",
    "post": "np.arange(T) < len(s)",
    "mid": "np.insert(np.ones(len(s), bool), [(len(s) + 1) // 2] * (T - len(s)), False)",
}
"""Which of T steps are no pads."""
RESAMPLED = (
    'x[part] = np.empty((len(sequences), T, D), "float32")',
    "for row, s in enumerate(sequences):  # T points, evenly spread from the first step to the last",
    "    before, rest = np.divmod(np.arange(T) * (len(s) - 1), max(T - 1, 1))",
    "    first, share = s[before].astype(float), rest[:, None] / max(T - 1, 1)",
    "    x[part][row] = first + share * (s[before + (rest > 0)] - first)",
)
SCALES = (
    'every = np.concatenate(x["train"])',
    "center, spread = every.mean(0, dtype=float), every.std(0, dtype=float)",
    "spread[spread == 0] = 1  # of each feature, over the steps of the training part",
)


@dataclass(frozen=True)
class Shape:
    """An arm, and what its sequences need to have T steps: whether any is cut, and any padded.

    own: what came of trying the model, where it is one of the person's own.
    """

    arm: Arm
    cut: bool
    padded: bool
    own: Tried | None = None

    @property
    def tokens(self) -> bool:
        """Whether steps are numbers of words."""
        return self.arm.data.vocabulary_size is not None

    @property
    def side(self) -> str:
        """Where steps are cut off; where no setting says so, the side that `adapt` takes. So with `padding`."""
        return self.arm.length.truncating or "pre"

    @property
    def padding(self) -> str:
        return self.arm.length.padding or "pre"

    @property
    def fill(self) -> str:
        return self.arm.length.fill or "constant"

    @property
    def masked(self) -> bool:
        """Whether the model is given a mask: an explicit one, that survives, of sequences that have pads."""
        survives = self.arm.front.transparent or self.arm.reduction.mask == "rebuilt"
        return self.arm.mask.kind == "explicit" and survives and self.padded and self.side != INTERPOLATE

    @property
    def listed(self) -> bool:
        """Whether sequences may stay lists: nothing picks steps of them by an array."""
        return not (self.cut and self.side in ("head_tail", "stride"))


def scaled(arm: Arm) -> tuple[str, ...]:
    """Lines before the loop: mean and spread of each feature over the steps of the training part."""
    return SCALES if arm.features.scale == "standard" else ()


def prepared(shape: Shape, masked: bool | None = None) -> tuple[str, ...]:
    """Lines inside the loop, which make ``x[part]`` of ``sequences``; masked: with a mask, None: as `shape` has it."""
    featured = _featured(shape.arm)
    if shape.side == INTERPOLATE:
        return (*featured, *RESAMPLED)
    lines = (*featured, *_cut(shape), *_padded(shape))
    if not (shape.masked if masked is None else masked):
        return lines
    both = "(x[part], {})" if shape.arm.model.build else '{{"x": x[part], "mask": {}}}'
    if shape.tokens:
        return (*lines, f"x[part] = {both.format('x[part] != 0')}")
    mask = f"mask = np.array([{REAL[shape.padding]} for s in sequences])"
    return (*lines, mask, f"x[part] = {both.format('mask')}")


def _featured(arm: Arm) -> tuple[str, ...]:
    lines: tuple[str, ...] = ()
    if arm.features.scale == "standard":
        lines += ('sequences = [((s - center) / spread).astype("float32") for s in sequences]',)
    if arm.features.adapter == "tile_scaled":
        lines += (f"source = np.arange(D) % {arm.data.feature_count}",)
    if code := ADAPTERS[arm.features.adapter]:
        lines += (f"sequences = [{code} for s in sequences]",)
    return lines


def _cut(shape: Shape) -> tuple[str, ...]:
    """The line that leaves T steps of longer sequences, where padding them does not do so on the way."""
    if not shape.cut or (_together(shape) and shape.side in ("pre", "post")):
        return ()
    if shape.side == "crop":
        return ('sequences = [s[start:][:T] for s, start in zip(sequences, BESIDE["starts"][part])]',)
    return (f"sequences = [{CUTS[shape.side]} for s in sequences]",)


def _together(shape: Shape) -> bool:
    """Whether Keras's own function pads."""
    return shape.padded and shape.fill == "constant" and shape.padding in ("pre", "post")


def _padded(shape: Shape) -> tuple[str, ...]:
    """The line that makes one array of sequences of at most T steps; Keras's own function cuts them, too."""
    kind = '"int32"' if shape.tokens else '"float32"'
    if not shape.padded:
        return (f"x[part] = np.array(sequences, {kind})",)
    value = shape.arm.length.pad_value or 0
    if _together(shape):
        cut = f', truncating="{shape.side}"' if shape.cut and shape.side in ("pre", "post") else ""
        filled = f", value={literal(value)}" if value else ""
        call = f'keras.utils.pad_sequences(sequences, T, {kind}, padding="{shape.padding}"{cut}{filled})'
        return (f"x[part] = {call}",)
    pad = NEAREST[shape.padding] if shape.fill == "last" else literal(value)
    insert = f"np.insert(s, [{PLACES[shape.padding]}] * (T - len(s)), {pad}, 0)"
    whole = f"[{insert} for s in sequences]" + (f", {kind}" if shape.tokens else "")
    return (f"x[part] = np.array({whole})",)
