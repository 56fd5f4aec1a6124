"""What a check is handed in Python becomes arrays: tensors, tables and nested lists of numbers, in any structure.

In: x, y, mask as a person gives them. Out: the same structure of arrays. Sequences of unequal lengths and complex
numbers are refused in one line that says what to do.
"""

from typing import Any

import numpy as np

from mismatch.check.inputs import declared, flat, holds_arrays
from mismatch.config.fields import ConfigError, plain

PAD = "must be of one length; pad: keras.utils.pad_sequences({0}, padding='post', dtype='float32' for real numbers)"
RAGGED = "a RaggedTensor is no input of a Keras model; pad: {0}.to_tensor()"
NONE = (
    "must be an array (N, ...), or a list or dict of arrays; of a Dataset or a generator give one batch: "
    "x, y = next(iter(data))"
)
COMPLEX = "complex numbers lose their imaginary part; give both as features: numpy.stack([{0}.real, {0}.imag], -1)"


def arrays(structure: Any, name: str) -> Any:
    """`structure` with arrays for tensors and tables; nested lists of numbers become one array.

    Raises:
        ConfigError: for sequences of unequal lengths, complex numbers, and what is no array at all.
    """
    if structure is None:
        return None
    if isinstance(structure, dict):
        return {key: arrays(value, str(key)) for key, value in structure.items()}
    if isinstance(structure, (list, tuple)) and holds_arrays(structure):
        return [arrays(part, f"{name}[{place}]") for place, part in enumerate(structure)]
    return _array(structure, name)


def _array(value: Any, name: str) -> np.ndarray:
    if type(value).__name__ == "RaggedTensor":
        raise ConfigError(name, "RaggedTensor", RAGGED.format(name))
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    try:
        array = np.asarray(value)
    except ValueError:
        raise ConfigError(name, plain(value, 40), PAD.format(name)) from None
    if array.dtype.kind == "O" and array.size and isinstance(array.flat[0], (list, np.ndarray)):
        raise ConfigError(name, plain(value, 40).replace("\n", " "), PAD.format(name))
    if array.ndim == 0 and array.dtype.kind in "OUS":
        raise ConfigError(name, type(value).__name__, NONE)
    if array.dtype.kind == "c":
        raise ConfigError(name, f"{array.dtype} {array.shape}", COMPLEX.format(name))
    return array


def one_input(model: Any, x: Any) -> None:
    """Refuse a list of sequences of unequal lengths for a model of one input: Keras takes it for as many inputs.

    Raises:
        ConfigError: for such a list.
    """
    if not isinstance(x, list) or len(declared(model)) > 1:
        return
    shapes = [array.shape for array in flat(x)]
    unequal = len({shape[:1] for shape in shapes}) > 1
    if len(shapes) > 1 and unequal and len({shape[1:] for shape in shapes}) == 1:
        raise ConfigError("x", f"a list of {len(shapes)} arrays", PAD.format("x"))
