def test_the_workflow_passes_snakemakes_lint(workplace):
    workplace.sheet({"name": "pbmc", "matrix": "builtin:pbmc68k"})
    run = workplace.snakemake("--lint")
    assert run.returncode == 0, run.stdout + run.stderr
