import shlex
import subprocess
import sys
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest
import yaml

from vaebio.cli.main import main
from vaebio.configuration import read_sheet
from vaebio.workflow import Plan

REAL = {
    "breast_tcga_mrna.h5ad": ("gaussian", "samples", "genes"),
    "methylation_christensen.h5ad": ("gaussian", "samples", "CpG sites"),
    "nci60.h5ad": ("gaussian", "samples", "genes"),
    "pbmc_facs_600.h5ad": ("nb", "cells", "genes"),
    "proteomics_alzheimer_csf.h5ad": ("gaussian", "samples", "proteins"),
    "symphony_pbmc_small.h5ad": ("gaussian", "cells", "genes"),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Counts with a label, a batch that crosses it, one that does not, and holes in a column."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(3)
    obs = pd.DataFrame(
        {
            "cell_type": ["T", "B", "B"] * 30,
            "batch": ["x", "y"] * 45,
            "site": ["p", "q", "q"] * 30,
            "subtype": ["m", None, "n"] * 30,
        },
        index=[f"AAACCTGAGATAGGAG-{i}" for i in range(90)],
    )
    adata = anndata.AnnData(rng.poisson(5, (90, 30)).astype(float), obs=obs)
    adata.var_names = [f"ENSG{i:011}" for i in range(30)]
    adata.write_h5ad("counts.h5ad")
    adata.X = adata.X / 10
    adata.write_h5ad("tenths.h5ad")
    return tmp_path


def settings_of(path, name):
    """Settings of a data set as the workflow resolves them."""
    plan = Plan.of(yaml.safe_load(Path(path).read_text()))
    return plan.sheet[name], plan.settings[name]


def refused(capsys):
    page = capsys.readouterr()
    assert [line.split(":")[0] for line in page.err.splitlines()] == ["Found", "Expected", "Hint"]
    assert page.out == ""
    return page.err


def test_sheet_and_settings_are_ready_to_run(folder, capsys):
    words = ["counts.h5ad", "--label", "cell_type", "--batch", "batch"]
    assert main(["init", *words]) == 0
    header, row = Path("datasets.tsv").read_text().splitlines()
    assert header == "name\tmatrix\tannotation\tlabel\tbatch\tkind\torientation"
    assert row == "counts\tcounts.h5ad\t\tcell_type\tbatch\tcounts\tobservations_by_features"
    row, settings = settings_of("counts.yaml", "counts")
    assert settings.model.likelihood == "nb"
    assert settings.model.batch is True
    assert settings.train.minibatch <= 54
    assert max(settings.grid.latents) <= 15
    assert (settings.report.observations, settings.report.features) == ("cells", "genes")
    out = capsys.readouterr().out
    assert "-n --configfile counts.yaml" in out
    assert "--cores all --configfile counts.yaml" in out
    assert "No label" not in out


def test_every_value_has_its_reason_above_it(folder):
    main(["init", "counts.h5ad", "--batch", "batch"])
    lines = Path("counts.yaml").read_text().splitlines()
    assert max(map(len, lines)) <= 100
    values = [i for i, line in enumerate(lines) if line.startswith(" " * 6) and "#" not in line]
    assert len(values) > 10
    assert all(lines[i - 1].startswith("      # ") for i in values)


def test_the_printed_command_runs(folder, capsys):
    main(["init", "counts.h5ad", "--label", "cell_type"])
    main(["init", "tenths.h5ad"])  # a second row, so that the command names its own target
    out = capsys.readouterr().out
    dry = [line for line in out.splitlines() if " -n " in line]
    assert len(dry) == 2
    command = shlex.split(dry[1])
    command[0] = str(Path(sys.executable).with_name("snakemake"))
    run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    planned = run.stdout + run.stderr
    assert "results/tenths/report.html" in planned
    assert "results/counts/report.html" not in planned


def test_a_label_is_never_guessed(folder, capsys):
    assert main(["init", "counts.h5ad"]) == 0
    assert settings_of("counts.yaml", "counts")[0].label == ""
    out = capsys.readouterr().out
    assert "No label was chosen" in out
    assert "cell_type  2 classes  smallest 30 (`T`)" in out
    assert "column `label` of datasets.tsv" in out
    assert "subtype" not in out.split("No label was chosen")[1], "it has holes"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--label", "cell_type", "--batch", "batch"], True),
        (["--label", "cell_type", "--batch", "site"], False),
        (["--batch", "batch"], False),
    ],
)
def test_models_are_told_a_batch_only_where_it_crosses_the_label(folder, options, told):
    main(["init", "counts.h5ad", *options])
    assert settings_of("counts.yaml", "counts")[1].model.batch is told


