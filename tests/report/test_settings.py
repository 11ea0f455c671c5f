import json

import jsonschema
import pytest

from report import schema, values
from report.contents import Chapter
from report.errors import ConfigError
from report.settings import IN_FILE, OPTIONS, Settings, resolve
from report.strict_yaml import parse_yaml, read_yaml
from report.typst.looks import SOLUTIONS

GOOD = """
title: T
authors: [A]
datasets: [mnist-5k, mnist]
chapters: [01-a, {notebook: 02-b, after: all}]
profiles:
  quick: {}
  standard:
  published: {dataset: mnist, 01-a: {epochs: 3}, 02-b:}
"""


def load(tmp_path, text, **given):
    path = tmp_path / "report.yml"
    path.write_text(text)
    return resolve(config=path, **given)


def test_the_projects_own_settings_are_right():
    settings = resolve()
    assert {"quick", "standard", "published"} <= set(settings.profiles)
    assert settings.bibliography_path.is_file()


def test_settings_are_read(tmp_path):
    settings = load(tmp_path, GOOD, profile="published")
    assert settings.chapters == [Chapter("01-a"), Chapter("02-b", after_all=True)]
    assert settings.parameters("01-a") == {"epochs": 3}
    assert settings.parameters("02-b") == {}
    assert load(tmp_path, GOOD).parameters("01-a") == {}
    first = load(tmp_path, GOOD.replace("after: all", "start: first"))
    assert first.chapters[1] == Chapter("02-b", starts_first=True)


def test_a_chapter_may_start_first_and_stand_in_the_appendix(tmp_path):
    chapters = load(tmp_path, GOOD.replace("after: all", "start: first, place: appendix")).chapters
    assert chapters[1] == Chapter("02-b", starts_first=True, in_appendix=True)


EXTENDED = GOOD.replace("{dataset: mnist, 01-a", "{extends: quick, dataset: mnist, 01-a")


def test_a_profile_has_the_parameters_of_the_one_that_it_extends_unless_it_says_otherwise(tmp_path):
    text = EXTENDED.replace("quick: {}", "quick: {01-a: {epochs: 1, seeds: 2}, 02-b: {x: 1}}")
    settings = load(tmp_path, text, profile="published")
    assert settings.parameters("01-a") == {"epochs": 3, "seeds": 2}
    assert settings.parameters("02-b") == {"x": 1}
    assert settings.dataset == "mnist"


def test_the_data_set_is_the_given_one_else_the_profiles_else_the_first(tmp_path):
    assert load(tmp_path, GOOD, profile="published", dataset="mnist-5k").dataset == "mnist-5k"
    assert load(tmp_path, GOOD, profile="published").dataset == "mnist"
    assert load(tmp_path, GOOD, profile="quick").dataset == "mnist-5k"


def test_notebooks_as_they_are_need_no_profile(tmp_path):
    assert load(tmp_path, GOOD.replace("standard:", "slow:"), target="notebooks").profile == "standard"


WRONG_FORM = [
    ("title: T", "titel: T", "unknown key 'titel'.*did you mean title"),
    ("title: T", "title: T\nsolutions: end", "solutions=end is unknown; allowed: inline, appendix, hide"),
    ("title: T", "title: 5", "title: expected str, got 5"),
    ("title: T", "lang: en", "key 'title' is missing"),
    ("authors: [A]", "authors: A", "authors: expected list, got 'A'"),
    ("authors: [A]", "authors: [1]", "authors must be a text or a mapping, got 1"),
    ("authors: [A]", "authors: [A]\ncell_timeout: yes", "cell_timeout: expected int, got True"),
    ("after: all", "after: 01-a", "expected a notebook's name, "),
    (", after: all", "", "expected a notebook's name, "),
    ("[01-a,", "[7,", "expected a notebook's name, "),
    ("quick: {}", "quick: 3", "profile quick: expected dict, got 3"),
    ("01-a: {epochs: 3}", "01-a: 3", "profile published: 01-a: expected dict"),
    (GOOD, "- a list", "expected dict"),
    (GOOD, "", "expected dict, got None"),
]
WRONG_WORDS = [
    ("[01-a,", "[01-a, 01-a,", "chapter '01-a' stands twice"),
    ("[01-a,", "[../01-a,", "without folder and .ipynb"),
    ("[01-a,", "[01-a.ipynb,", "without folder and .ipynb"),
    ("01-a: {epochs: 3}", "01-aa: {epochs: 3}", "unknown notebook '01-aa'.*did you mean 01-a"),
    ("dataset: mnist", "dataset: mnits", "profile published: dataset=mnits is unknown.*did you mean mnist"),
    ("{dataset: mnist, 01-a", "{extends: quik, 01-a", "profile published: extends=quik is unknown.*mean quick"),
    ("{dataset: mnist, 01-a", "{extends: published, 01-a", "extends=published is unknown"),
    ("quick: {}", "quick: {extends: deep}\n  deep: {extends: published}", "quick: deep extends a profile itself"),
    ("title: T", "title: T\nnumbered: true\nnumber-sections: false", "numbered and number-sections are one setting"),
    ("title: T", "title: [", "not YAML"),
    ("title: T", "title: !!python/object/apply:os.getcwd []", "not YAML"),
]


