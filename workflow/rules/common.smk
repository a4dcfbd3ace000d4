"""
Check the run before any job, and hand each step the settings that reach it.

INPUTS:
    config/config.yaml, the sheet of data sets

OUTPUTS:
    results/{dataset}/settings/{step}.yaml
    results/{dataset}/settings.yaml
"""

import re
import time

from vaebio import __version__
from vaebio.workflow import (
    ALL_STEPS,
    STEPS,
    case_names,
    exit_with_refusals,
    own_commands_first,
    plan_or_exit,
    tell_page,
)

STARTED = time.time()
own_commands_first()
plan = plan_or_exit(config, workflow.configfiles)
RESULTS = plan.config.results


wildcard_constraints:
    dataset="|".join(map(re.escape, plan.sheet)),
    stack=r"\d+",
    step="|".join(STEPS),


localrules:
    all,
    settings,
    settings_that_ran,


rule settings:
    output:
        f"{RESULTS}/{{dataset}}/settings/{{step}}.yaml",
    log:
        "logs/{dataset}/settings_{step}.log",
    # Before any prepare, which goes before any training.
    priority: 20
    conda:
        "../envs/vaebio.yaml"
    params:
        text=lambda wildcards: plan.text(wildcards.dataset, wildcards.step),
    shell:
        "printf '%s' {params.text:q} > {output:q} 2> {log:q}"


rule settings_that_ran:
    output:
        f"{RESULTS}/{{dataset}}/settings.yaml",
    log:
        "logs/{dataset}/settings_that_ran.log",
    conda:
        "../envs/vaebio.yaml"
    params:
        text=lambda wildcards: plan.text(wildcards.dataset, ALL_STEPS),
    shell:
        "printf '%s' {params.text:q} > {output:q} 2> {log:q}"
