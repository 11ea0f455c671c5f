import pytest
from report_samples import code, notebook, text

from report.book.merge import document_metadata, fill, grafted, merge
from report.errors import ReportError
from report.run.tasks import Executed, make_tasks


@pytest.fixture
def tasks(project):
    project.add("01-a")
    project.add("02-b")
    return make_tasks(project.resolved())


def executed(task, **facts):
    ran = notebook(text("# A"), code("count: int = 1", count=1))
    ran["metadata"]["course_report"] = facts
    return Executed(task, ran)


def test_cells_know_where_they_come_from_and_have_ids_of_their_own(tasks):
    merged = merge([executed(task) for task in tasks], {"title": "T"}, "# Appendix")
    cells = merged["cells"]
    places = [(cell["metadata"]["source"]["notebook"], cell["metadata"]["source"]["cell"]) for cell in cells[:3]]
    assert places == [("01-a.ipynb", 0), ("01-a.ipynb", 1), ("02-b.ipynb", 0)]
    assert len({cell["id"] for cell in cells}) == len(cells) == 5
    assert cells[-1]["metadata"]["report_part"] == "appendix"
    assert merged["metadata"]["title"] == "T"


def test_a_chapter_of_the_appendix_says_so_in_every_cell(project):
    project.add("01-a")
    project.add("02-b", place="appendix")
    merged = merge([executed(task) for task in make_tasks(project.resolved())], {}, "# Appendix")
    parts = [cell["metadata"].get("report_part") for cell in merged["cells"]]
    assert parts == [None, None, "appendix", "appendix", "appendix"]


@pytest.mark.parametrize(("first", "from_zero"), [("00-introduction", True), ("01-a", False)])
def test_a_report_that_begins_with_chapter_zero_counts_from_it(project, first, from_zero):
    project.add(first)
    project.add("02-b")
    ran = [executed(task, executed=0) for task in make_tasks(project.resolved())]
    assert document_metadata(project.resolved(), ran, {})["report"]["from_zero"] is from_zero


def test_an_unfinished_set_is_not_merged(tasks):
    unfinished = notebook(text("# A"), code("never()"))
    with pytest.raises(ReportError, match="02-b, cell 2: was not run; an unfinished set is not typeset"):
        merge([executed(tasks[0]), Executed(tasks[1], unfinished)], {}, "")


def test_words_are_those_of_today_and_outputs_those_of_the_run():
    out = {"output_type": "stream", "name": "stdout", "text": "2"}
    source = notebook(
        text("new words"), code("a = 1  # new note"), code("# a new cell"), text("more"),
        code("print(a)", "remove-input") | {"metadata": {"alt": "new"}},
    )  # fmt: skip
    ran = notebook(
        text("old words"), code("a = 1", "parameters", count=1), code("a = 2", "injected-parameters", count=2),
        code("print(a)", count=3, outputs=(out,)),
    )  # fmt: skip
    cells = grafted(source, ran)
    assert [cell["source"] for cell in cells] == [cell["source"] for cell in source["cells"]]
    assert [cell.get("outputs") for cell in cells] == [None, [], [], None, [out]]
    assert [cell.get("execution_count") for cell in cells] == [None, 1, None, None, 3]
    assert cells[-1]["metadata"] == {"alt": "new"}


def test_the_title_page_has_the_settings_and_what_the_run_asked_for(project, tasks, monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    project.configure(course="CS", abstract="{a.accuracy:.1%} of {run.dataset}")
    settings = project.resolved(title="Mine", authors=["Ada", "Alan"], profile="quick")
    ran = [executed(task, executed=86_400 * days) for task, days in zip(tasks, (365, 366), strict=True)]
    metadata = document_metadata(settings, ran, {"01-a": {"accuracy": 0.9876}})
    assert metadata["title"] == "Mine"
    assert metadata["authors"] == [{"name": "Ada"}, {"name": "Alan"}]
    assert metadata["report"]["course"] == "CS"
    assert metadata["report"]["abstract"] == "98.8\xa0% of mnist-5k"
    assert metadata["report"]["timestamp"] == 86_400 * 366
    assert "profile `quick`" in metadata["report"]["dataset_note"]
    assert "DATASET=mnist" in metadata["report"]["dataset_note"]


def test_source_date_epoch_dates_the_report(project, tasks, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    metadata = document_metadata(project.resolved(), [executed(tasks[0], executed=1)], {})
    assert metadata["report"]["date"] == "14 November 2023"
    assert metadata["report"]["timestamp"] == 1700000000


def test_fields_take_results_by_notebook_with_or_without_its_number():
    results = {"02-init": {"loss": 0.12345, "name": "glorot", "share": 0.9, "count": 1234}}
    assert fill("{init.loss:.2f} {02-init.name} {{x}}", results) == "0.12 glorot {x}"
    assert fill("{init.share:.1%} of {init.count}", results) == "90.0\xa0% of 1,234"


def test_a_result_that_is_not_finite_shows_as_none():
    assert fill("slope {a.slope:.2f}", {"01-a": {"slope": None}}) == "slope (none)"


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{inti.loss}", r"no results of 'inti'; .*did you mean init"),
        ("{init.lose}", r"\{init.lose\}: not published; allowed: loss, name \(did you mean loss\?\)"),
        ("{init.name:.2f}", "abstract: "),
        ("{init.loss", "abstract: "),
        ("{init.__class__}", "not published"),
        ("{init.name:>99999999999}", "abstract: expected a width and a precision below 1,000, got '>9999"),
        ("{init.loss:.99999d}", "abstract: expected a width"),
    ],
)
def test_a_field_without_a_result_is_an_error_that_says_what_there_is(template, message):
    with pytest.raises(ReportError, match=message):
        fill(template, {"02-init": {"loss": 0.1, "name": "glorot"}})


def test_what_chapters_leave_for_each_other_is_not_printed():
    published = {"application/vnd.course-report.kept+json": {"MLP": {}}, "text/plain": "kept: MLP"}
    shown = {"output_type": "display_data", "metadata": {}, "data": {"text/plain": "2"}}
    outputs = [{**shown, "data": published}, shown]
    source = notebook(code("keep()", count=1))
    assert grafted(source, notebook(code("keep()", count=1, outputs=tuple(outputs))))[0]["outputs"] == [shown]
