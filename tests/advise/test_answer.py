"""What an advice shows in each form: all numbers, nothing that overlaps, and no text of a file that acts as more than
text."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from markdown_it import MarkdownIt
from matplotlib.text import Text

from mismatch.advise import figures, writing
from mismatch.advise.answer import Advice
from mismatch.advise.candidates import Way
from mismatch.advise.delays import Delay
from mismatch.advise.evidence import KERAS
from mismatch.advise.scripting import FITTED, Scripted
from mismatch.advise.tabled import COLUMNS
from mismatch.advise.terminal import brief
from mismatch.advise.writing import write
from mismatch.analysis.intervals import Interval
from mismatch.analysis.meaning import COLOURS
from mismatch.config.fields import ConfigError
from tests.advise.told import BEST, ENTERED, FINALISTS, HOSTILE, NAN, UNTESTED, advice, entered, finalist, hostile

UNTIMED = advice(finalists=tuple(replace(one, step_ms=None) for one in FINALISTS))
INTERRUPTED = advice(
    finalists=(replace(FINALISTS[0], accuracy=UNTESTED, below=UNTESTED, step_ms=None),), interrupted=True, whole=False
)
INFINITE = advice(entered=(*ENTERED, entered(replace(BEST, steps=4), 0.5, step_ms=float("inf"))))
EVERY = {"told": advice(), "hostile": hostile(), "untimed": UNTIMED, "interrupted": INTERRUPTED, "infinite": INFINITE}
every = pytest.mark.parametrize("told", EVERY.values(), ids=EVERY)


def test_the_table_has_a_row_for_each_way_the_advised_first() -> None:
    table = advice().table
    assert list(table.columns) == list(COLUMNS) and len(table) == len(ENTERED)
    assert table.loc[0, "role"] == "advised" and table.loc[0, "steps"] == 96 and table.loc[0, "accuracy"] == 0.842
    assert table["role"].notna().sum() == len(FINALISTS) and table["accuracy"].notna().sum() == len(FINALISTS)
    assert list(table["race_accuracy"][5:]) == sorted(table["race_accuracy"][5:], reverse=True)
    assert table.loc[table["steps"] == 32, "out"].item() == 1 and table["out"].isna().sum() == 6
    assert table["equivalent"].dtype == "boolean" and table["steps"].dtype == "Int64"


@every
def test_every_advice_has_a_table_and_figures(told: Advice) -> None:
    assert isinstance(told.table, pd.DataFrame) and len(told.table) >= len(told.entered)
    assert told.plot().axes


@every
def test_the_json_is_json_with_finite_numbers_or_null(told: Advice) -> None:
    text = told.to_json()
    assert text.isascii() and "\x1b" not in text
    found = json.loads(text, parse_constant=lambda name: pytest.fail(name))
    assert found["schema"] == 1 and found["paragraph"].startswith("Use T = 96")
    assert len(found["entered"]) == len(told.entered) and found["finalists"][0]["standing"] == "advised"
    assert found["check"]["findings"][0]["severity"] in ("error", "warning")


def test_the_json_holds_what_was_measured() -> None:
    found = json.loads(advice().to_json())
    worst = found["finalists"][2]
    assert worst["below"]["low"] == 0.29 and worst["standing"] == "costs" and worst["step_ms"] == 6.3
    assert found["settings"] == {"length.steps": 96, "mask": "none", "reduction.pool": None}
    assert found["finalists"][1]["way"]["steps"] == 200 and found["sensitivity"]["enough"] == 3187


def test_delays_and_what_more_it_takes_are_told_in_every_form() -> None:
    slow = Delay(410.0, 5, 1, Interval(2.3, 1.8, 2.9))
    one = replace(FINALISTS[2], delay=slow, untimed="the machine was not quiet", step_ms=None)
    told = advice(finalists=(replace(FINALISTS[0], delay=Delay(178.0, 5, 0)), FINALISTS[1], one))
    found = json.loads(told.to_json())["finalists"]
    assert found[2]["delay"]["least"] == 1 and found[2]["delay"]["times"]["high"] == 2.9 and found[1]["delay"] is None
    assert [each["takes"] for each in found] == [None, "runs", "runs"] and found[2]["untimed"]
    assert told.table["times"][2] == 2.3 and told.table["delay"][0] == 178
    text = told.text(100)
    assert "How soon it has learnt" in text and "at least 410" in text and "2.30 [1.80, 2.90]" in text
    assert "Step times of 1 way were left out: the machine was not quiet." in text
    assert (
        json.loads(advice().to_json())["sensitivity"] | {"standing": "seen", "takes": "sequences"}
        == json.loads(advice().to_json())["sensitivity"]
    )


def test_an_answer_that_ended_early_says_so() -> None:
    text = advice(given=15.0).text(200)
    assert "It ended before its 15 minutes, as nothing was left to do." in text
    assert "nothing was left" not in advice(given=5.0).text(200) + advice().text(200)
    assert "5.0 of 15" in advice(given=15.0).html()


@every
@pytest.mark.parametrize("width", [60, 80, 100])
def test_text_fits_a_terminal_and_steers_none(told: Advice, width: int) -> None:
    for text in (told.text(width), brief(told, width), repr(told)):
        assert all(character.isprintable() or character == "\n" for character in text)
        assert "nan" not in text.lower().replace("finance", "")
    assert max(map(len, told.text(width).splitlines())) <= max(width, 76)
    assert str(told) == told.text()


class Page(HTMLParser):
    """Tags and attributes of a page, and text that is read."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.values: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.values += [value or "" for _, value in attrs]


