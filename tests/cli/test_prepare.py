import json
import re
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData, read_h5ad

from vaebio.cli.main import main


@pytest.fixture
def folder(tmp_path):
    """60 observations x 20 features of counts as csv, with an annotation."""
    rng = np.random.default_rng(1)
    names = [f"o{i}" for i in range(60)]
    table = pd.DataFrame(rng.poisson(2, (60, 20)), names, [f"f{i}" for i in range(20)])
    table.to_csv(tmp_path / "counts.csv")
    table.T.to_csv(tmp_path / "turned.csv")
    kinds = pd.DataFrame({"type": ["a", "b", "c"] * 20, "one": "x"}, names)
    kinds.to_csv(tmp_path / "annotation.csv")
    (tmp_path / "out").mkdir()
    return tmp_path


def run(folder, *arguments):
    out = ["--prepared", str(folder / "out/p.h5ad"), "--summary", str(folder / "out/p.json")]
    return main(["prepare", *[a.format(folder) for a in arguments], *out])


def test_both_files_are_written_and_agree(folder, capsys):
    (folder / "s.yaml").write_text("prepare: {features: 15, split: {seed: 3}}\n")
    assert run(
        folder, "{}/counts.csv", "--annotation", "{}/annotation.csv", "--label", "type",
        "--batch", "one", "--settings", "{}/s.yaml",
    ) == 0  # fmt: skip
    facts = json.loads((folder / "out/p.json").read_text())
    prepared = read_h5ad(folder / "out/p.h5ad")
    assert (facts["observations"], facts["features"]) == prepared.shape == (60, 15)
    assert (facts["observations_in"], facts["features_in"]) == (60, 20)
    assert facts["split"] == {"train": 42, "validation": 9, "test": 9}
    assert facts["labels"]["b"] == {"train": 14, "validation": 3, "test": 3}
    assert (facts["name"], facts["kind"], facts["label"]) == ("counts", "counts", "type")
    assert facts["sparsity"] == pytest.approx(np.mean(prepared.X.toarray() == 0), abs=1e-4)
    assert facts["steps"] == list(prepared.uns["vaebio"]["steps"])
    log = capsys.readouterr().err.splitlines()
    assert set(facts["steps"]) < set(log)
    assert "Warning: All observations have the same batch (`x` in `one`)" in "\n".join(log)
    assert facts.keys() == {
        "name", "matrix", "annotation", "kind", "kind_reason", "label", "batch", "observations_in",
        "features_in", "observations", "features", "split", "labels", "sparsity", "steps",
        "warnings", "version", "form", "transform", "imputation", "neighbours", "account",
    }  # fmt: skip
    assert (facts["form"], facts["transform"], facts["imputation"]) == ("text table", "log1p", "")
    account = facts["account"]
    assert (account["candidates"], account["selection"]) == (20, "seurat_v3")
    assert account["reading"] == [step for step in facts["steps"] if step.startswith("Joined")]


def test_both_orientations_give_the_same_file(folder):
    contents = []
    for matrix, way in (("counts", "observations_by"), ("turned", "features_by")):
        turned = {"observations_by": "_features", "features_by": "_observations"}[way]
        assert run(folder, f"{{}}/{matrix}.csv", "--orientation", way + turned, "--name", "d") == 0
        prepared = read_h5ad(folder / "out/p.h5ad")
        contents.append((prepared.X.toarray(), list(prepared.obs_names), list(prepared.var_names)))
    assert np.array_equal(contents[0][0], contents[1][0])
    assert contents[0][1:] == contents[1][1:]


def test_the_settings_choose_the_part_of_a_file(folder):
    counts = np.random.default_rng(2).poisson(2, (60, 20)).astype(float)
    AnnData(np.log1p(counts), layers={"counts": counts, "doubled": counts * 2}).write_h5ad(
        folder / "layers.h5ad"
    )
    taken = {}
    for layer in ("auto", "X", "doubled"):
        (folder / "s.yaml").write_text(f"prepare: {{layer: {layer}}}\n")
        assert run(folder, "{}/layers.h5ad", "--settings", "{}/s.yaml") == 0
        prepared = read_h5ad(folder / "out/p.h5ad")
        taken[layer] = prepared.uns["vaebio"]["kind"], prepared.obs.get("total", pd.Series([0.0]))
    assert (taken["auto"][0], taken["X"][0]) == ("counts", "continuous")
    assert np.array_equal(taken["doubled"][1], 2 * taken["auto"][1])
    assert run(folder, "{}/layers.h5ad", "--settings", "{}/s.yaml", "--kind", "continuous") == 0


def test_the_builtin_needs_no_file(folder):
    assert run(folder, "builtin:pbmc68k", "--label", "bulk_labels") == 0
    facts = json.loads((folder / "out/p.json").read_text())
    assert (facts["name"], facts["observations"], len(facts["labels"])) == ("pbmc68k", 700, 10)


