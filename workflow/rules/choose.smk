"""
Choose members from what was measured, and compare betas and seeds.

INPUTS:
    results/{dataset}/members.tsv, metrics.tsv, embeddings.h5ad, prepared.json
    results/{dataset}/settings/choose.yaml

OUTPUTS:
    results/{dataset}/choices.tsv        members to take, each with its rule
    results/{dataset}/differences.tsv    what a larger beta changes, seed by seed
    results/{dataset}/correlations.tsv   ranks of reconstruction and of downstream measures
    results/{dataset}/stability.tsv      agreement of latents and clusters between seeds
"""


rule choose:
    input:
        members=f"{RESULTS}/{{dataset}}/members.tsv",
        metrics=f"{RESULTS}/{{dataset}}/metrics.tsv",
        embeddings=f"{RESULTS}/{{dataset}}/embeddings.h5ad",
        summary=f"{RESULTS}/{{dataset}}/prepared.json",
        settings=f"{RESULTS}/{{dataset}}/settings/choose.yaml",
    output:
        choices=f"{RESULTS}/{{dataset}}/choices.tsv",
        differences=f"{RESULTS}/{{dataset}}/differences.tsv",
        correlations=f"{RESULTS}/{{dataset}}/correlations.tsv",
        stability=f"{RESULTS}/{{dataset}}/stability.tsv",
    log:
        "logs/{dataset}/choose.log",
    benchmark:
        f"{RESULTS}/{{dataset}}/timing/choose.tsv"
    conda:
        "../envs/vaebio.yaml"
    params:
        version=__version__,
    shell:
        "vaebio choose"
        " --members {input.members:q}"
        " --metrics {input.metrics:q}"
        " --embeddings {input.embeddings:q}"
        " --prepared-summary {input.summary:q}"
        " --settings {input.settings:q}"
        " --choices {output.choices:q}"
        " --differences {output.differences:q}"
        " --correlations {output.correlations:q}"
        " --stability {output.stability:q}"
        " 2> >(tee {log:q} >&2)"