@every
@pytest.mark.parametrize("form", ["html", "_repr_html_"])
def test_no_text_of_a_file_becomes_markup(told: Advice, form: str) -> None:
    page = getattr(told, form)()
    found = Page(page)
    assert not found.tags & {"script", "img", "iframe", "object", "link", "a", "form"}
    assert not {name for name in found.attributes if name.startswith("on")} | {"href", "src"} & found.attributes
    assert not [value for value in found.values if "://" in value and "www.w3.org" not in value]
    assert all(character.isprintable() or character == "\n" for character in page)
    assert "url(" not in page.replace("url(#", "")


def test_text_of_a_file_is_shown_as_it_is_written() -> None:
    page = hostile().html()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page and "{{ 7*7 }}" in page and "&amp;lt;" in page


def test_the_page_is_one_file_for_a_phone() -> None:
    page = advice().html()
    assert page.startswith("<!doctype html>") and 'name="viewport"' in page and "default-src 'none'" in page
    assert page.count("<svg") == 2 and "prefers-color-scheme: dark" in page and "@media print" in page
    assert "There is none: " in page  # the arm of a hand-made advice is of no file
    assert not re.findall(r"(?<![\w-])nan(?![\w-])", page)


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` or ``#rgb`` (WCAG 2)."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[k : k + 2], 16) / 255 for k in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_colours_of_text_stand_out_in_light_and_dark_and_on_paper() -> None:
    page = advice().html()
    named = re.findall(r"\.mismatch-advice \{ (--pale[^}]*)", page)
    papers = re.findall(r"body \{[^}]*background: (#\w+); color: (#\w+)", page)
    assert len(named) == len(papers) == 3
    for (paper, text), variables in zip(papers, named, strict=True):
        colours = [text, *re.findall(r"--(?:pale|accent|bad|good): (#\w+)", variables)]
        inks = re.findall(r"--ink\d: (#\w+)", variables)
        assert len(colours) == 5 and len(inks) == (6 if paper == "#14171a" else 0)
        colours += inks or COLOURS
        for colour in colours:
            low, high = sorted((luminance(colour), luminance(paper)))
            assert (high + 0.05) / (low + 0.05) >= 4.5, (colour, paper)


def test_the_code_stands_in_the_page_where_there_is_one() -> None:
    from mismatch.advise.page import html, markdown

    made = Scripted("print('</pre><script>')\n", "{}")
    page = html(advice(), made)
    assert "print(&#39;&lt;/pre&gt;&lt;script&gt;&#39;)" in page and "There is none" not in page
    assert "`model.py` beside this file" in markdown(advice(), made)


@every
def test_no_text_of_a_file_becomes_markdown(told: Advice) -> None:
    text = told.markdown()
    assert all(character.isprintable() or character == "\n" for character in text)
    page = Page(MarkdownIt("commonmark", {"html": True}).enable("table").render(text))
    assert page.tags <= {"h1", "h2", "p", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "pre", "code"}
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in rows} <= {3, 4, 5, 6}


def test_the_markdown_reads_as_it_is_written() -> None:
    page = MarkdownIt("commonmark").enable("table").render(hostile().markdown())
    assert "`*a*` _b_ [c](http://d.e) | &amp;lt;" in page


CROWDED = (
    FINALISTS[0],
    *(
        finalist(Way(200, side, padding, mask, reduction="pool", pool=2), KERAS, (0.001, -0.004, 0.006), 3.0)
        for side in ("pre", "head_tail")
        for padding in ("pre", "post")
        for mask in ("masking", "explicit")
    ),
)


def test_labels_of_the_figure_do_not_overlap() -> None:
    for figure in (advice().plot(), figures.lengths(advice()), advice(finalists=CROWDED).plot()):
        assert figure is not None
        figure.draw_without_rendering()
        boxes = [Text.get_window_extent(text) for axes in figure.axes for text in axes.texts]  # without arrows
        assert boxes and all(box.x1 <= figure.bbox.x1 and box.y0 >= 0 for box in boxes)
        assert not any(one.overlaps(two) for k, one in enumerate(boxes) for two in boxes[k + 1 :])


def test_labels_that_are_crowded_are_spread_in_their_order() -> None:
    found = figures.spread([0.5, 0.5, 0.49, 0.1], [0.1] * 4)
    assert found[3] < found[2] < found[0] < found[1]
    assert all(b - a >= 0.1 - 1e-9 for a, b in zip(sorted(found), sorted(found)[1:], strict=False))
    assert max(figures.spread([1.0] * 5, [0.1] * 5)) <= 1.05


def test_the_figure_of_few_step_times_is_that_of_the_race() -> None:
    assert "in the race" in UNTIMED.plot().axes[0].get_ylabel()
    assert "set aside" in advice().plot().axes[0].get_ylabel()


def test_the_vector_takes_on_the_colours_of_the_page() -> None:
    text = figures.svg(advice().plot(), "one", 'a "title"')
    assert text.startswith('<svg role="img" aria-label="a &quot;title&quot;"') and "currentColor" in text
    assert "#222222" not in text and "var(--accent)" in text and "<metadata" not in text


def test_all_forms_are_made_without_tensorflow() -> None:
    code = (
        "from tests.advise.told import advice\nimport sys\n"
        "told = advice(); told.to_json(); told.html(); told.markdown(); told.plot(); str(told); told.table\n"
        "assert not {'tensorflow', 'keras', 'jax'} & set(sys.modules)"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, cwd=root)
    assert done.returncode == 0, done.stderr


def test_files_are_written_whole_with_a_line_where_there_is_no_script(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text("of an earlier advice")
    found = write(hostile(), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["advice.html", "advice.json", "advice.md"]
    assert set(found.names) == {"advice.html", "advice.json", "advice.md"}
    assert found.why.startswith("data=early: ") and "\n" not in found.why
    again = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    write(hostile(), tmp_path)
    assert again == {path.name: path.read_bytes() for path in tmp_path.iterdir()}


def test_what_an_earlier_advice_left_goes_and_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that was fitted for another script is not left beside the page; one of the same script stays."""
    monkeypatch.setattr(writing, "scripted", lambda told: Scripted("print()\n", "{}"))
    assert write(advice(), tmp_path).replaced == ""
    for name in FITTED:
        (tmp_path / name).write_text("fitted")
    assert write(advice(minutes=6.0), tmp_path).replaced == ""
    assert all((tmp_path / name).is_file() for name in FITTED)
    monkeypatch.setattr(writing, "scripted", lambda told: Scripted("print(1)\n", "{}"))
    assert write(advice(subject="b/reviews.ts"), tmp_path).replaced == "reviews.csv"
    assert not any((tmp_path / name).exists() for name in FITTED)
    (tmp_path / "advice.json").write_text("[")
    assert write(advice(), tmp_path).replaced == ""


def test_a_folder_that_cannot_be_written_to_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"out=.*cannot be written to"):
        write(advice(), tmp_path / "file" / "folder")


def test_nothing_is_written_where_one_form_fails(tmp_path: Path) -> None:
    broken = advice(settings={"a": NAN}, chance="none")
    with pytest.raises((TypeError, ValueError)):
        write(broken, tmp_path)
    assert not list(tmp_path.iterdir())


def test_an_advice_prints_short_in_a_list() -> None:
    assert len(repr(advice())) < 200 and repr(hostile()).startswith("<Advice <script>")
    assert HOSTILE not in repr(hostile())
