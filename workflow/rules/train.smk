"""
Train every member of the grid, many in one pass, and gather them.

INPUTS:
    results/{dataset}/prepared.h5ad
    results/{dataset}/settings/train.yaml

OUTPUTS:
    results/{dataset}/stacks/{stack}.tsv   the members of one stack
    results/{dataset}/members.tsv          all members
    results/{dataset}/history.tsv          every epoch of every member
    results/{dataset}/audit.tsv            the settings held against the data
    results/{dataset}/models/<member>/     weights and all that is needed to use them

KEEPS:
    results/{dataset}/store/<key>/         finished members, so that a larger grid trains only
                                           what is new
"""


rule train:
    input:
        prepared=f"{RESULTS}/{{dataset}}/prepared.h5ad",
        settings=f"{RESULTS}/{{dataset}}/settings/train.yaml",
    output:
        members=f"{RESULTS}/{{dataset}}/stacks/{{stack}}.tsv",
        audit=f"{RESULTS}/{{dataset}}/stacks/{{stack}}.audit.tsv",
    log:
        "logs/{dataset}/train_{stack}.log",
    benchmark:
        f"{RESULTS}/{{dataset}}/timing/train_{{stack}}.tsv"
    conda:
        "../envs/vaebio.yaml"
    threads: 16
    params:
        stacks=lambda wildcards: len(plan.stacks(wildcards.dataset)),
        store=f"{RESULTS}/{{dataset}}/store",
        version=__version__,
    shell:
        "vaebio train {input.prepared:q}"
        " --settings {input.settings:q}"
        " --stack {wildcards.stack}"
        " --stacks {params.stacks}"
        " --store {params.store:q}"
        " --members {output.members:q}"
        " --audit {output.audit:q}"
        " 2> >(tee {log:q} >&2)"


rule collect:
    input:
        stacks=lambda wildcards: expand(
            f"{RESULTS}/{{{{dataset}}}}/stacks/{{stack}}.tsv",
            stack=plan.stacks(wildcards.dataset),
        ),
        audit=f"{RESULTS}/{{dataset}}/stacks/1.audit.tsv",
    output:
        members=f"{RESULTS}/{{dataset}}/members.tsv",
        history=f"{RESULTS}/{{dataset}}/history.tsv",
        audit=f"{RESULTS}/{{dataset}}/audit.tsv",
        models=directory(f"{RESULTS}/{{dataset}}/models"),
    log:
        "logs/{dataset}/collect.log",
    benchmark:
        f"{RESULTS}/{{dataset}}/timing/collect.tsv"
    conda:
        "../envs/vaebio.yaml"
    params:
        store=f"{RESULTS}/{{dataset}}/store",
    shell:
        "vaebio collect {input.stacks:q}"
        " --store {params.store:q}"
        " --members {output.members:q}"
        " --history {output.history:q}"
        " --audit {input.audit:q} {output.audit:q}"
        " --models {output.models:q}"
        " 2> >(tee {log:q} >&2)"
