import dataclasses

import pytest

from report.chapter.replication import parameters, words
from report.chapter.replication.record import recorded


def test_whose_numbers_are_shown_is_said():
    shown = dataclasses.replace(recorded("ece421"), recorded="2026-11-26", drawn={})
    assert words.whose(shown, full=True).endswith("those of this run.")
    assert words.whose(shown, full=False).endswith("the run recorded on 2026-11-26.")
    assert "No whole run" in words.whose(dataclasses.replace(shown, recorded=""), full=False)


def test_settings_stand_with_where_they_come_from():
    assert words.settings({"rate": "0.1 (stated)"}).loc["rate"].tolist() == ["0.1 (stated)"]


def test_a_run_in_full_on_other_images_is_refused_in_the_parameters_words():
    with pytest.raises(ValueError, match="full: expected dataset 'mnist', .*got 'mnist-5k'"):
        parameters.check("mnist-5k", True, of_report="mnist")
