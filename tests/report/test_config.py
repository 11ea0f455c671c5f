import pytest

from report.config import Chapter, load_config
from report.errors import ConfigError
from report.options import Options, parse_authors, parse_override

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


def load(tmp_path, text):
    path = tmp_path / "report.yml"
    path.write_text(text)
    return load_config(path)


def test_the_projects_own_settings_are_right():
    config = load_config(Options().config)
    assert {"quick", "standard", "published"} <= set(config.profiles)
    assert config.bibliography_path().is_file()


def test_settings_are_read(tmp_path):
    config = load(tmp_path, GOOD)
    assert config.chapters == [Chapter("01-a"), Chapter("02-b", after_all=True)]
    assert load(tmp_path, GOOD.replace("after: all", "start: first")).chapters[1] == Chapter("02-b", starts_first=True)
    assert config.own_parameters("published", "01-a") == {"epochs": 3}
    assert config.own_parameters("published", "02-b") == {}
    assert config.own_parameters("standard", "01-a") == {}


def test_the_data_set_is_the_given_one_else_the_profiles_else_the_first(tmp_path):
    config = load(tmp_path, GOOD)
    assert config.dataset("mnist-5k", "published") == "mnist-5k"
    assert config.dataset(None, "published") == "mnist"
    assert config.dataset(None, "quick") == "mnist-5k"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("title: T", "titel: T", "unknown key 'titel'.*did you mean title"),
        ("title: T", "title: 5", "title: expected str, got 5"),
        ("title: T", "lang: en", "key 'title' is missing"),
        ("authors: [A]", "authors: A", "authors: expected list, got 'A'"),
        ("authors: [A]", "authors: [1]", "authors: expected str, got 1"),
        ("authors: [A]", "authors: [A]\ncell_timeout: yes", "cell_timeout: expected int, got True"),
        ("[01-a,", "[01-a, 01-a,", "chapter '01-a' stands twice"),
        ("[01-a,", "[../01-a,", "without folder and .ipynb"),
        ("[01-a,", "[01-a.ipynb,", "without folder and .ipynb"),
        ("after: all", "after: 01-a", "expected a notebook's name, "),
        ("[01-a,", "[7,", "expected a notebook's name, "),
        ("quick: {}", "quick: 3", "profile quick: expected dict, got 3"),
        ("01-a: {epochs: 3}", "01-a: 3", "profile published: 01-a: expected dict"),
        ("01-a: {epochs: 3}", "01-aa: {epochs: 3}", "unknown notebook '01-aa'.*did you mean 01-a"),
        ("dataset: mnist", "dataset: mnits", "profile published: dataset=mnits is unknown.*did you mean mnist"),
        ("title: T", "title: [", "not YAML"),
        ("title: T", "title: !!python/object/apply:os.getcwd []", "not YAML"),
        (GOOD, "- a list", "expected dict"),
        (GOOD, "", "expected dict, got None"),
    ],
)
def test_a_wrong_setting_is_refused_in_one_line(tmp_path, old, new, message):
    assert old in GOOD
    with pytest.raises(ConfigError, match=message) as caught:
        load(tmp_path, GOOD.replace(old, new, 1))
    assert "\n" not in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"none.yml: cannot be read \(No such file"):
        load_config(tmp_path / "none.yml")


@pytest.mark.parametrize(("name", "said"), [("mnits", "DATASET=mnits is unknown"), ("", "DATASET is empty")])
def test_a_wrong_data_set_is_named_with_the_allowed_ones(tmp_path, name, said):
    with pytest.raises(ConfigError, match=f"{said}; allowed: mnist-5k, mnist"):
        load(tmp_path, GOOD).dataset(name, "quick")


def test_a_wrong_profile_is_named_with_a_near_one(tmp_path):
    with pytest.raises(ConfigError, match=r"PROFILE=quik is unknown; .*did you mean quick"):
        load(tmp_path, GOOD).profile("quik")


def test_authors_stand_between_commas_or_semicolons():
    assert parse_authors("Ada Lovelace, Alan Turing") == ["Ada Lovelace", "Alan Turing"]
    assert parse_authors("King, Jr.; Ada") == ["King, Jr.", "Ada"]
    with pytest.raises(ConfigError, match="expected names"):
        parse_authors("Ada,,Alan")


def test_an_override_names_notebook_parameter_and_value():
    assert parse_override("02-a.b=x=1") == ("02-a", "b", "x=1")
    for wrong in ("epochs=3", "02-a.epochs", ".epochs=3", "02-a.=3"):
        with pytest.raises(ConfigError, match="expected notebook.parameter=value"):
            parse_override(wrong)
