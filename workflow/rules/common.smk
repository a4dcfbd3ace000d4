"""
Check the run before any job, and hand each step the settings that reach it.

INPUTS:
    config/config.yaml, the sheet of data sets

OUTPUTS:
    results/{dataset}/settings/{step}.yaml
    results/{dataset}/settings.yaml
"""

import os
import sys
import time
from pathlib import Path

from vaebio import __version__
from vaebio.errors import VaebioError, refusals
from vaebio.settings import NAME_PATTERN
from vaebio.workflow import ALL_STEPS, STEPS, Plan

STARTED = time.time()
# `vaebio` lies beside the Python that runs Snakemake, whether or not the environment is activated.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

try:
    plan = Plan.of(config)
except VaebioError as error:
    print(error, file=sys.stderr)
    sys.exit(2)

RESULTS = plan.config.results


def stop_with_refusals():
    """Repeat the three lines of every refused job at the very end, and exit with 2."""
    found = refusals(Path("logs"), since=STARTED)
    for log_file, lines in found.items():
        print(f"\n{log_file}\n{lines}", file=sys.stderr)
    if found:
        sys.exit(2)


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
    params:
        text=lambda wildcards: plan.text(wildcards.dataset, wildcards.step),
    shell:
        "printf '%s' {params.text:q} > {output:q} 2> {log:q}"


rule settings_that_ran:
    output:
        f"{RESULTS}/{{dataset}}/settings.yaml",
    log:
        "logs/{dataset}/settings_that_ran.log",
    params:
        text=lambda wildcards: plan.text(wildcards.dataset, ALL_STEPS),
    shell:
        "printf '%s' {params.text:q} > {output:q} 2> {log:q}"
