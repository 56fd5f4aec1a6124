"""What of a model is run: itself where all of it is built, else a copy with as much of its state as it has.

In: a model. Out: the model or its copy, or why there is none. Running a model that is not built would build it.
"""

from typing import Any

from mismatch.check.guard import untouched


def runnable(model: Any) -> tuple[Any, str]:
    """`model` where all of it is built; else a copy of it, and why there can be none, if so."""
    import keras

    if not isinstance(model, keras.layers.Layer) or all(_complete(layer) for layer in parts(model)):
        return model, ""
    try:
        with untouched(model):
            copy = type(model).from_config(model.get_config())
            for old, new in zip(parts(model), parts(copy), strict=True):
                _carry(old, new)
            return copy, ""
    except Exception as error:  # classes of others fail in any way; the check says so and goes on
        return None, f"it is not built yet and cannot be copied ({type(error).__name__})"


def parts(model: Any) -> list[Any]:
    """The model and every layer in it."""
    return list(model._flatten_layers()) if hasattr(model, "_flatten_layers") else [model]


def _complete(layer: Any) -> bool:
    """Whether a call makes no variables: a table of words has none, and its layer never says that it is built."""
    return layer.built or hasattr(layer, "lookup_table")


def _carry(old: Any, new: Any) -> None:
    """Give a layer of the copy what the layer of the model has learnt: weights, and a vocabulary."""
    if old.built and old.weights:
        if not new.built:
            new.build_from_config(old.get_build_config())
        new.set_weights(old.get_weights())
        getattr(new, "finalize_state", lambda: None)()
    if hasattr(old, "lookup_table") and old.vocabulary_size() > new.vocabulary_size():
        new.set_vocabulary(old.get_vocabulary(include_special_tokens=False))
