"""Cell options, the choice among the forms of an output, and terminal text."""

import pytest
from nbformat.v4 import new_output
from typst_documents import SVG, code, export, markdown, notebook, png, printed, problems, shown

from report.typst.options import cell_options
from report.typst.outputs import choose
from report.typst.terminal import MAX_LINES, runs


def test_option_lines_are_read_and_taken_out_of_the_code() -> None:
    cell = code('#| label: fig-loss\n#| fig-cap: "Loss: over epochs"\n#| echo: false\nplot()')
    assert cell_options(cell) == {"label": "fig-loss", "fig-cap": "Loss: over epochs", "echo": False}
    assert cell.source == "plot()"


@pytest.mark.parametrize(
    "caption", ["Loss: per epoch", "50 % of # runs", "*Emphasis* first", "[@key] first", "it's", "`a: b`", "a & b"]
)
def test_captions_need_no_quotes(caption: str) -> None:
    assert cell_options(code(f"#| fig-cap: {caption}\nx"))["fig-cap"] == caption


def test_captions_may_be_lists_blocks_and_quoted() -> None:
    assert cell_options(code('#| fig-cap: ["a: 1", b]\nx'))["fig-cap"] == ["a: 1", "b"]
    assert cell_options(code("#| fig-subcap:\n#|   - one: 1\n#|   - two\nx"))["fig-subcap"] == ["one: 1", "two"]
    assert cell_options(code("#| fig-alt: |\n#|   two\n#|   lines\nx"))["fig-alt"] == "two\nlines"


def test_a_broken_option_is_named() -> None:
    (problem,) = problems(notebook(code("#| label: [a\nx")))
    assert problem.startswith("sample.ipynb, cell 1 (`#| label: [a`): cell option is no YAML: `#| label: [a`")


def test_tags_hide() -> None:
    shown = {
        "remove-input": ["kept"], "hide_input": ["kept"], "remove-output": ["source"], "remove-cell": [],
        "parameters": [], "injected-parameters": [], "other": ["source", "kept"],
    }  # fmt: skip
    made = notebook(*(code(f"source-{tag}", printed(f"kept-{tag}"), tags=[tag]) for tag in shown), title="x")
    expected = [f"{word}-{tag}" for tag, words in shown.items() for word in words]
    assert export(made).text.removeprefix("x").removesuffix("1").split() == expected


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        ({"image/svg+xml": SVG, "image/png": "iVBO", "text/plain": "<Figure>"}, "image/svg+xml"),
        ({"image/svg+xml": "<svg><text>a</text></svg>", "image/png": "iVBO"}, "image/png"),
        ({"image/svg+xml": "<svg><text>a</text></svg>", "text/plain": "x"}, "image/svg+xml"),
        ({"text/html": "<table><tr><td>1</td></tr></table>", "text/plain": "1"}, "text/html"),
        ({"text/html": "<style>p{}</style><b>x</b>", "text/markdown": "**x**"}, "text/markdown"),
        ({"text/html": "<script>x</script>", "text/plain": "Model()"}, "text/plain"),
        ({"text/html": "<details><input><table></table></details>", "text/plain": "Pipeline()"}, "text/plain"),
        ({"text/html": "<details><summary>More</summary>words</details>", "text/plain": "Pipeline()"}, "text/html"),
        ({"text/html": "<b>A</b> value", "text/plain": "A value"}, "text/plain"),
        ({"text/html": "<b>A</b> value", "text/plain": "<pkg.A object at 0x7f>"}, "text/html"),
        ({"text/html": "<table><tr><td>1</td></tr></table><button>Convert</button>", "text/plain": "1"}, "text/html"),
        ({"text/html": "<img src='a.png'>", "text/plain": "<IPython.core.display.HTML object>"}, "text/html"),
        ({"text/html": "<svg></svg>", "text/plain": "<IPython.core.display.HTML object>"}, "text/html"),
        ({"text/html": "<b>x</b>", "text/plain": "<IPython.core.display.HTML object>"}, "text/html"),
        ({"application/json": {"a": 1}, "text/plain": "<IPython.core.display.JSON object>"}, "application/json"),
    ],
)
def test_the_form_that_prints_best_is_chosen(data: dict, mime: str) -> None:
    choice = choose({"data": data})
    assert choice is not None
    assert choice.mime == mime


def test_what_paper_cannot_show_leaves_a_mark() -> None:
    script = "<IPython.core.display.HTML object>"
    made = notebook(
        code("a", shown("application/vnd.plotly.v1+json", {}, text_html="<div><script>x</script></div>")),
        code("b", shown("application/vnd.jupyter.widget-view+json", {}, text_plain="IntSlider(value=0)")),
        code("c", shown("text/html", "<iframe src='x'></iframe>", text_plain=script)),
        code("d", shown("application/x-unheard-of", "zz")),
        code("e", new_output("display_data", data={"application/json": {"key": [1]}})),
        markdown("<video src='a.mp4'></video>"),
    )
    text = export(made).text
    for mark in ("Plotly figure", "interactive widget", "<iframe>", "application/x-unheard-of", '"key"', "A video"):
        assert mark in text


def test_a_progress_bar_that_was_saved_leaves_nothing() -> None:
    for text in ("  0%|          | 0/400 [00:00<?, ?batch/s]", "12it [00:01, 8.00it/s]"):
        assert choose({"data": {"application/vnd.jupyter.widget-view+json": {}, "text/plain": text}}) is None
    both = {"application/vnd.jupyter.widget-view+json": {}, "image/png": "AAAA", "text/plain": "Figure of 1 panel"}
    assert choose({"data": both}).mime == "image/png"


def test_values_of_plotting_calls_vanish_beside_their_picture() -> None:
    value = "[<matplotlib.lines.Line2D at 0x7f00>]"
    assert "Line2D" not in export(notebook(code("x", shown("text/plain", value), shown("image/png", png())))).text
    assert "Line2D" in export(notebook(code("x", shown("text/plain", value)))).text


def test_terminal_colours_and_weights() -> None:
    assert runs("a \x1b[1;31mred\x1b[0m \x1b[38;5;208mc\x1b[39m\x1b[38;2;0;200;0md") == [
        {"text": "a "}, {"text": "red", "bold": True, "colour": "1"}, {"text": " "}, {"text": "c", "colour": "3"},
        {"text": "d", "colour": "2"},
    ]  # fmt: skip


def test_a_progress_bar_leaves_its_last_state() -> None:
    assert runs("0%\r50%\r100%\nab\bc\n") == [{"text": "100%\nac"}]


def test_what_differs_between_equal_runs_is_replaced() -> None:
    text = "/tmp/ipykernel_123/456.py:3: UserWarning: x\nCell In[7], line 1\nCell \x1b[32mIn[7]\x1b[39m, line 2"
    text += "\n\x1b[36mCell\x1b[39m\x1b[36m \x1b[39m\x1b[32mIn[8]\x1b[39m\x1b[32m, line 3\x1b[39m"
    lines = "".join(run["text"] for run in runs(text)).splitlines()
    assert lines == ["cell line 3: UserWarning: x", "Cell, line 1", "Cell, line 2", "Cell, line 3"]


def test_long_outputs_say_what_they_leave_out() -> None:
    (run,) = runs("\n".join(map(str, range(10_000))))
    assert run["text"].count("\n") == MAX_LINES
    assert f"… {10_000 - MAX_LINES:,} lines left out …" in run["text"]
    assert "96,000 characters left out" in runs("a" * 100_000)[0]["text"]
