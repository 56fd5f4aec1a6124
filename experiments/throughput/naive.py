"""The same training as anyone would write it: a Hydra multirun around `model.fit`, one model per replicate.

Only the sequences, their order and the initial weights come from `mismatch`, so that both sides train the
same thing and their accuracies can be compared arm by arm. Every other choice is the library's default.
"""

import csv
from pathlib import Path

import hydra
import keras
from omegaconf import DictConfig

from mismatch.adapt.length import place
from mismatch.config.groups import Model, Settings
from mismatch.config.registry import DATASETS
from mismatch.config.rules import resolve
from mismatch.data.streams import Streams
from mismatch.engine.weights import initial_weights
from mismatch.run.order import batch_order


@hydra.main(version_base="1.3", config_path=".", config_name="naive")
def main(cfg: DictConfig) -> None:
    dataset = DATASETS.get("early")()
    for replicate in range(cfg.replicates):
        streams = Streams(0, replicate)
        splits = dataset.draw(streams)
        order = batch_order(streams.rng("order"), dataset.train, cfg.updates, cfg.batch).ravel()
        train = place(splits.train, cfg.steps, cfg.padding, "pre", 0.0).values
        test = place(splits.test, cfg.steps, cfg.padding, "pre", 0.0).values

        model = keras.Sequential([keras.Input((cfg.steps, dataset.feature_count))])
        if cfg.masking:
            model.add(keras.layers.Masking())
        model.add(keras.layers.GRU(cfg.units, name="gru"))
        model.add(keras.layers.Dense(dataset.classes, name="head"))
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(optimizer=keras.optimizers.Adam(cfg.learning_rate), loss=loss, metrics=["accuracy"])
        settings = Settings(data=dataset, model=Model(units=cfg.units))
        shapes = [(weight.path, tuple(weight.shape)) for weight in model.weights]
        model.set_weights(initial_weights(resolve(settings), shapes, streams))

        model.fit(train[order], splits.train.labels[order], batch_size=cfg.batch, shuffle=False, verbose=0)
        _, accuracy = model.evaluate(test, splits.test.labels, verbose=0)

        path = Path(cfg.out) / "runs.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", newline="") as file:
            csv.writer(file).writerow([cfg.steps, cfg.padding, cfg.masking, replicate, accuracy])


if __name__ == "__main__":
    main()