def test_a_second_data_set_becomes_a_second_row_with_its_own_settings(folder):
    main(["init", "counts.h5ad", "--label", "cell_type"])
    before = Path("datasets.tsv").read_text()
    assert main(["init", "tenths.h5ad"]) == 0
    assert Path("datasets.tsv").read_text().startswith(before)
    assert [*read_sheet(Path("datasets.tsv"))] == ["counts", "tenths"]
    assert settings_of("counts.yaml", "counts")[1].model.likelihood == "nb"
    assert settings_of("tenths.yaml", "tenths")[1].model.likelihood == "gaussian"


def test_what_exists_is_never_overwritten(folder, capsys):
    main(["init", "counts.h5ad", "--label", "cell_type"])
    sheet, settings = (Path(p).read_text() for p in ("datasets.tsv", "counts.yaml"))
    capsys.readouterr()
    assert main(["init", "counts.h5ad", "--label", "cell_type"]) == 2
    assert "--name" in refused(capsys)
    Path("counts.yaml").unlink()
    assert main(["init", "counts.h5ad"]) == 2
    assert "another label (`cell_type`, not ``)" in refused(capsys)
    assert not Path("counts.yaml").exists()
    assert main(["init", "counts.h5ad", "--label", "cell_type"]) == 0
    assert Path("datasets.tsv").read_text() == sheet
    assert Path("counts.yaml").read_text() == settings
    assert main(["init", "counts.h5ad", "--name", "again"]) == 0
    assert [*read_sheet(Path("datasets.tsv"))] == ["counts", "again"]


def test_a_sheet_of_the_user_keeps_its_columns(folder, capsys):
    Path("datasets.tsv").write_text("matrix\tname\tlabel\ntenths.h5ad\ttenths\t")
    assert main(["init", "counts.h5ad", "--label", "cell_type"]) == 2
    assert "no column `kind`" in refused(capsys)
    Path("datasets.tsv").write_text("matrix\tname\tlabel\tkind\ntenths.h5ad\ttenths\t\tauto")
    assert main(["init", "counts.h5ad", "--label", "cell_type"]) == 0
    assert (
        Path("datasets.tsv").read_text().splitlines()[2] == "counts.h5ad\tcounts\tcell_type\tcounts"
    )


def test_a_sheet_may_have_what_spreadsheets_leave_in_its_header(folder):
    Path("datasets.tsv").write_text("name\tmatrix \tkind\t\ntenths\ttenths.h5ad\tauto\t\n")
    assert main(["init", "counts.h5ad"]) == 0
    sheet = read_sheet(Path("datasets.tsv"))
    assert (sheet["counts"].matrix, sheet["counts"].kind) == ("counts.h5ad", "counts")


@pytest.mark.parametrize("name", ["COUNTS", "report.html"])
def test_a_name_that_a_run_would_refuse_is_refused(folder, capsys, name):
    assert main(["init", "counts.h5ad"]) == 0
    capsys.readouterr()
    assert main(["init", "tenths.h5ad", "--name", name]) == 2
    assert f"`{name}`" in refused(capsys)
    assert not Path(f"{name}.yaml").exists()
    assert [*read_sheet(Path("datasets.tsv"))] == ["counts"]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["--label", "celltype"], "did you mean `cell_type`"),
        (["--label", "subtype"], "30 of 90 observations have no label"),
        (["--batch", "batches"], "did you mean `batch`"),
        (["--kind", "count"], "did you mean `counts`"),
        (["--kind", "fraction"], "kind `fraction`, but values go up to"),
        (["--name", "a/b"], "the name `a/b`"),
        (["--name", "report.html"], "the name `report.html`"),
        (["--orientation", "wide"], "orientation `wide`"),
    ],
)
def test_a_mistake_leaves_nothing_behind(folder, capsys, options, found):
    assert main(["init", "counts.h5ad", *options]) == 2
    assert found in refused(capsys)
    assert sorted(p.name for p in folder.iterdir()) == ["counts.h5ad", "tenths.h5ad"]


