"""M250: weights that are to be loaded do not have the shapes of the model's."""

from collections import Counter
from collections.abc import Iterator

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.subject import Subject


class WeightsDoNotFit(Rule):
    """Shapes of the weights given against those of the model."""

    code = "M250"
    name = "weights_do_not_fit"
    severity = "error"
    meaning = "Weights given with weights= have other shapes than the model's."
    why = "load_weights(skip_mismatch=True) leaves such layers at random values, with a warning among many."
    example = "Weights for 4 features into a model of 3."
    instead = "Build the model with the sizes the weights were trained with."

    def look(self, subject: Subject) -> Iterator[Finding]:
        if subject.weights is None or not hasattr(subject.model, "weights"):
            return
        own = Counter(tuple(variable.shape) for variable in subject.model.weights)
        given = Counter(shape for _, shape in subject.weights if shape or () in own)
        lacking, over = own - given, given - own
        if lacking:
            first = [variable.path for variable in subject.model.weights if tuple(variable.shape) in lacking]
            what = (
                f"{sum(lacking.values())} of {sum(own.values())} weights have no counterpart of their shape, such as "
            )
            what += (
                f"{first[0]} {next(iter(lacking))}; given and not used: {', '.join(map(str, list(over)[:3])) or 'none'}"
            )
            yield self.found(what, where="weights", lacking=sum(lacking.values()))
