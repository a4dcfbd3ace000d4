"""The benchmark at tiny size: what it counts is right, and the parts of its result agree."""

import json
import math
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from vaebio.model.vae import Architecture

ROOT = Path(__file__).parents[2]
ABSENT = ("scanpy", "anndata", "pandas", "pydantic", "sklearn", "yaml", "scvi", "lightning")
ARCHITECTURES = [Architecture(12, (8, 6), (7,)), Architecture(5, (9,), (6, 8))]
LATENT, OBSERVATIONS = 3, 10


@pytest.fixture(autouse=True)
def _repository_on_path(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Printed text and JSON of a tiny run where there is no scanpy and no pydantic."""
    path = tmp_path_factory.mktemp("benchmark") / "speed.json"
    arguments = f"--sizes tiny --turns 2 --epochs 1 --peak-tflops 1 --peak-gbytes 10 --json {path}"
    code = (
        f"import sys, runpy; sys.modules.update(dict.fromkeys({ABSENT!r})); "
        f"sys.argv = ['', *{arguments.split()!r}]; "
        "runpy.run_module('benchmarks.training_speed', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout, json.loads(path.read_text())


def test_the_result_names_machine_date_settings_and_figures(run):
    _, result = run
    assert set(result) == {"command", "date", "machine", "settings", "figures", "turns"}
    assert result["machine"]["threads"] == 1
    assert result["machine"]["torch"] == torch.__version__
    assert (result["settings"]["members"], result["settings"]["turns"]) == (3, 2)
    assert set(result["figures"]["scaling"]) == {"1", "2"}


def test_the_figures_follow_from_the_turns(run):
    _, result = run
    turns, figures = result["turns"], result["figures"]
    stack, plain = ([turn[name] for turn in turns] for name in ("vaebio gaussian", "plain loop"))
    ratios = [p["seconds"] / s["seconds"] for p, s in zip(plain, stack, strict=True)]
    expected = {"min": min(ratios), "median": median(ratios), "max": max(ratios)}
    assert figures["times_faster_than"]["plain loop"] == pytest.approx(expected)
    assert set(figures["training_seconds"]) == {"vaebio gaussian", "vaebio nb", "vaebio zinb"}
    for turn in stack:
        parts = turn["training_seconds"] + turn["measuring_seconds"]
        assert parts == pytest.approx(turn["seconds"])
    reached = [figures["flops_per_member_epoch"] / turn["training_seconds"] for turn in stack]
    share = median(reached) / max(turn["product_flops_per_second"] for turn in turns)
    assert figures["share_of_product_rate"]["median"] == pytest.approx(share)


def test_the_table_shows_the_medians(run):
    printed, result = run
    for name, seconds in result["figures"]["seconds_per_member_epoch"].items():
        assert f"| {name} | {1e3 * seconds['median']:.3g} |" in printed
    assert "GFLOP/s" in printed and "Roofline" in printed and "Epoch of 2 members" in printed


def plain(architecture):
    from benchmarks.plain_loop import PlainVAE, distortion_rate

    model = PlainVAE(architecture, LATENT)
    x = torch.randn(OBSERVATIONS, architecture.features)
    return model, lambda: sum(distortion_rate(model, x)[:2]).backward()


@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=["deep encoder", "deep decoder"])
def test_operations_are_those_that_torch_counts_in_a_step(architecture):
    from benchmarks.arithmetic import step_flops

    _, step = plain(architecture)
    with FlopCounterMode(display=False) as counter:
        step()
    assert step_flops(architecture, LATENT, OBSERVATIONS) == counter.get_total_flops()


@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=["deep encoder", "deep decoder"])
def test_roofline_is_arithmetic_alone_or_traffic_alone_when_the_other_is_free(architecture):
    from benchmarks.arithmetic import roofline_seconds, step_flops, step_products

    shape = architecture, LATENT, OBSERVATIONS
    assert roofline_seconds(*shape, 1e9, math.inf) == pytest.approx(step_flops(*shape) / 1e9)
    model, _ = plain(architecture)
    adam = 7 * 4 * sum(p.numel() for p in model.parameters())
    traffic = adam + sum(p.bytes for p in step_products(*shape))
    assert roofline_seconds(*shape, math.inf, 1e9) == pytest.approx(traffic / 1e9)


def test_the_clock_counts_no_first_epoch():
    from benchmarks.clock import EpochClock

    clock = EpochClock(torch.device("cpu"))
    for model in range(2):
        clock.restart()
        for epoch in range(3):
            clock(model, epoch)
    assert clock.epochs == 4
