import pytest

from tests.report.diagnosed import write_diagnosis
from vaebio.cli.main import main


@pytest.fixture
def folder(results_folder, tmp_path):
    return results_folder(tmp_path / "pbmc", betas=(1.0,), latents=(2,), seeds=(0, 1), epochs=22)


def arguments(folder):
    files = {
        "members": "members.tsv",
        "history": "history.tsv",
        "metrics": "metrics.tsv",
        "units": "units.tsv",
        "prepared-summary": "prepared.json",
        "settings": "settings.yaml",
        "timing": "timing",
        "page": "report.html",
    }
    return ["report", *(w for k, v in files.items() for w in (f"--{k}", str(folder / v)))]


def test_report_writes_one_whole_page(folder):
    assert main(arguments(folder)) == 0
    html = (folder / "report.html").read_text(encoding="utf-8")
    assert html.startswith("<!doctype html>") and html.rstrip().endswith("</html>")
    assert "train/1" in html
    assert not [path for path in folder.iterdir() if "partial" in path.name]


def test_a_diagnosis_has_its_section(folder):
    write_diagnosis(folder, "k2-b1", ["k2-b1-s0"])
    names = ("symptoms", "probes", "probe_measures", "verdicts", "budget", "follow_up", "diagnoses")
    words = [w for n in names for w in (f"--{n.replace('_', '-')}", str(folder / f"{n}.tsv"))]
    words += ["--prescription", str(folder / "prescription.yaml")]
    assert main(arguments(folder) + words) == 0
    html = (folder / "report.html").read_text(encoding="utf-8")
    assert '<section id="why"' in html and "Latent size too small" in html


def test_timing_may_be_left_out(folder):
    words = arguments(folder)
    place = words.index("--timing")
    assert main(words[:place] + words[place + 2 :]) == 0
    assert "train/1" not in (folder / "report.html").read_text(encoding="utf-8")


def test_a_mistake_is_three_lines_and_leaves_the_old_page(folder, capsys):
    (folder / "report.html").write_text("old")
    text = (folder / "metrics.tsv").read_text()
    (folder / "metrics.tsv").write_text(text.replace("measure", "mesure", 1))
    assert main(arguments(folder)) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert [line.split(":")[0] for line in lines] == ["Found", "Expected", "Hint"]
    assert "measure" in lines[0] and "mesure" in lines[2]
    assert (folder / "report.html").read_text() == "old"


def test_compare_writes_the_page_across_data_sets(folder, tmp_path):
    page = tmp_path / "report.html"
    assert main(["compare", "--datasets", str(folder), "--page", str(page)]) == 0
    assert 'href="pbmc/report.html"' in page.read_text(encoding="utf-8")


def test_compare_says_which_table_is_missing(folder, tmp_path, capsys):
    (folder / "metrics.tsv").unlink()
    words = ["compare", "--datasets", str(folder), "--page", str(tmp_path / "report.html")]
    assert main(words) == 2
    assert "metrics.tsv" in capsys.readouterr().err
    assert not (tmp_path / "report.html").exists()
