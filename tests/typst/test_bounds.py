"""Time, memory and nesting have bounds, and what passes one is told with its cell."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_raw_cell
from typst_documents import code, export, markdown, notebook, png, printed, problems, shown

import report.typst
from report.typst import ConversionError, TypstExporter, TypstHTMLExporter
from report.typst.children import Limits, run
from report.typst.fences import close_fences
from report.typst.formulas import output_typst
from report.typst.formulas.errors import MathError
from report.typst.formulas.parser import parse
from report.typst.metadata import only_heading
from report.typst.options import cell_options
from report.typst.outputs import choose
from report.typst.prose.marks import Taken
from report.typst.prose.source import prepared
from report.typst.tables import plain_grid
from report.typst.terminal import runs

CHILDREN = Path(report.typst.__file__).with_name("children.py")
ENDLESS = '#{let text = "a"; for i in range(60) { text = text + text }; text.len()}'
OUTER = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("children", sys.argv[1])
children = sys.modules["children"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(children)
program = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)"
children.run([sys.executable, "-c", program, sys.argv[2]], "", children.Limits())
"""


def raw(text: str) -> NotebookNode:
    return new_raw_cell(text, metadata={"format": "text/x-typst"})


@pytest.mark.long
def test_the_compiler_is_stopped_and_the_cell_named() -> None:
    made = notebook(markdown("fine @sec-a"), raw(ENDLESS), markdown("# A {#sec-a}"))
    (problem,) = problems(made, time_limit=1)
    assert problem.startswith("sample.ipynb, cell 2 (`#{let text")
    assert "stopped after 1 s" in problem


@pytest.mark.long
def test_pandoc_is_stopped_and_the_cell_named() -> None:
    (problem,) = problems(notebook(markdown("fine"), markdown("[" * 60_000), markdown("fine")), time_limit=1)
    assert problem.startswith("sample.ipynb, cell 2 (`[[[")
    assert "stopped after 1 s" in problem


@pytest.mark.posix
def test_memory_is_bounded() -> None:
    result = run([sys.executable, "-c", "b'x' * 10**9"], "", Limits(60, 300), address_space=True)
    assert b"MemoryError" in result.stderr


@pytest.mark.long
def test_the_memory_of_pandoc_is_bounded_and_the_cell_named() -> None:
    (problem,) = problems(notebook(markdown("fine"), markdown("*a* " * 50_000)), memory_limit=64)
    assert problem.startswith("sample.ipynb, cell 2 (`*a* *a*")
    assert problem.endswith("more than 64 MiB of memory needed")


@pytest.mark.long
def test_the_memory_of_the_compiler_is_bounded_and_the_cell_named() -> None:
    (problem,) = problems(notebook(markdown("fine"), raw("#range(10000000000).len()")), memory_limit=1024)
    assert problem == "sample.ipynb, cell 2 (`#range(10000000000).len()`): Typst: more than 1024 MiB of memory needed"


