"""A real Snakemake in a folder of its own."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SMALL = {
    "datasets": "datasets.tsv",
    "prepare": {"features": 120},
    "model": {"encoder": [16], "decoder": [16]},
    "grid": {
        "betas": [0.5, 5],
        "latents": [2, 4],
        "seeds": [0, 1],
        "likelihoods": ["gaussian", "auto"],
    },
    "train": {"epochs": 6, "warmup": 2},
    "evaluate": {"resolutions": [0.5, 1.0]},
    # Symptoms alone: what is diagnosed is looked at in a run of its own.
    "diagnose": {"members": 0},
}


@dataclass(frozen=True)
class Workplace:
    """A folder with a sheet and settings in which the workflow is run."""

    folder: Path

    def sheet(self, *rows):
        header = ("name", "matrix", "annotation", "label", "orientation")
        lines = ["\t".join(str(row.get(c, "")) for c in header) for row in rows]
        (self.folder / "datasets.tsv").write_text("\n".join(["\t".join(header), *lines]))

    def snakemake(self, *words, **change):
        """Run with the small settings and a change of some sections."""
        sections = SMALL | {k: {**SMALL.get(k, {}), **v} for k, v in change.items()}
        (self.folder / "settings.yaml").write_text(yaml.safe_dump(sections))
        command = [Path(sys.executable).with_name("snakemake"), "--snakefile", ROOT / "Snakefile"]
        command += ["--configfile", "settings.yaml", *words]
        return subprocess.run(
            list(map(str, command)), cwd=self.folder, capture_output=True, text=True, timeout=900
        )

    def planned(self, **change):
        """Rules that would run, with their number of jobs."""
        found = self.snakemake("--dry-run", "--quiet", "rules", **change)
        assert found.returncode == 0, found.stderr
        words = [line.split() for line in (found.stdout + found.stderr).splitlines()]
        counts = {w[0]: int(w[1]) for w in words if len(w) == 2 and w[1].isdigit()}
        counts.pop("total", None)
        return counts


@pytest.fixture
def workplace(tmp_path):
    return Workplace(tmp_path)


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A small grid on the embedded data, run to the end; tests must not change it."""
    place = Workplace(tmp_path_factory.mktemp("finished"))
    place.sheet({"name": "pbmc", "matrix": "builtin:pbmc68k", "label": "bulk_labels"})
    run = place.snakemake("--cores", "1")
    assert run.returncode == 0, run.stderr
    return place
