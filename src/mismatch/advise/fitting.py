"""Runs a script that trains and keeps a model, in a process of its own, and loads the model again as anybody would.

In: the script, and where the model is to be kept. Out: nothing, or what went wrong.
"""

import runpy
import sys
import warnings

from mismatch.config.fields import first_line
from mismatch.sweep import child


def fitted(errand: tuple[str, str]) -> str:
    """``python -m mismatch.advise.fitting``."""
    import numpy as np

    from mismatch.engine.backend import keras

    script, path = errand
    sys.argv = [script, "--save", path]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Keras's own, which nobody here can act on
            held = runpy.run_path(script, run_name="__main__")
            loaded = keras.models.load_model(path)
        given, again = (model.predict(held["x"]["probe"], verbose=0) for model in (held["model"], loaded))
    except (Exception, SystemExit) as error:  # code of others may fail in any way
        return f"{type(error).__name__}: {first_line(error)[:200]}"
    if not np.isfinite(given).all():
        return f"the model gives {given[~np.isfinite(given)][0]}"
    return "" if np.allclose(given, again, atol=1e-5) else "once loaded, the model gives something else"


if __name__ == "__main__":
    child.answer(fitted)
