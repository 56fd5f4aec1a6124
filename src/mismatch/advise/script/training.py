"""How a script trains and tests its model: as many full batches as the arm, watched on the probe, by plain `fit`.

In: an arm, and whether the model is given a mask. Out: constants and lines that compile, fit, predict and print.
"""

from mismatch.advise.script.lengths import Shape
from mismatch.advise.script.piece import Piece

OPTIMIZERS = {"adam": "Adam", "sgd": "SGD", "rmsprop": "RMSprop"}


def training(shape: Shape) -> Piece:
    """Lines from the built ``model`` to its accuracy on the test part."""
    lines = (
        *_batches(shape),
        *_compiled(shape),
        *_fit(shape),
        'right = model.predict(x["test"], verbose=0).argmax(1) == y["test"]',
        'print(f"accuracy on the {len(right)} test sequences: {right.mean():.4f}")',
        "if SAVE:",
        "    model.save(SAVE)",
        *_kept(shape),
    )
    return Piece(("import keras", "import sys"), lines=lines)


def _compiled(shape: Shape) -> tuple[str, ...]:
    """Lines that compile the model, or set the learning rate of one that is compiled."""
    if shape.own is not None and shape.own.rate is not None:
        return ("model.optimizer.learning_rate = LEARNING_RATE  # it is compiled",)
    optimizer = f"keras.optimizers.{OPTIMIZERS[shape.arm.train.optimizer]}(LEARNING_RATE)"
    logits = "" if shape.own is not None and shape.own.probabilities else "from_logits=True"
    return (
        f"loss = keras.losses.SparseCategoricalCrossentropy({logits})",
        f'model.compile({optimizer}, loss, metrics=["accuracy"])',
    )


def _batches(shape: Shape) -> tuple[str, ...]:
    """Full batches, as many as there are updates: what is left of a pass begins the next batch."""
    passes = '[np.random.permutation(len(y["train"])) for _ in range(1 + UPDATES * BATCH // len(y["train"]))]'
    order = f"order = np.concatenate({passes})"
    if not shape.masked:
        rows = "order[: UPDATES * BATCH].reshape(UPDATES, BATCH)"
        return (order, f'batches = ((x["train"][rows], y["train"][rows]) for rows in {rows})')
    one = '{name: array[rows] for name, array in x["train"].items()}'
    one = 'tuple(array[rows] for array in x["train"])' if shape.arm.model.build else one
    return (
        order,
        "order = order[: UPDATES * BATCH].reshape(UPDATES, BATCH)",
        f'batches = (({one}, y["train"][rows]) for rows in order)',
    )


def _fit(shape: Shape) -> tuple[str, ...]:
    """Epochs are as long as the arm's blocks, after which it looks at the probe."""
    probe, best = 'probe = (x["probe"], y["probe"])', shape.arm.train.keep == "best"
    epochs = "batches, epochs=UPDATES // BLOCK, steps_per_epoch=BLOCK, shuffle=False"
    if not best:
        return (probe, f"model.fit({epochs}, validation_data=probe, verbose=2)")
    return (
        probe,
        "best = keras.callbacks.EarlyStopping(patience=UPDATES, restore_best_weights=True)  # at the lowest loss on it",
        "model.fit(",
        f"    {epochs},",
        "    validation_data=probe, callbacks=[best], verbose=2,",
        ")",
    )


def _kept(shape: Shape) -> tuple[str, ...]:
    """What is kept beside the model: what its inputs are made with."""
    if shape.tokens:
        return (
            '    Path(SAVE).with_suffix(".json").write_text(json.dumps(known))  # the words with numbers from 2 on',
        )
    if shape.arm.features.scale == "standard":
        return ('    np.savez(Path(SAVE).with_suffix(".npz"), center=center, spread=spread)',)
    return ()
