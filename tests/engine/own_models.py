"""Functions that make models, as a person would write them in a file, small and quick; and wrong ones."""

HEAD = "import keras\nfrom keras import layers\n"
POOLED = """
def build(T, D, K):
    print("this is shown nowhere")
    return keras.Sequential([layers.GlobalAveragePooling1D(), layers.Dropout(0.5), layers.Dense(K)])
"""
TOKENS = """
def build(T, V, K):
    return keras.Sequential([layers.Embedding(V, 4), layers.GlobalMaxPooling1D(), layers.Dense(K, "softmax")])
"""
MASKED = """
def build(T, D, K, mask=False):
    x, real = keras.Input((T, D)), keras.Input((T,), dtype="bool")
    pooled = layers.GlobalAveragePooling1D()(x, mask=real) if mask else layers.GlobalMaxPooling1D()(x)
    return keras.Model([x, real] if mask else x, layers.Dense(K, "softmax")(pooled))
"""
COMPILED = (
    POOLED.replace("    return ", "    model = ")
    + """
    model.compile(keras.optimizers.SGD(0.5, momentum=0.9), keras.losses.SparseCategoricalCrossentropy({logits}))
    return model
"""
)


def layers_of(*layers: str, first: str = "layers.GlobalAveragePooling1D(), ") -> str:
    """A function that makes a model of these layers, behind one that leaves no steps."""
    return f"def build(T, D, K):\n    return keras.Sequential([{first}{', '.join(layers)}])\n"


WRONG = {
    "x = 1": "has no function build; it has none",
    "def make(T, D, K): ...": "has no function build; it has make",
    "build = 3": "has no function build",
    "raise ValueError('no\\nway')": "cannot be imported: ValueError: no",
    "import sys; sys.exit(3)": "cannot be imported: SystemExit: 3",
    "def build(T, D): ...": "must take the steps T, the features of a step D, and the classes K: def build(T, D, K)",
    "def build(T, D, K): return 1 / 0": "raises for T = 6, D = 6, K = 4: ZeroDivisionError: division by zero",
    "def build(T, D, K): ...": "returns NoneType, must return a Keras model",
    "def build(T, D, K): return layers.Dense(K)": "returns Dense, must return a Keras model",
    layers_of("layers.Dense(K + 1)"): "gives (5, 5) for sequences (5, 6, 6), must give (5, 4)",
    layers_of("layers.Dense(K)", first=""): "gives (5, 6, 4) for sequences (5, 6, 6), must give (5, 4)",
    layers_of("layers.Dense(K)", "layers.Lambda(lambda x: x * float('nan'))"): "gives nan for sequences (5, 6, 6)",
    layers_of("layers.GRU(3)"): "cannot take sequences (5, 6, 6): ValueError: Input 0",
    COMPILED.replace("SparseCategoricalCrossentropy({logits})", "Poisson()"): "is compiled with the loss poisson",
    COMPILED.format(logits="from_logits=False"): "is compiled with from_logits=False and gives logits",
    COMPILED.format(logits="from_logits=True").replace(
        "0.5, mom", "keras.optimizers.schedules.ExponentialDecay(1, 1, 1), mom"
    ): "is compiled with a schedule of learning rates",
}
"""Source below `HEAD`, and what is said of it."""
TWO_INPUTS = """
def build(T, D, K):
    x, other = keras.Input((T, D)), keras.Input((3,))
    return keras.Model([x, other], layers.Dense(K)(layers.concatenate([layers.Flatten()(x), other])))
"""
