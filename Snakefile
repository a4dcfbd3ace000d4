"""
From omics matrices to a report: prepare, train a grid of VAEs, evaluate, diagnose, report.

Settings: config/config.yaml, or your own file with --configfile. Data sets: config/datasets.tsv.
"""

from snakemake.utils import min_version

min_version("9.0")


configfile: "config/config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/prepare.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/choose.smk"
include: "workflow/rules/diagnose.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/cases.smk"


rule all:
    default_target: True
    input:
        expand(f"{RESULTS}/{{dataset}}/report.html", dataset=plan.sheet),
        f"{RESULTS}/report.html",


onsuccess:
    tell_page(f"{RESULTS}/report.html")


onerror:
    exit_with_refusals("logs", since=STARTED)
