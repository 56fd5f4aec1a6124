"""The command `mismatch`: verbs; everything else is Hydra's, as a single arm or a sweep.

In: the words of the command line. Out: an exit code: 0 all runs ok, 1 a bug or a broken report, 2 usage, 3 some runs
failed, 130 interrupted, 143 terminated. Every error of the user is one line on stderr.
"""

import os
import platform
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from mismatch.config import environment, keys
from mismatch.config.fields import ConfigError
from mismatch.config.groups import Settings
from mismatch.config.paths import CONF
from mismatch.sweep import beside
from mismatch.sweep import session as sweeping
from mismatch.sweep.auto import More
from mismatch.sweep.job import NOT_OURS, Job
from mismatch.sweep.session import Session

if TYPE_CHECKING:
    import argparse

    from mismatch.report import Rebuilt
    from mismatch.report.hands import Hands
    from mismatch.sweep.question import Question

ALL = "--all"
"""Every column of a single arm is printed; Hydra does not know it."""
NOT_WHOLE = f"{ALL}: prints every column of a single arm, such as mismatch data=late {ALL}; it goes with nothing else"
VERBS = ("report", "explain", "export", "check", "advise")
TARGETS = ("mlflow", "tensorboard")
"""Tools that `export` writes for."""
NULL_GROUPS = ("experiment", "debug")
"""Groups whose default is none: ``+experiment=padding`` and ``experiment=padding`` both choose one."""
MULTIRUN = ("-m", "--multirun")
OTHER_COMMANDS = ("run", "multirun", "cfg", "help", "hydra_help", "info", "shell_completion")
"""What Hydra can be told to do instead of a sweep, or has been told already."""


def _terminate(*_: object) -> NoReturn:
    raise sweeping.Terminated


def main() -> None:
    """Entry point."""
    words = sys.argv[1:]
    signal.signal(signal.SIGTERM, _terminate)
    session = Session(_Reports(), _Advice(), before_s=time.process_time())  # Python, and what is imported above
    if not {"-sc", "--shell-completion", "--shell_completion"} & set(words):
        environment.announce()
    try:
        if (wrong := environment.problem()) is not None:
            raise ConfigError(*wrong)
        code = _command(words, session)
    except ConfigError as error:
        sweeping.say(f"mismatch: error: {error}")
        code = sweeping.EXIT_USAGE
    except KeyboardInterrupt as end:
        code = sweeping.ended(end)
        what = "terminated" if code == sweeping.EXIT_TERMINATED else "interrupted"
        sweeping.say(f"{what}: finished runs are kept; run the same command to go on")
    except BrokenPipeError:  # whoever read our output has stopped: `mismatch --help | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is still to be flushed goes nowhere
        code = session.code
    except MemoryError:
        sweeping.say("mismatch: error: this needs more memory than there is; finished runs are kept")
        code = sweeping.EXIT_BROKEN
    except OSError as error:  # a full disk, say; everything else is a bug and shows itself
        sweeping.say(f"mismatch: error: {error}; finished runs are kept")
        code = sweeping.EXIT_BROKEN
    finally:
        session.stop()
    raise SystemExit(code)


def _command(words: list[str], session: Session) -> int:
    if "--version" in words:
        print(version())
        return 0
    if ALL in words:
        words = [word for word in words if word != ALL]
        session.whole = True
        swept = set(MULTIRUN) & set(words) or any(word.lstrip("+").startswith("experiment=") for word in words)
        if swept or (words[:1] and words[0] in VERBS):
            raise _Usage(NOT_WHOLE)
    if words and words[0] in VERBS:
        return _read(words, session)
    if set(MULTIRUN) & set(words) and _unchanged(words):
        return 0
    try:
        gather(words, session)
    except SystemExit as end:  # Hydra has shown its help, and would leave here
        if end.code:
            raise
        print(keys.help_text(words))
        return 0
    if session.whole and not session.single:
        raise _Usage(NOT_WHOLE)
    code = session.run()
    if session.idle is not None:
        from mismatch.report import unchanged

        unchanged.note(words, session.idle)
    return code


def _unchanged(words: list[str]) -> bool:
    """Whether a sweep has nothing to do that is known to have had nothing to do before; says what it would have."""
    from mismatch.report import unchanged

    found = unchanged.told(words)
    if found is None:
        return False
    (*lines, last), verdicts = found
    for line in lines:
        sweeping.say(line)
    if verdicts is not None:
        print(verdicts, flush=True)
    sweeping.say(last)
    return True


