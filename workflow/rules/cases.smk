"""
Run the cases with a known answer, and render their page.

Not part of a run without a target: `snakemake --cores 2 cases`. Each case is a run of this
workflow with settings of its own, so that nothing here reads them before the target asks for it.

INPUTS:
    config/cases.yaml                     the cases, and what is expected of each
    config/cases/{case}.yaml, {case}.tsv  settings and sheet of a case

OUTPUTS:
    results/cases/{case}.done             the case has run
    results/cases.html                    what was planted, expected and found

KEEPS:
    results/cases/<data set>/             all that a diagnosis leaves
"""

import os

CASES = f"{workflow.basedir}/config/cases.yaml"


localrules:
    cases,
    case,


rule cases:
    input:
        f"{RESULTS}/cases.html",


rule case:
    input:
        settings=f"{workflow.basedir}/config/cases/{{case}}.yaml",
        sheet=f"{workflow.basedir}/config/cases/{{case}}.tsv",
    output:
        touch(f"{RESULTS}/cases/{{case}}.done"),
    log:
        "logs/cases/{case}.log",
    wildcard_constraints:
        case="[a-z0-9-]+",
    conda:
        "../envs/vaebio.yaml"
    params:
        snakefile=workflow.main_snakefile,
        results=lambda wildcards, output: os.path.dirname(output[0]),
        version=__version__,
    shell:
        "snakemake --snakefile {params.snakefile:q}"
        " --configfile {input.settings:q}"
        " --config datasets={input.sheet:q} results={params.results:q}"
        " --cores {threads}"
        " -- diagnosed"
        " 2> >(tee {log:q} >&2)"


rule page_of_cases:
    input:
        cases=CASES,
        done=lambda wildcards: expand(
            f"{RESULTS}/cases/{{case}}.done", case=case_names(CASES)
        ),
    output:
        report(f"{RESULTS}/cases.html", caption="../report/cases.rst", category="Cases"),
    log:
        "logs/cases.log",
    conda:
        "../envs/vaebio.yaml"
    params:
        results=lambda wildcards, output: os.path.splitext(output[0])[0],
        version=__version__,
    shell:
        "vaebio cases"
        " --cases {input.cases:q}"
        " --results {params.results:q}"
        " --page {output:q}"
        " 2> >(tee {log:q} >&2)"
