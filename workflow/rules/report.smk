"""
Render the page of each data set, and the page that compares them.

INPUTS:
    results/{dataset}/members.tsv, history.tsv, audit.tsv, metrics.tsv, units.tsv, prepared.json
    results/{dataset}/classes.tsv, features.tsv, strata.tsv
    results/{dataset}/choices.tsv, differences.tsv, correlations.tsv, stability.tsv
    results/{dataset}/symptoms.tsv, probes.tsv, probe_measures.tsv, verdicts.tsv, budget.tsv
    results/{dataset}/prescription.yaml, follow_up.tsv, diagnoses.tsv
    results/{dataset}/settings.yaml
    results/{dataset}/timing/

OUTPUTS:
    results/{dataset}/report.html
    results/report.html
"""


rule report:
    input:
        members=f"{RESULTS}/{{dataset}}/members.tsv",
        history=f"{RESULTS}/{{dataset}}/history.tsv",
        metrics=f"{RESULTS}/{{dataset}}/metrics.tsv",
        units=f"{RESULTS}/{{dataset}}/units.tsv",
        audit=f"{RESULTS}/{{dataset}}/audit.tsv",
        classes=f"{RESULTS}/{{dataset}}/classes.tsv",
        features=f"{RESULTS}/{{dataset}}/features.tsv",
        strata=f"{RESULTS}/{{dataset}}/strata.tsv",
        choices=f"{RESULTS}/{{dataset}}/choices.tsv",
        differences=f"{RESULTS}/{{dataset}}/differences.tsv",
        correlations=f"{RESULTS}/{{dataset}}/correlations.tsv",
        stability=f"{RESULTS}/{{dataset}}/stability.tsv",
        symptoms=f"{RESULTS}/{{dataset}}/symptoms.tsv",
        probes=f"{RESULTS}/{{dataset}}/probes.tsv",
        probe_measures=f"{RESULTS}/{{dataset}}/probe_measures.tsv",
        verdicts=f"{RESULTS}/{{dataset}}/verdicts.tsv",
        budget=f"{RESULTS}/{{dataset}}/budget.tsv",
        follow_up=f"{RESULTS}/{{dataset}}/follow_up.tsv",
        diagnoses=f"{RESULTS}/{{dataset}}/diagnoses.tsv",
        prescription=f"{RESULTS}/{{dataset}}/prescription.yaml",
        summary=f"{RESULTS}/{{dataset}}/prepared.json",
        settings=f"{RESULTS}/{{dataset}}/settings.yaml",
    output:
        report(
            f"{RESULTS}/{{dataset}}/report.html",
            caption="../report/dataset.rst",
            category="Data sets",
            labels={"data set": "{dataset}"},
        ),
    log:
        "logs/{dataset}/report.log",
    benchmark:
        f"{RESULTS}/{{dataset}}/timing/report.tsv"
    conda:
        "../envs/vaebio.yaml"
    params:
        timing=f"{RESULTS}/{{dataset}}/timing",
        version=__version__,
    shell:
        "vaebio report"
        " --members {input.members:q}"
        " --history {input.history:q}"
        " --metrics {input.metrics:q}"
        " --units {input.units:q}"
        " --audit {input.audit:q}"
        " --classes {input.classes:q}"
        " --features {input.features:q}"
        " --strata {input.strata:q}"
        " --choices {input.choices:q}"
        " --differences {input.differences:q}"
        " --correlations {input.correlations:q}"
        " --stability {input.stability:q}"
        " --symptoms {input.symptoms:q}"
        " --probes {input.probes:q}"
        " --probe-measures {input.probe_measures:q}"
        " --verdicts {input.verdicts:q}"
        " --budget {input.budget:q}"
        " --follow-up {input.follow_up:q}"
        " --diagnoses {input.diagnoses:q}"
        " --prescription {input.prescription:q}"
        " --prepared-summary {input.summary:q}"
        " --settings {input.settings:q}"
        " --timing {params.timing:q}"
        " --page {output:q}"
        " 2> >(tee {log:q} >&2)"


rule compare:
    input:
        expand(f"{RESULTS}/{{dataset}}/report.html", dataset=plan.sheet),
    output:
        report(
            f"{RESULTS}/report.html",
            caption="../report/compare.rst",
            category="Comparison",
        ),
    log:
        "logs/compare.log",
    conda:
        "../envs/vaebio.yaml"
    params:
        folders=expand(f"{RESULTS}/{{dataset}}", dataset=plan.sheet),
        version=__version__,
    shell:
        "vaebio compare"
        " --datasets {params.folders:q}"
        " --page {output:q}"
        " 2> >(tee {log:q} >&2)"