def gather(words: list[str], session: Session) -> None:
    """Add to the session what `words` ask for, sweep by sweep; nothing is trained.

    Raises:
        ConfigError: for words that cannot be used.
    """
    beside.compose_all(expand(words), _hydra, session)


def version() -> str:
    """Our version, and those of what the numbers stand on; imports none of it."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    def of(name: str) -> str:
        try:
            return installed(name)
        except PackageNotFoundError:
            return "(from its source tree)" if name == "mismatch" else "(not installed)"

    rest = ", ".join(f"{name} {of(name)}" for name in ("tensorflow", "keras", "numpy", "hydra-core"))
    return f"mismatch {of('mismatch')} (Python {platform.python_version()}, {rest})"


def reader() -> "argparse.ArgumentParser":
    """The parser of the verbs that read results, data and models; what it cannot use it refuses in one line."""
    import argparse

    from mismatch.advise import verb as advising
    from mismatch.check import verb as checking

    parser = argparse.ArgumentParser(prog="mismatch", description="What else the command can do.")
    verbs = parser.add_subparsers(dest="verb")
    report = verbs.add_parser("report", help="tables, figures and verdicts again, from the records alone")
    report.add_argument("folder", nargs="+", type=Path, help="results folders, such as results/padding")
    report.add_argument("--out", type=Path, help="write the reports here instead, to be published")
    explain = verbs.add_parser("explain", help="what the verdict on a claim rests on")
    explain.add_argument("claim", help="such as C18")
    explain.add_argument("--results", type=Path, help="where to look (default: results/, else those shipped)")
    export = verbs.add_parser("export", help="the runs of results folders, for MLflow or TensorBoard")
    export.add_argument("folder", nargs="+", type=Path, help="results folders, such as results/padding")
    export.add_argument("--to", required=True, choices=TARGETS, help="MLflow (a SQLite file) or TensorBoard")
    export.add_argument("--out", type=Path, help="where to (default: mlflow/ or tensorboard/ in each folder)")
    check = checking.add(verbs)
    advise = advising.add(verbs)
    for each in (parser, report, explain, export, check, advise):
        each.error = _refuse  # type: ignore[method-assign, assignment]
    return parser


def _read(words: list[str], session: Session) -> int:
    """The verbs that read results, and the one that reads data and models."""
    from mismatch.advise import verb as advising
    from mismatch.check import verb as checking

    given = reader().parse_args(words)
    if given.verb == "check":
        return checking.run(given)
    if given.verb == "advise":
        return advising.run(given, session)
    from mismatch.report import verbs as reading

    if given.verb == "explain":
        print(reading.explain(given.claim, given.results))
        return 0
    lines = (
        reading.report(given.folder, given.out)
        if given.verb == "report"
        else reading.export(given.folder, given.to, given.out)
    )
    for line in lines:
        print(line)
    return 0


def _refuse(message: str) -> None:
    raise _Usage(message)


class _Usage(ConfigError):
    """A line that is no key=value."""

    def __init__(self, message: str) -> None:
        ValueError.__init__(self, " ".join(message.split()))


def _hydra(words: list[str], session: Session) -> None:
    """Have Hydra compose what `words` ask for and add it to the session, or print what they want to see."""
    import hydra

    from hydra_plugins.mismatch_hydra import errors, internals
    from mismatch.config.settings import register

    register()
    os.environ.setdefault("HYDRA_FULL_ERROR", "1")  # its errors come here, instead of being printed
    sys.argv = [sys.argv[0], *words]
    job = Job(session)
    try:
        hydra.main(config_path=str(CONF), config_name="config", **internals.VERSION_BASE)(job)()
    except errors.USAGE as error:
        raise _Usage(errors.line(error, words)) from error
    except ValueError as error:
        if str(error).startswith(errors.OPTIONS):
            raise _Usage(str(error)) from error
        if not str(error).startswith(errors.NO_CHOICE):
            raise
        raise _Usage(errors.no_choice(words)) from error
    except OverflowError as error:
        raise _Usage(f"{_endless(words)}: must be a finite number") from error
    except AssertionError as error:  # a key below `advise`, which nothing has made a question of
        asked = next((word for word in words if word.lstrip("+").startswith("advise.")), None)
        if asked is None:
            raise
        raise _Usage(f"{asked}: needs +experiment=advise") from error
    if job.refused is not None:
        raise job.refused


def _endless(words: Sequence[str]) -> str:
    """The override whose value is too large to be a number."""
    for word in words:
        try:
            if float(word.partition("=")[2]) in (float("inf"), float("-inf")):
                return word
        except ValueError:
            continue
    return "an override"


def expand(words: list[str]) -> list[list[str]]:
    """One argument list per experiment asked for, as each has a sweep of its own; one list if none is.

    Raises:
        ConfigError: for an option Hydra does not know, or experiments that are no list of names.
    """
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import OverrideParseException

    from hydra_plugins.mismatch_hydra import errors, internals
    from hydra_plugins.mismatch_hydra.quoting import quoted

    words = sorted(words, key=lambda word: word not in MULTIRUN)  # Hydra wants it before any override
    try:
        looking = internals.parse(words)
    except ValueError as error:
        raise _Usage(str(error)) from error
    if looking.shell_completion:
        return [words]
    words = [quoted(_plain(word)) for word in words]
    for word in words:
        if word.startswith("hydra/sweeper=") and word != "hydra/sweeper=local":
            raise _Usage(f"{word}: {NOT_OURS}")
    chosen = [word for word in words if word.startswith("experiment=")]
    if not chosen:
        return [words]
    names: list[str] = []
    for word in chosen:
        try:
            override = OverridesParser.create().parse_override(word)
        except OverrideParseException as error:
            raise _Usage(errors.line(error, words)) from error
        names += _names(word, override)
    place = words.index(chosen[0])
    before, after = words[:place], [word for word in words[place:] if word not in chosen]
    # An experiment is a sweep, said or not, unless it is only to be looked at; Hydra 1.4 wants to hear it this way.
    sweep = [] if any(getattr(looking, other) for other in OTHER_COMMANDS) else ["--multirun"]
    return [[*sweep, *before, f"experiment={name}", *after] for name in dict.fromkeys(names)]


def _plain(word: str) -> str:
    """``+experiment=padding`` as ``experiment=padding``."""
    key = word.split("=", 1)[0]
    return word.lstrip("+") if "=" in word and key.lstrip("+") in NULL_GROUPS else word


def _names(word: str, override: object) -> list[str]:
    """The names of experiments in an override."""
    from hydra.core.override_parser.types import Override

    from mismatch.config.experiments import names

    assert isinstance(override, Override)
    if not override.is_sweep_override():
        value = override.get_value_element_as_str()
        if isinstance(override.value(), (str, type(None))):
            return [value]
    elif override.is_choice_sweep() and "(" not in word:  # no glob(), which could match what is none of them
        return list(override.sweep_string_iterator())
    raise _Usage(f"{word}: must be one or more of {','.join(names())}")


class _Advice:
    """`advise`, as the session needs it."""

    def question(self, asked: Settings, executor: tuple[str, Any], out: str | None) -> "Question":
        from mismatch.advise import configured

        return configured.question(asked, executor, out)


class _Reports:
    """`report`, as the session needs it."""

    def __init__(self) -> None:
        self._hands: Hands | None = None
        self._getting_ready, self._drawing = threading.Lock(), threading.Lock()

    def prepare(self, figures: bool, several: bool) -> None:
        from mismatch.report import hands

        with self._getting_ready:
            if not several:
                hands.prepare(figures)
            elif self._hands is None:
                self._hands = hands.Hands(figures)

    def stop(self) -> None:
        if self._hands is not None:
            self._hands.stop()

    def asks(self, name: str) -> bool:
        from mismatch.report import looking

        return looking.asks(name)

    def more(self, folder: Path, look: int) -> More:
        from mismatch.report import looking

        return looking.more(folder, look)

    def made(self, folder: Path) -> bool:
        from mismatch.report import fresh

        return (folder / fresh.REPORT).is_file()

    def arm(self, folder: Path, whole: bool) -> list[str]:
        from mismatch.report import single

        return single.columns(folder) if whole else single.lines(folder)

    def refresh(self, folder: Path, figures: bool, vector: bool) -> "Rebuilt":
        from mismatch.report import refresh

        if self._hands is not None:
            return self._hands.refresh(folder, figures, vector)
        with self._drawing:  # Matplotlib draws in one thread
            return refresh(folder, figures, vector)

    def publish(self, folder: Path) -> str | None:
        from mismatch.report import fresh

        return fresh.published(folder)