@pytest.mark.parametrize(("old", "new", "message"), WRONG_FORM + WRONG_WORDS)
def test_a_wrong_setting_is_refused_in_one_line(tmp_path, old, new, message):
    assert old in GOOD
    with pytest.raises(ConfigError, match=message) as caught:
        load(tmp_path, GOOD.replace(old, new, 1))
    assert "\n" not in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"none.yml: cannot be read \(No such file"):
        resolve(config=tmp_path / "none.yml")


@pytest.mark.parametrize(("name", "said"), [("mnits", "DATASET=mnits is unknown"), ("", "DATASET is empty")])
def test_a_wrong_data_set_is_named_with_the_allowed_ones(tmp_path, name, said):
    with pytest.raises(ConfigError, match=f"{said}; allowed: mnist-5k, mnist"):
        load(tmp_path, GOOD, dataset=name)


@pytest.mark.parametrize("path", ["mine.npz", "../letters", "C:\\mine.npz"])
def test_a_data_set_of_ones_own_is_told_where_to_stand(tmp_path, path):
    with pytest.raises(ConfigError, match="mnist-5k, mnist; a file or folder of your own goes under `datasets`"):
        load(tmp_path, GOOD, dataset=path)


def test_a_wrong_profile_is_named_with_a_near_one(tmp_path):
    with pytest.raises(ConfigError, match=r"PROFILE=quik is unknown; .*did you mean quick"):
        load(tmp_path, GOOD, profile="quik")


def test_authors_stand_between_commas_or_semicolons():
    assert values.names("AUTHOR", "Ada Lovelace, Alan Turing") == ["Ada Lovelace", "Alan Turing"]
    assert values.names("AUTHOR", "King, Jr.; Ada") == ["King, Jr.", "Ada"]
    with pytest.raises(ConfigError, match="expected names"):
        values.names("AUTHOR", "Ada,,Alan")


def test_an_override_names_notebook_parameter_and_value():
    assert values.overrides("-p", ["02-a.b=x=1", "02-a.c = 2"]) == {"02-a": {"b": "x=1", "c": "2"}}
    for wrong in ("epochs=3", "02-a.epochs", ".epochs=3", "02-a.=3"):
        with pytest.raises(ConfigError, match="-p .*: expected notebook.parameter=value"):
            values.overrides("-p", [wrong])


def test_solutions_stand_where_the_file_says_unless_the_run_says_otherwise(tmp_path, monkeypatch):
    assert load(tmp_path, GOOD).solutions == "inline"
    assert load(tmp_path, GOOD + "solutions: appendix\n").solutions == "appendix"
    monkeypatch.setenv("REPORT_SOLUTIONS", "hide")
    assert load(tmp_path, GOOD + "solutions: appendix\n").solutions == "hide"
    assert tuple(OPTIONS["solutions"].choices) == SOLUTIONS
    monkeypatch.setenv("REPORT_SOLUTIONS", "hid")
    with pytest.raises(ConfigError, match=r"SOLUTIONS=hid is unknown; .*did you mean hide"):
        load(tmp_path, GOOD)


def test_the_schema_is_that_of_the_fields_and_the_settings_name_it():
    assert json.loads(schema.PATH.read_text()) == schema.schema(), "python -m report.schema writes it anew"
    assert list(schema.schema()["properties"]) == list(IN_FILE)
    first = Settings.config.read_text().splitlines()[0]
    assert first == f"# yaml-language-server: $schema={schema.PATH.name}"


def test_the_schema_takes_what_is_right():
    jsonschema.Draft7Validator.check_schema(schema.schema())
    for right in (read_yaml(Settings.config), parse_yaml(GOOD)):
        jsonschema.validate(right, schema.schema())


@pytest.mark.parametrize(("old", "new"), [case[:2] for case in WRONG_FORM])
def test_the_schema_refuses_what_has_a_wrong_form(old, new):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(parse_yaml(GOOD.replace(old, new, 1)), schema.schema())
