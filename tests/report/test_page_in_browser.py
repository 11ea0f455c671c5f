"""The web page in a real browser: what axe-core calls serious, contents in sight, nothing wider than the window.

AXE_CORE names the file axe.min.js of the package axe-core; REPORT_HTML names a page that was made, to look at instead.
"""

import io
import os
from pathlib import Path

import pytest
from browser import CHROMIUM
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from pypdf import PdfReader

from report.typst import TypstHTMLExporter

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = [pytest.mark.long, pytest.mark.skipif(not CHROMIUM, reason="no Chromium on the PATH")]

WIDE = "<table><thead><tr>{}</tr></thead><tbody><tr>{}</tr></tbody></table>".format(
    "".join(f"<th>a long title {place}</th>" for place in range(20)), "<td>1,234</td>" * 20
)
SUM = " + ".join("abcdef" * 9)
BIG = "".join(rf"\{size}l( x \{size}r)^{{1/3}} \{size}m|_0 " for size in ("big", "Big", "bigg", "Bigg"))
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="{}pt" height="60pt"><path d="M0 0h9"/></svg>'
LINE = f"value = {'1 + ' * 23}1"  # 101 characters


def shown(kind, data, source):
    """Return a cell with one output."""
    return new_code_cell(source, outputs=[new_output("display_data", {kind: data})])