@pytest.mark.skipif(sys.platform != "linux", reason="Linux ends a child with its parent; elsewhere its time limit does")
def test_a_child_ends_with_its_parent(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    parent = subprocess.Popen([sys.executable, "-c", OUTER, str(CHILDREN), str(pid)])
    wait_until(lambda: pid.exists() and pid.read_text() != "")
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    wait_until(lambda: not is_alive(int(pid.read_text())))


def wait_until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(
    "cell",
    [
        code("x", shown("text/html", "<div>" * 1500 + "<b>deep</b>")),
        markdown("> " * 700 + "deep"),
        pytest.param(code("x", shown("text/html", "<div>" * 20000 + "<b>deep</b>")), marks=pytest.mark.long),
        pytest.param(markdown("> " * 3000 + "deep"), marks=pytest.mark.long),
    ],
)
def test_what_is_nested_too_deeply_is_named(cell: NotebookNode) -> None:
    made = notebook(markdown("fine"), cell)
    with pytest.raises(ConversionError) as error:
        TypstHTMLExporter(strict=True).from_notebook_node(made, {"metadata": {"name": "sample"}})
    assert str(error.value).startswith("sample.ipynb, cell 2 (`")
    assert str(error.value).endswith("nested too deeply")


def test_long_lines_are_cut_where_typst_could_not_set_them() -> None:
    lines = "\n".join(["a " * 2000] * 14)
    made = notebook(code("x", printed(lines)), markdown(f"```\n{lines}\n```"))
    assert "characters left out" in export(made).text


def test_a_long_word_takes_no_more_time_than_many_short_ones() -> None:
    word = "".join(f"{number:06}" for number in range(20_000))
    start = sum(os.times()[:4])  # processor time, pandoc's included: other work on the machine does not count
    source, _ = TypstExporter().from_notebook_node(notebook(code("x", shown("text/html", word))))
    assert word in source.replace("\n", "")
    assert sum(os.times()[:4]) - start < 20  # 45 s where pandoc writes it in one piece


@pytest.mark.parametrize(
    ("tex", "reason"),
    [
        ("".join(rf"\newcommand\{a}{{\{b}\{b}}}" for a, b in zip("abcdefghij", "bcdefghijk", strict=True))
         + r"\newcommand\k{x}" + r"\sqrt[\a]{\text{\a}}" * 20, "expands without end"),
        (r"\def\d#1{#1#1}" + r"\d{" * 25 + "x" + "}" * 25, "expands without end"),
        (r"\bf" * 3000, "nested more than"),
        (r"\text{" + "{" * 2000 + "}" * 2000 + "}", "nested more than"),
        ("{" * 200 + "}" * 200, "nested more than"),
        ("x" * 60_000, "a formula may have 50,000"),
        (r"\begin{array}{c}" + "&" * 20000 + r"\\" * 10000 + r"\end{array}", "more than 10,000 cells"),
        (r"\hspace" + "1" * 40_000, "needs a length"),
    ],
)  # fmt: skip
def test_formulas_are_bounded(tex: str, reason: str) -> None:
    start = time.process_time()
    with pytest.raises(MathError, match=reason):
        parse(tex, display=True)
    assert time.process_time() - start < 2


def test_braces_around_braces_are_written_at_once() -> None:
    assert "x" in output_typst.inline(parse("{" * 60 + "x" + "}" * 60, display=False))


def mark(text: str) -> str:
    return prepared(text, Taken())


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (runs, "a" * 200_000 + "\b" * 200_000),
        (lambda text: choose({"data": {"text/html": text}}), "<style>" * 20_000),
        (lambda text: choose({"data": {"text/html": text}}), "<" * 100_000),
        (plain_grid, "<table>" + "<a " * 20_000),
        (mark, "`" * 50_000),
        (mark, "` `` " * 10_000),
        (mark, "$a$1 " * 10_000),
        (mark, "\\begin{a} { " * 5_000),
        (mark, "<a b='" * 10_000),
        (mark, "\\newcommand\\a{" * 5_000),
        (mark, "{" * 50_000 + "[" * 50_000),
        (mark, "| a\n" * 20_000),
        (mark, "<!--" * 20_000),
        (close_fences, "`" * 100_000),
        (lambda text: only_heading(notebook(markdown(text))), "# a" + " " * 30_000 + "b"),
        (lambda text: cell_options(code(text)), "#| fig-cap: " + " " * 50_000 + "x"),
    ],
    ids=["backspaces", "styles", "tags", "table", "ticks", "spans", "dollars", "environments", "attributes",
         "definitions", "braces", "rows", "comments", "fences", "heading", "option"],
)
def test_texts_are_read_in_linear_time(read: Callable[[str], object], text: str) -> None:
    start = time.process_time()
    read(text)
    assert time.process_time() - start < 2


def test_an_option_has_no_aliases() -> None:
    with pytest.raises(ConversionError, match="cell option is no YAML"):
        cell_options(code("#| fig-cap: [&a [x], *a, *a]\n1"))


@pytest.mark.posix
def test_an_interrupt_ends_the_child(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    parent = subprocess.Popen([sys.executable, "-c", OUTER, str(CHILDREN), str(pid)], stderr=subprocess.DEVNULL)
    wait_until(lambda: pid.exists() and pid.read_text() != "")
    os.kill(parent.pid, signal.SIGINT)
    assert parent.wait(10) != 0
    wait_until(lambda: not is_alive(int(pid.read_text())))


@pytest.mark.long
def test_words_and_addresses_without_end_are_told_and_break_nothing():
    """PDF/A bounds the strings beside the printed text: titles, alternative texts, addresses, bookmarks."""
    words, address = "ürgend " * 2400, f"https://example.org/?q={'a' * 9000}"
    picture = f"data:image/png;base64,{png()}"
    pdf = export(
        notebook(
            markdown(f"# One\n\n[there](#{'y' * 9000}) [here](#{words[:-1].replace(' ', '-')})"),
            markdown(f"## {words}"), markdown(f"## Two {{#{'y' * 9000}}}"), markdown(f"![{words}]({picture})"),
            markdown(f'![{picture}]({picture} "Shown")'), markdown(f"[linked]({address})"),
            code(f"#| fig-alt: {words}\n1", shown("image/png", png())), title=words,
        )
    )  # fmt: skip
    assert sorted(line.partition("): ")[2] for line in pdf.log) == [
        "figure without fig-alt, its caption stands in",
        "the address of a link has 9023 bytes, and PDF takes 8000; its text is kept",
    ]
    assert pdf.tags("/Figure") == [f"{words[:2000]}…", "Shown", f"{words[:2000]}…"]
    assert [name for _, name, _ in pdf.outline] == ["1 One", "1.1 Two"]
    assert pdf.text.count("ürgend") > 2400
