"""Errors of Hydra and OmegaConf as one line that names the key, its value and what is accepted.

In: an exception, and the words of the command line. Out: a line.
"""

from collections.abc import Sequence

from hydra.errors import HydraException, MissingConfigException, OverrideParseException
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException, ValidationError
from yaml import MarkedYAMLError, YAMLError

USAGE = (HydraException, OmegaConfBaseException, YAMLError)
KINDS = {"Integer": "a whole number", "Float": "a number", "Boolean": "true or false", "bool": "true or false"}
NO_CHOICE = "Config group override must be a string"
"""What Hydra's ValueError says of ``data=null`` and ``data=3``, without the key."""
VERBS = "one of the verbs check, advise, report, explain and export"
OPTIONS = ("Only one of --run", "The --resolve flag")
"""How Hydra's ValueErrors begin on options that do not go together, each a line of its own."""


def line(error: Exception, words: Sequence[str]) -> str:
    """What is wrong, in one line."""
    if isinstance(error, OverrideParseException):
        return _unreadable(error.override, str(error))
    if isinstance(error, MissingConfigException):
        return _missing(error)
    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return _flat(f"{mark.name}, line {mark.line + 1}: must be YAML ({error.problem})")
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, OmegaConfBaseException):
        cause = cause.__cause__ or cause.__context__
    if cause is None or not cause.full_key:
        return _flat(str(error))
    key = str(cause.full_key)
    value = next((word.split("=", 1)[1] for word in words if word.split("=", 1)[0].lstrip("+~") == key), None)
    said = f"{key}={value}" if value is not None else key
    first = str(cause).splitlines()[0]
    if isinstance(cause, ValidationError):
        kind = next(
            (text for name, text in KINDS.items() if f"converted to {name}" in first or f"valid {name} " in first), None
        )
        return f"{said}: must be {kind}" if kind else f"{said}: {first}"
    group, _, _ = key.rpartition(".")
    known = sorted(map(str, cause.parent_node)) if isinstance(cause.parent_node, DictConfig) else []
    where = group or "the config"
    return f"{said}: there is no such key; {where} has {', '.join(known)}" if known else f"{said}: {first}"


def no_choice(words: Sequence[str]) -> str:
    """The override that gives a group no name, in one line."""
    from hydra.core.override_parser.overrides_parser import OverridesParser

    from mismatch.config.groups import GROUPS
    from mismatch.config.registry import DATASETS

    for word in words:
        if "=" not in word:
            continue
        override = OverridesParser.create().parse_override(word)
        key, values = override.get_key_element().lstrip("+~"), [override.value()]
        if override.is_choice_sweep():
            values = list(override.value().list)
        if all(isinstance(value, str) or type(value).__name__ == "QuotedString" for value in values):
            continue
        if not key:
            return f"{word}: must be an override such as data=late"
        if key == "data":
            return f"{word}: must be one of {', '.join(DATASETS.names)}"
        if key in GROUPS or key.startswith("hydra/"):
            return f"{word}: must be the name of an option; a setting is {key}.KEY=VALUE"
    return "an override: must be the name of an option of its group"


def _unreadable(override: str, message: str) -> str:
    if "=" not in override and not override.startswith("~"):
        return f"{override}: must be an override such as data=late, or {VERBS}"
    return f"{override}: cannot be read as key=value ({message.splitlines()[0]}){_in_quotes(override)}"


def _in_quotes(override: str) -> str:
    """How to type names of columns that Hydra's grammar takes for its own."""
    key, _, value = override.partition("=")
    if key.lstrip("+") != "data.features":
        return ""
    names = value.removeprefix("[").removesuffix("]") if value.startswith("[") else value
    typed = names if '"' not in names and "," not in names and "'" not in names else "acc, x [g]"
    return f"""; a name with brackets, commas or quotes stands in double quotes: '{key}=["{typed}"]'"""


def _missing(error: MissingConfigException) -> str:
    group, _, choice = (error.missing_cfg_file or "").rpartition("/")
    if group.startswith("experiment"):
        from mismatch.config.experiments import names

        wrong = (error.missing_cfg_file or "").partition("/")[2]
        own = [option for option in error.options or () if option not in names()]
        return f"experiment={wrong}: must be one or more of {','.join([*names(), *own])}"
    if not group or not error.options:
        return _flat(str(error))
    schema = len(error.options) > 1 and not group.startswith("hydra")  # every group has a `default`, its bare schema
    options = sorted(option for option in error.options if not (schema and option == "default"))
    return f"{group}={choice}: must be one of {', '.join(options)}"


def _flat(text: str) -> str:
    return " ".join(text.split())
