import pytest

from report.chapter import checkpoints
from report.chapter.checkpoints import checkpoint


def test_nothing_is_kept_without_a_folder():
    assert checkpoint("", seed=1) is None


def test_the_folder_is_made_and_the_same_run_has_the_same_file(tmp_path):
    path = checkpoint(str(tmp_path / "build" / "cache"), network="mlp", seed=1)
    assert path.parent.is_dir()
    assert path == checkpoint(str(tmp_path / "build" / "cache"), seed=1, network="mlp")


def test_another_setting_and_other_code_have_another_file(tmp_path, monkeypatch):
    path = checkpoint(str(tmp_path), network="mlp", rates=[0.1, 0.2])
    assert path != checkpoint(str(tmp_path), network="mlp", rates=[0.1, 0.3])
    monkeypatch.setattr(checkpoints, "code_version", lambda: "other code")
    assert path != checkpoint(str(tmp_path), network="mlp", rates=[0.1, 0.2])


def test_a_setting_without_a_text_of_its_own_is_refused(tmp_path):
    with pytest.raises(TypeError, match="repr"):
        checkpoint(str(tmp_path), seed=object())
