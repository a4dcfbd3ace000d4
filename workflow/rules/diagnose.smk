"""
Say why the error is where it is: symptoms of all members, causes of the diagnosed ones.

`snakemake --cores all diagnosed` ends here, before the pages.

INPUTS:
    results/{dataset}/prepared.h5ad
    results/{dataset}/members.tsv, history.tsv, metrics.tsv, choices.tsv, models/
    results/{dataset}/settings/diagnose.yaml

OUTPUTS:
    results/{dataset}/symptoms.tsv         what the histories show, of all members
    results/{dataset}/probes.tsv           members trained with single settings changed
    results/{dataset}/probe_measures.tsv   what else was measured of them
    results/{dataset}/verdicts.tsv         causes that the probes support, and those they do not
    results/{dataset}/budget.tsv           where the squared error goes
    results/{dataset}/prescription.yaml    what to set
    results/{dataset}/follow_up.tsv        what that was predicted to reach, and what it reaches
    results/{dataset}/diagnoses.tsv        the diagnosed combinations, each in sentences

KEEPS:
    results/{dataset}/store/<key>/         the probes, beside the members of the grid
"""


localrules:
    diagnosed,


rule diagnosed:
    input:
        expand(f"{RESULTS}/{{dataset}}/follow_up.tsv", dataset=plan.sheet),


rule diagnose:
    input:
        prepared=f"{RESULTS}/{{dataset}}/prepared.h5ad",
        members=f"{RESULTS}/{{dataset}}/members.tsv",
        history=f"{RESULTS}/{{dataset}}/history.tsv",
        metrics=f"{RESULTS}/{{dataset}}/metrics.tsv",
        choices=f"{RESULTS}/{{dataset}}/choices.tsv",
        models=f"{RESULTS}/{{dataset}}/models",
        settings=f"{RESULTS}/{{dataset}}/settings/diagnose.yaml",
    output:
        symptoms=f"{RESULTS}/{{dataset}}/symptoms.tsv",
        probes=f"{RESULTS}/{{dataset}}/probes.tsv",
        measures=f"{RESULTS}/{{dataset}}/probe_measures.tsv",
        verdicts=f"{RESULTS}/{{dataset}}/verdicts.tsv",
        budget=f"{RESULTS}/{{dataset}}/budget.tsv",
        prescription=f"{RESULTS}/{{dataset}}/prescription.yaml",
        follow_up=f"{RESULTS}/{{dataset}}/follow_up.tsv",
        diagnoses=f"{RESULTS}/{{dataset}}/diagnoses.tsv",
    log:
        "logs/{dataset}/diagnose.log",
    benchmark:
        f"{RESULTS}/{{dataset}}/timing/diagnose.tsv"
    conda:
        "../envs/vaebio.yaml"
    threads: 16
    params:
        store=f"{RESULTS}/{{dataset}}/store",
        version=__version__,
    shell:
        "vaebio diagnose {input.prepared:q}"
        " --models {input.models:q}"
        " --members {input.members:q}"
        " --history {input.history:q}"
        " --metrics {input.metrics:q}"
        " --choices {input.choices:q}"
        " --store {params.store:q}"
        " --settings {input.settings:q}"
        " --symptoms {output.symptoms:q}"
        " --probes {output.probes:q}"
        " --probe-measures {output.measures:q}"
        " --verdicts {output.verdicts:q}"
        " --budget {output.budget:q}"
        " --prescription {output.prescription:q}"
        " --follow-up {output.follow_up:q}"
        " --diagnoses {output.diagnoses:q}"
        " 2> >(tee {log:q} >&2)"