CELLS = [
    new_markdown_cell(f"# One\n\n[A link](https://example.org) and @tbl-wide, ${SUM[:77]}$.\n\n$$ {SUM} $$"),
    shown("text/html", WIDE, "#| label: tbl-wide\n#| tbl-cap: Wide\n1"),
    new_code_cell(f"print({'1 + ' * 40}1)", outputs=[new_output("stream", text="1234567890 " * 30)]),
    new_markdown_cell(f"$$ {BIG} $$\n\nAs [@a]."),
    *(shown("image/svg+xml", PICTURE.format(width), f"#| fig-alt: {width}") for width in (450, 90)),
    new_code_cell(f"#| label: lst-line\n#| lst-cap: A line\n{LINE}"),
    new_markdown_cell("\n\n".join(f"## Section {place}\n\n" + "Words. " * 80 for place in range(40))),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    if made := os.environ.get("REPORT_HTML"):
        return Path(made).resolve().as_uri()
    return written(CELLS, tmp_path_factory.mktemp("page"))


def written(cells, folder):
    """Write cells as a page; return its address."""
    entry = f"@misc{{a, title={{A}}, url={{https://example.org/{'a' * 60}}}}}"
    (folder / "refs.bib").write_text(entry, encoding="utf-8")
    settings = {"contents": True, "lang": "en", "bibliography": "refs.bib"}
    document = new_notebook(cells=cells, metadata={"title": "A page", "report": settings})
    text, _ = TypstHTMLExporter().from_notebook_node(document, {"metadata": {"name": "n", "path": str(folder)}})
    path = folder / "page.html"
    path.write_text(text, encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(params=[(1280, "light"), (1280, "dark"), (375, "light"), (375, "dark"), (320, "light")], ids=str)
def page(request, browser, address):
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(address)
    yield page
    context.close()


@pytest.mark.skipif("AXE_CORE" not in os.environ, reason="AXE_CORE names no axe.min.js")
def test_nothing_keeps_a_reader_out(page):
    page.evaluate(Path(os.environ["AXE_CORE"]).read_text(encoding="utf-8"))
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in serious] == []


def test_nothing_is_wider_than_the_window_but_what_scrolls_by_itself(page):
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_contents_stay_in_sight(page):
    page.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
    wide = page.viewport_size["width"] > 1000
    place = page.locator("#contents" if wide else ".to-contents").bounding_box()
    assert place["y"] == 0
    if wide:
        assert page.evaluate("""() => {
            const link = document.querySelector('#contents a');
            link.focus();
            return document.activeElement === link;
        }""")
    else:
        page.locator(".to-contents").click()
        page.locator("#contents a").last.wait_for(state="visible")


@pytest.fixture
def own(request, browser, address):
    """The page of this module, whatever REPORT_HTML names, as its policy lets it be."""
    if "REPORT_HTML" in os.environ:
        pytest.skip("REPORT_HTML names another page")
    context = browser.new_context(viewport={"width": request.param, "height": 800})
    page = context.new_page()
    page.goto(address)
    yield page
    context.close()


wide = pytest.mark.parametrize("own", [1280], indirect=True)
narrow = pytest.mark.parametrize("own", [375], indirect=True)


@wide
def test_the_contents_follow_the_reader(own):
    goals = {
        "heading => heading.scrollIntoView()": "1.37 Section 36",
        "() => scrollTo(0, 1e6)": "References",
        "() => scrollTo(0, 0)": "1 One",
    }
    for goal, name in goals.items():
        own.locator("h2").nth(36).evaluate(goal)
        own.wait_for_timeout(300)
        marked = own.locator("[aria-current]")
        assert marked.all_inner_texts() == [name]
        box = marked.bounding_box()
        assert 0 <= box["y"] <= 800 - box["height"]
    assert own.locator("#contents").evaluate("frame => frame.scrollTop") == 0


@wide
def test_delimiters_of_one_size_are_as_high_with_scripts(own):
    boxes = own.evaluate("""() => [...document.querySelectorAll('mo[minsize]')].map(sign => {
        const box = sign.getBoundingClientRect();
        return [sign.getAttribute('minsize'), box.top, box.height];
    })""")
    assert len(boxes) == 12
    for size in {box[0] for box in boxes}:
        left, *others = (box for box in boxes if box[0] == size)
        assert all(abs(left[k] - other[k]) < 3 for other in others for k in (1, 2))


SCROLLS = "box => box.scrollWidth > box.clientWidth"


@narrow
def test_what_is_too_wide_for_a_phone_scrolls_under_a_shadow(own):
    wide, small = own.locator(".picture").all()
    assert wide.locator("img").bounding_box()["width"] == 560
    assert [wide.evaluate(SCROLLS), small.evaluate(SCROLLS)] == [True, False]
    assert small.locator("img").bounding_box()["width"] == 120
    look = "box => getComputedStyle(box).backgroundAttachment"
    assert own.locator(".formula").first.evaluate(SCROLLS)
    assert {own.locator(name).first.evaluate(look) for name in (".scroll", ".picture", ".formula", "pre")} == {
        "local, local, scroll, scroll, scroll"
    }


@wide
def test_a_listing_takes_the_room_there_is_and_its_caption_the_middle(own):
    assert not own.locator(".picture").first.evaluate(SCROLLS)
    code, caption = own.locator("figure.lst pre"), own.locator("figure.lst figcaption")
    assert not code.evaluate(SCROLLS)
    code, caption = code.bounding_box(), caption.bounding_box()
    assert code["x"] + code["width"] / 2 == pytest.approx(caption["x"] + caption["width"] / 2, abs=1)


ROWS = "".join(f"<tr><td>{row}</td><td>1,234</td></tr>" for row in range(90))
LONG = f"<table><thead><tr><th>Heading</th><th>b</th></tr></thead><tbody>{ROWS}</tbody></table>"


def test_print_breaks_tables_not_chapters_and_marks_code_that_goes_on(browser, tmp_path):
    cells = [
        *(new_markdown_cell(f"# Chapter {name}\n\nWords.") for name in "ABC"),
        new_code_cell(f"{LINE}  # {'a word ' * 20}\nshort = 1"),
        shown("text/html", LONG, "#| label: tbl-long\n#| tbl-cap: Long\n1"),
    ]
    page = browser.new_page()
    page.goto(written(cells, tmp_path))
    first, *others = (sheet.extract_text() for sheet in PdfReader(io.BytesIO(page.pdf(format="A4"))).pages)
    page.close()
    assert all(f"Chapter {name}" in first.partition("Words")[2] or name == "A" for name in "ABC")
    assert first.count("↪") >= 2
    assert "Table 1" in first.replace("\xa0", " ")
    assert all("Heading" in sheet for sheet in (first, others[0]))
