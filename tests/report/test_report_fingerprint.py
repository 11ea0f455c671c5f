import os

from report import fingerprint


def test_the_code_that_notebooks_use_is_part_of_their_fingerprint(tmp_path, monkeypatch):
    monkeypatch.setattr(fingerprint, "ROOT", tmp_path)
    (tmp_path / "mlp_core").mkdir()
    (tmp_path / "report" / "figures").mkdir(parents=True)
    seen = [fingerprint.experiment_code()]
    used = ("mlp_core/a.py", "report/figures/b.py", "report/results.py", "report/course.mplstyle", "requirements.lock")
    for name in used:
        (tmp_path / name).write_text("1")
        seen.append(fingerprint.experiment_code())
    (tmp_path / "report" / "merge.py").write_text("1")
    (tmp_path / "mlp_core" / "notes.txt").write_text("1")
    assert len(set(seen)) == len(seen)
    assert fingerprint.experiment_code() == seen[-1]


def test_local_data_files_are_part_of_the_fingerprint_by_content(tmp_path, monkeypatch):
    monkeypatch.setenv("MLP_CORE_DATA", str(tmp_path))
    (tmp_path / "mnist").mkdir()
    image = tmp_path / "mnist" / "images.gz"
    image.write_bytes(b"1")
    before = fingerprint.dataset_files("mnist")
    (tmp_path / "fashion-mnist").mkdir()
    (tmp_path / "fashion-mnist" / "images.gz").write_bytes(b"1")
    os.utime(image, (1, 1))
    assert fingerprint.dataset_files("mnist") == before
    image.write_bytes(b"2")
    assert fingerprint.dataset_files("mnist") != before


def test_a_digest_depends_on_names_and_contents_and_on_what_is_missing(tmp_path):
    (tmp_path / "a").write_text("1")
    first = fingerprint.digest_files([tmp_path / "a", tmp_path / "b"], root=tmp_path)
    (tmp_path / "b").write_text("")
    second = fingerprint.digest_files([tmp_path / "a", tmp_path / "b"], root=tmp_path)
    os.rename(tmp_path / "a", tmp_path / "c")
    third = fingerprint.digest_files([tmp_path / "c", tmp_path / "b"], root=tmp_path)
    assert len({first, second, third}) == 3
