"""
Turn each raw matrix into the model's input.

INPUTS:
    the matrix and the annotation the sheet names
    results/{dataset}/settings/prepare.yaml

OUTPUTS:
    results/{dataset}/prepared.h5ad   X before scaling, splits, scaling constants of train
    results/{dataset}/prepared.json   what came in, what each step did, warnings
"""


rule prepare:
    input:
        files=lambda wildcards: plan.files(wildcards.dataset),
        settings=f"{RESULTS}/{{dataset}}/settings/prepare.yaml",
    output:
        prepared=f"{RESULTS}/{{dataset}}/prepared.h5ad",
        summary=f"{RESULTS}/{{dataset}}/prepared.json",
    log:
        "logs/{dataset}/prepare.log",
    benchmark:
        f"{RESULTS}/{{dataset}}/timing/prepare.tsv"
    # Before any training: what is wrong with any matrix is said in the first minutes.
    priority: 10
    conda:
        "../envs/vaebio.yaml"
    params:
        flags=lambda wildcards: plan.flags(wildcards.dataset),
        version=__version__,
    shell:
        "vaebio prepare {params.flags}"
        " --settings {input.settings:q}"
        " --prepared {output.prepared:q}"
        " --summary {output.summary:q}"
        " 2> >(tee {log:q} >&2)"
