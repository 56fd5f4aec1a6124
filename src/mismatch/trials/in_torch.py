"""Cases in PyTorch: features given to GRUs and to a product of one's own that were made for 4. See `elsewhere`."""

import torch

from mismatch.trials.elsewhere import FEATURES, UNITS, Trial, Weights, batch


def version() -> str:
    """PyTorch's."""
    return str(torch.__version__)


class Classifier(torch.nn.Module):
    """GRU(8), Linear(2)."""

    def __init__(self) -> None:
        super().__init__()
        self.gru = torch.nn.GRU(FEATURES, UNITS, batch_first=True)
        self.head = torch.nn.Linear(UNITS, 2)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.head(self.gru(values)[0][:, -1])
        return logits


def _values(features: int) -> torch.Tensor:
    return torch.from_numpy(batch(features)[0])


def call(weights: Weights, features: int) -> None:
    torch.nn.GRU(FEATURES, UNITS, batch_first=True)(_values(features))


def cell(weights: Weights, features: int) -> None:
    torch.nn.GRUCell(FEATURES, UNITS)(_values(features)[:, 0])


def packed(weights: Weights, features: int) -> None:
    values = _values(features)
    lengths = torch.arange(len(values)) % 6 + 1
    pack = torch.nn.utils.rnn.pack_padded_sequence(values, lengths, batch_first=True, enforce_sorted=False)
    torch.nn.GRU(FEATURES, UNITS, batch_first=True)(pack)


def train(weights: Weights, features: int) -> None:
    model = Classifier()
    weights.watch(lambda: [weight.detach().numpy() for weight in model.parameters()])
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    labels = torch.from_numpy(batch(features)[1]).long()
    torch.nn.functional.cross_entropy(model(_values(features)), labels).backward()
    optimizer.step()


def einsum(weights: Weights, features: int) -> None:
    torch.einsum("ntf,fh->nth", _values(features), torch.ones(FEATURES, UNITS))


trials = [
    Trial("gru-call", "call", "{} features into a called torch.nn.GRU made for 4", call),
    Trial("gru-cell", "call", "{} features into a called torch.nn.GRUCell made for 4", cell),
    Trial("gru-packed", "call", "{} features, packed by length, into a torch.nn.GRU made for 4", packed),
    Trial("gru-train", "fit", "{} features into an update of GRU and Linear made for 4", train),
    Trial("einsum", "call", "{} features times weights for 4 by torch.einsum, as in a layer of one's own", einsum),
]