BAD = {
    "no_such_file": (["{}/count.csv"], "did you mean `counts.csv`"),
    "folder": (["{}"], "a folder, holds no matrix"),
    "unknown_builtin": (["builtin:pbmc"], "did you mean `pbmc68k`"),
    "unknown_form": (["{}/s.xlsx"], "ends in `.xlsx`"),
    "garbled": (["{}/garbled.csv"], "column `f1`"),
    "cut_h5ad": (["{}/cut.h5ad"], "cannot be read as h5ad"),
    "not_a_number": (["{}/nan.h5ad"], "1 missing values (NaN), the first in observation `3`"),
    "label_misspelt": (
        ["{}/counts.csv", "--annotation", "{}/annotation.csv", "--label", "tipe"],
        "did you mean `type`",
    ),
    "no_annotation": (["{}/counts.csv", "--label", "type"], "as annotation"),
    "wrong_way": (["{}/turned.csv", "--annotation", "{}/annotation.csv"], "change `orientation`"),
    "kind": (["{}/counts.csv", "--kind", "cuonts"], "did you mean `counts`"),
    "kind_that_does_not_hold": (["{}/counts.csv", "--kind", "fraction"], "values go up to"),
    "orientation": (["{}/counts.csv", "--orientation", "rows"], "observations_by_features"),
    "settings": (["{}/counts.csv", "--settings", "{}/bad.yaml"], "did you mean `features`"),
    "overwrites": (["{}/out/p.h5ad"], "choose other names"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_mistake_ends_with_three_lines_and_no_file(folder, capsys, case):
    arguments, hint = BAD[case]
    (folder / "s.xlsx").write_bytes(b"PK")
    (folder / "garbled.csv").write_text("n,f0,f1\na,1,x\n")
    (folder / "cut.h5ad").write_bytes(b"\x89HDF\r\n\x1a\n")
    (folder / "bad.yaml").write_text("prepare: {feature: 3}\n")
    values = np.eye(20)
    values[3, 5] = np.nan
    AnnData(values).write_h5ad(folder / "nan.h5ad")
    assert run(folder, *arguments) == 2
    lines = capsys.readouterr().err.splitlines()[-3:]
    assert [line.split(":")[0] for line in lines] == ["Found", "Expected", "Hint"]
    assert hint in "\n".join(lines)
    assert list((folder / "out").iterdir()) == []


def test_a_failed_write_leaves_no_file(folder, monkeypatch):
    def fail(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr("vaebio.data.written.write_elem", fail)
    with pytest.raises(OSError, match="disk full"):
        run(folder, "{}/counts.csv")
    assert list((folder / "out").iterdir()) == []


def test_a_file_that_outgrows_its_place_is_told_in_three_lines(folder):
    values = np.random.default_rng(0).normal(size=(500, 200))
    AnnData(values).write_h5ad(folder / "large.h5ad")
    out = ["--prepared", "out/p.h5ad", "--summary", "out/p.json"]
    run = subprocess.run(
        # By the shell: a function before exec would fork, of which jax warns once it is loaded.
        ["bash", "-c", 'ulimit -f 98; exec "$@"', "bash"]
        + [sys.executable, "-m", "vaebio.cli.main", "prepare", "large.h5ad", *out],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 2
    assert "Traceback" not in run.stderr
    assert "File too large" in run.stderr.splitlines()[-3]
    assert list((folder / "out").iterdir()) == []


def test_a_disk_without_room_is_refused_before_anything_is_written(folder, capsys, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=100))
    assert run(folder, "{}/counts.csv") == 2
    found, _, hint = capsys.readouterr().err.splitlines()[-3:]
    assert re.fullmatch(r"Found: 100 bytes of free space .* values take \d+\.\d kB\.", found)
    assert "prepare.features" in hint
    assert list((folder / "out").iterdir()) == []


def test_what_a_file_overrides_for_the_data_set_holds_and_for_others_is_told(folder, capsys):
    overrides = "overrides: {my_counts: {prepare: {features: 12}}}\n"
    (folder / "s.yaml").write_text("prepare: {features: 15}\n" + overrides)
    (folder / "counts.csv").rename(folder / "my counts.csv")
    assert run(folder, "{}/my counts.csv", "--settings", "{}/s.yaml") == 0
    assert read_h5ad(folder / "out/p.h5ad").n_vars == 12
    assert "Warning" not in capsys.readouterr().err.partition("Data set")[0]
    assert run(folder, "{}/my counts.csv", "--settings", "{}/s.yaml", "--name", "other") == 0
    assert read_h5ad(folder / "out/p.h5ad").n_vars == 15
    assert (
        "overrides settings of my_counts, none of the data set `other`" in capsys.readouterr().err
    )
