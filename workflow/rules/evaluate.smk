"""
Measure every member and baseline on the same observations.

INPUTS:
    results/{dataset}/prepared.h5ad
    results/{dataset}/members.tsv, models/
    results/{dataset}/settings/evaluate.yaml

OUTPUTS:
    results/{dataset}/metrics.tsv       measures of members and baselines on every split
    results/{dataset}/units.tsv         rate and variance of every latent unit
    results/{dataset}/classes.tsv       each label as classifiers tell it from the latents
    results/{dataset}/features.tsv      error and R² of every feature, on test
    results/{dataset}/strata.tsv        error and R² of features by their abundance
    results/{dataset}/embeddings.h5ad   latents and errors of all observations
"""


rule evaluate:
    input:
        prepared=f"{RESULTS}/{{dataset}}/prepared.h5ad",
        members=f"{RESULTS}/{{dataset}}/members.tsv",
        models=f"{RESULTS}/{{dataset}}/models",
        settings=f"{RESULTS}/{{dataset}}/settings/evaluate.yaml",
    output:
        metrics=f"{RESULTS}/{{dataset}}/metrics.tsv",
        units=f"{RESULTS}/{{dataset}}/units.tsv",
        classes=f"{RESULTS}/{{dataset}}/classes.tsv",
        features=f"{RESULTS}/{{dataset}}/features.tsv",
        strata=f"{RESULTS}/{{dataset}}/strata.tsv",
        embeddings=f"{RESULTS}/{{dataset}}/embeddings.h5ad",
    log:
        "logs/{dataset}/evaluate.log",
    benchmark:
        f"{RESULTS}/{{dataset}}/timing/evaluate.tsv"
    conda:
        "../envs/vaebio.yaml"
    threads: 16
    params:
        version=__version__,
    shell:
        "vaebio evaluate {input.prepared:q}"
        " --models {input.models:q}"
        " --members {input.members:q}"
        " --settings {input.settings:q}"
        " --metrics {output.metrics:q}"
        " --units {output.units:q}"
        " --classes {output.classes:q}"
        " --features {output.features:q}"
        " --strata {output.strata:q}"
        " --embeddings {output.embeddings:q}"
        " --threads {threads}"
        " 2> >(tee {log:q} >&2)"
