"""Identity: arms by their parameters, runs by their code too, folders by what was resolved."""

from importlib.metadata import EntryPoint

import pytest

from mismatch.config import identity
from mismatch.config.registry import DATASETS, METRICS, REDUCTIONS
from tests.helpers import make_arm


def test_identity_depends_on_arm_and_replicate_not_on_name_or_folder():
    arm = make_arm()
    assert make_arm(name="x", out="y").run_id(0) == arm.run_id(0) != arm.run_id(1)


def test_a_folder_is_named_after_what_was_resolved_not_after_the_words():
    written = [make_arm(length__ratio=ratio) for ratio in (1, 1.0)] + [make_arm(length__steps=12), make_arm()]
    assert len({identity.name_of([arm]) for arm in written}) == 1
    other = make_arm(mask="masking")
    assert identity.name_of([written[0], other]) == identity.name_of([other, written[1], written[2]])
    assert identity.name_of([other], "padding").startswith("padding-")


def test_two_questions_have_two_names():
    arms = [make_arm(), make_arm(mask="masking"), make_arm(seed=1)]
    assert len({identity.name_of([arm]) for arm in arms} | {identity.name_of(arms)}) == 4


def forget() -> None:
    """Have the next hash read all sources."""
    identity.code_hash.cache_clear()
    identity._own.cache_clear()


@pytest.fixture
def foreign(tmp_path, monkeypatch):
    """A dataset of another package, whose source can be changed: returns a function that writes and hashes it."""
    monkeypatch.syspath_prepend(tmp_path)
    forget()

    def hashed(registry, name: str, source: str) -> str:
        (tmp_path / "their_part.py").write_text(source)
        monkeypatch.setitem(registry.__dict__, "foreign", {name: EntryPoint(name, "their_part", registry.group)})
        monkeypatch.setattr(type(registry), "source", lambda self, part: tmp_path / "their_part.py")
        forget()
        return identity.code_hash(name if registry is DATASETS else "early")

    yield hashed
    forget()


def test_the_source_of_a_part_of_another_package_belongs_to_the_runs_that_use_it(foreign):
    one = foreign(DATASETS, "theirs", "a = 1")
    other = foreign(DATASETS, "theirs", "a = 2")
    assert one != other
    assert identity.code_hash("early") not in (one, other)


def test_the_source_of_a_foreign_metric_belongs_to_every_run(foreign):
    plain = identity.code_hash("early")
    one, other = foreign(METRICS, "theirs", "a = 1"), foreign(METRICS, "theirs", "a = 2")
    assert len({plain, one, other}) == 3


def test_every_room_that_can_change_a_number_is_hashed_whole(tmp_path, monkeypatch):
    for room in identity.ROOMS:
        (tmp_path / "config").mkdir(exist_ok=True)
        (tmp_path / room / "deep").mkdir(parents=True)
    monkeypatch.setattr(identity, "__file__", str(tmp_path / "config" / "identity.py"))
    forget()
    hashes = {identity.code_hash("early")}
    for room in identity.ROOMS:
        (tmp_path / room / "deep" / "new.py").write_text("x = 1")
        forget()
        hashes.add(identity.code_hash("early"))
    forget()
    assert len(hashes) == 1 + len(identity.ROOMS)


def test_the_other_modules_of_its_package_belong_to_a_part_of_another_package(tmp_path, monkeypatch):
    package, found = tmp_path / "their_package", []
    (package / "parts").mkdir(parents=True)
    for name in ("__init__.py", "helper.py", "parts/__init__.py", "parts/mean.py"):
        (package / name).write_text("")
    point = EntryPoint("mean", "their_package.parts.mean", REDUCTIONS.group)
    monkeypatch.setitem(REDUCTIONS.__dict__, "foreign", {"mean": point})
    monkeypatch.setattr(type(REDUCTIONS), "source", lambda self, part: package / "parts" / "mean.py")
    for text in ("a = 1", "a = 2"):
        (package / "helper.py").write_text(text)
        forget()
        found.append(identity.code_hash("early", reduction="mean"))
    forget()
    assert found[0] != found[1]