def test_a_declared_kind_holds_and_a_doubt_is_told(folder, capsys):
    assert main(["init", "counts.h5ad", "--kind", "continuous"]) == 0
    row, settings = settings_of("counts.yaml", "counts")
    assert (row.kind, settings.model.likelihood) == ("continuous", "gaussian")
    assert "You say continuous; the values look counts" in capsys.readouterr().out


def test_counts_with_holes_need_a_decision(folder, capsys):
    adata = anndata.read_h5ad("counts.h5ad")
    adata.X[3, 5] = np.nan
    adata.write_h5ad("holes.h5ad")
    assert main(["init", "holes.h5ad"]) == 2
    assert "1 missing values (NaN)" in refused(capsys)
    assert not Path("holes.yaml").exists()
    assert main(["init", "holes.h5ad", "--kind", "continuous"]) == 0


def test_a_layer_that_is_asked_for_is_in_the_settings(folder):
    adata = anndata.read_h5ad("tenths.h5ad")
    adata.layers["umi"] = adata.X * 10
    adata.write_h5ad("both.h5ad")
    assert main(["init", "both.h5ad", "--layer", "X", "--name", "tenths"]) == 0
    row, settings = settings_of("tenths.yaml", "tenths")
    assert (row.kind, settings.prepare.layer) == ("continuous", "X")
    assert main(["init", "both.h5ad"]) == 0
    row, settings = settings_of("both.yaml", "both")
    assert (row.kind, settings.prepare.layer) == ("counts", "auto")


def test_files_go_to_the_folder_that_is_named_and_are_found_from_here(folder, capsys):
    assert main(["init", "counts.h5ad", "--folder", "runs/first", "--name", "123"]) == 0
    assert "--configfile runs/first/123.yaml" in capsys.readouterr().out
    assert settings_of("runs/first/123.yaml", "123")[0].matrix == "counts.h5ad"


def test_a_name_is_made_of_what_a_name_may_hold(folder):
    Path("counts.h5ad").rename("_my cells (1).filtered.h5ad")
    assert main(["init", "_my cells (1).filtered.h5ad"]) == 0
    assert [*read_sheet(Path("datasets.tsv"))] == ["my_cells_1_"]


@pytest.mark.parametrize("name", REAL)
def test_settings_for_real_data_fit_their_kind_and_size(shared_data, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    assert main(["init", str(shared_data / name), "--label", "cell_type", "--name", "mine"]) == 0
    row, settings = settings_of("mine.yaml", "mine")
    report = settings.report
    assert (settings.model.likelihood, report.observations, report.features) == REAL[name]
    n = anndata.read_h5ad(shared_data / name, backed="r").n_obs
    assert settings.train.minibatch * 2 <= 0.7 * n
    assert settings.prepare.split.test * n >= 10
    grid = settings.grid
    assert 12 <= len(grid.betas) * len(grid.latents) * len(grid.seeds) <= 60


@pytest.mark.parametrize("ended", ["", "\n"])
def test_a_sheet_with_a_header_alone_gets_its_row(folder, ended):
    Path("datasets.tsv").write_text("name\tmatrix\tkind\torientation" + ended)
    assert main(["init", "counts.h5ad"]) == 0
    header, row = Path("datasets.tsv").read_text().splitlines()
    assert row == "counts\tcounts.h5ad\tcounts\tobservations_by_features"
    assert list(read_sheet(Path("datasets.tsv"))) == ["counts"]
