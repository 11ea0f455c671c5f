"""The web page in a real browser: what axe-core calls serious, contents in sight, nothing wider than the window.

AXE_CORE names the file axe.min.js of the package axe-core; REPORT_HTML names a page that was made, to look at instead.
"""

import os
from pathlib import Path

import pytest
from browser import CHROMIUM
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from report.typst import TypstHTMLExporter

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = [pytest.mark.long, pytest.mark.skipif(not CHROMIUM, reason="no Chromium on the PATH")]

WIDE = "<table><thead><tr>{}</tr></thead><tbody><tr>{}</tr></tbody></table>".format(
    "".join(f"<th>a long title {place}</th>" for place in range(20)), "<td>1,234</td>" * 20
)
SUM = " + ".join("abcdef" * 9)
CELLS = [
    new_markdown_cell(f"# One\n\n[A link](https://example.org) and @tbl-wide, ${SUM[:77]}$.\n\n$$ {SUM} $$"),
    new_code_cell("#| label: tbl-wide\n#| tbl-cap: Wide\n1", outputs=[new_output("display_data", {"text/html": WIDE})]),
    new_code_cell(f"print({'1 + ' * 40}1)", outputs=[new_output("stream", text="1234567890 " * 30)]),
    new_markdown_cell("\n\n".join(f"## Section {place}\n\n" + "Words. " * 80 for place in range(40))),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    if made := os.environ.get("REPORT_HTML"):
        return Path(made).resolve().as_uri()
    document = new_notebook(cells=CELLS, metadata={"title": "A page", "report": {"contents": True, "lang": "en"}})
    text, _ = TypstHTMLExporter().from_notebook_node(document, {"metadata": {"name": "n", "path": "."}})
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(text, encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(params=[(1280, "light"), (1280, "dark"), (375, "light"), (375, "dark")], ids=str)
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
