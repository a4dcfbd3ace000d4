"""Linear VAEs trained by vaebio against the formula of their optimum.

Members of a grid without hidden layers are trained for long, on train alone, and what they reach
is set beside what the eigenvalues of train foretell. Run from the root of the repository:

    python -m benchmarks.analytic_frontier --matrix DATA.h5ad --json OUT.json
"""

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks import record, workload
from vaebio.metrics.analytic import Expected, Spectrum, expected, spectrum
from vaebio.metrics.information import active_units
from vaebio.model.likelihoods.gaussian import HALF_LOG_TWO_PI
from vaebio.model.vae import Architecture, pad
from vaebio.training.encode import Encoded, encode, fixed_noise
from vaebio.training.fit import fit
from vaebio.training.grid import Member
from vaebio.training.observations import Observations

BUILTIN = "builtin:pbmc68k"
SHARES = (0.9, 0.3, 0.1)
"""Betas as shares of the largest eigenvalue; 1.5 goes beside them, where all units collapse."""

FACTORS = 10

SMALL_RATE = 0.5
"""Nats."""

UNUSED = 32
"""Observations that stand in for validation."""


@dataclass(frozen=True)
class Task:
    """Scaled train observations and the members to train on them."""

    name: str
    x: Tensor
    latents: tuple[int, ...]

    def members(self, largest: float) -> list[Member]:
        """Every beta with every latent size, for a largest eigenvalue of train."""
        betas = [float(f"{share * largest:.3g}") for share in (1.5, *SHARES)]
        return [Member(beta, latent, 0) for latent in self.latents for beta in betas]


def parser() -> argparse.ArgumentParser:
    """Options of the command line."""
    p = argparse.ArgumentParser(prog="python -m benchmarks.analytic_frontier")
    p.add_argument(
        "--matrix",
        action="append",
        default=[],
        help=f"a data set beside {BUILTIN} and a simulated one; may be given again",
    )
    p.add_argument("--epochs", type=int, default=300)
    p.add_argument("--minibatch", type=int, default=16)
    p.add_argument("--latents", type=int, nargs="+", default=[4, 16])
    p.add_argument("--json", type=Path, help="file for machine, settings and figures")
    return p


def main(arguments: list[str]) -> None:
    """Train and compare, one data set after the other."""
    options = parser().parse_args(arguments)
    latents = tuple(options.latents)
    tasks = [Task("simulated", simulated(700, 500), latents)]
    tasks += [Task(Path(m).stem, prepared(m), latents) for m in (BUILTIN, *options.matrix)]
    settings = training(options.epochs, options.minibatch)
    found = {task.name: compare(task, settings) for task in tasks}
    result = {
        **record.head("python -m benchmarks.analytic_frontier", arguments),
        "settings": vars(settings),
        "figures": found,
        "largest_differences": {name: worst(one["members"]) for name, one in found.items()},
    }
    record.tell_and_keep(result, options.json)


def training(epochs: int, minibatch: int, learning_rate: float = 5e-3) -> SimpleNamespace:
    """Settings of the training: no early stopping, and a learning rate that falls.

    The warm-up is one cycle as long as the run: beta rises over its first half, and until a
    warm-up has ended no weights are chosen on validation, so that the last ones are kept.
    """
    return workload.training(
        epochs,
        minibatch=minibatch,
        learning_rate=learning_rate,
        learning_rate_schedule="cosine",
        learning_rate_end=0.01,
        warmup=epochs,
        beta_schedule="cyclical",
    )


def simulated(n: int, features: int, count: int = FACTORS) -> Tensor:
    """(observation, feature) scaled values of factors of falling strength, with noise."""
    random = np.random.default_rng(0)
    factors = random.normal(size=(n, count)) * np.geomspace(1, 0.2, count)
    values = factors @ random.normal(size=(count, features)) + random.normal(size=(n, features))
    values = (values - values.mean(axis=0)) / values.std(axis=0)
    return torch.from_numpy(values.astype(np.float32))


def prepared(matrix: str) -> Tensor:
    """(observation, feature) scaled train observations of a data set, as `vaebio prepare` has it.

    Only here is more than the training needed to be installed.
    """
    from vaebio.cli.inputs import inputs_of, read_prepared
    from vaebio.cli.main import main as vaebio

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "prepared.h5ad")
        words = ["--prepared", str(out), "--summary", str(Path(folder, "prepared.json"))]
        if vaebio(["prepare", matrix, *words]):
            sys.exit(1)
        adata = read_prepared(out)
        train = inputs_of(adata).take((adata.obs["split"] == "train").to_numpy())
        seen = train.placed("scaled", torch.device("cpu"), 2**40)
        return seen.minibatch(torch.arange(len(seen))).x


def compare(task: Task, settings: SimpleNamespace) -> dict[str, Any]:
    """What every member reached beside what was expected of it."""
    of_train = spectrum(task.x.numpy(), max(task.latents))
    members = task.members(float(of_train.leading[0]))
    reached = trained(task.x, members, settings)
    rows = [row(m, reached, i, of_train) for i, m in enumerate(members)]
    n, features = task.x.shape
    return {
        "observations": n,
        "features": features,
        "eigenvalues": of_train.leading.tolist(),
        "members": rows,
    }


def trained(x: Tensor, members: list[Member], settings: SimpleNamespace) -> Encoded:
    """Train linear VAEs and look at all of train.

    Some of train stands in for validation, which decides nothing here.
    """
    architecture = Architecture(x.shape[1], (), (), normalisation="none")
    seen = Observations.of(x)
    found = fit(members, architecture, seen, Observations.of(x[:UNUSED]), settings)
    stack = pad(architecture, [one.parameters for one in found])
    noise = fixed_noise(torch.zeros(1).long(), len(seen), max(stack.latents), x.dtype)
    return encode(stack, seen, torch.arange(len(seen)), noise.expand(len(members), -1, -1))


def row(member: Member, reached: Encoded, index: int, of_train: Spectrum) -> dict[str, Any]:
    """A member's figures: trained, expected and how far they are apart."""
    found = figures(member, reached, index, of_train.features)
    foretold = of(expected(of_train, member.beta, member.latent))
    return {"member": member.name, "trained": found, "expected": foretold}


def figures(member: Member, reached: Encoded, index: int, features: float) -> dict[str, float]:
    """What a trained member reached on train."""
    mean = reached.mean[index, :, : member.latent].numpy()
    distortion = reached.distortion[index].double().mean().item()
    return {
        "active_units": int(active_units(mean).sum()),
        "rate_nats": reached.rate[index].double().mean().item(),
        "mse": reached.mse[index].double().mean().item(),
        "mse_sample": 2 * (distortion / features - HALF_LOG_TWO_PI),
    }


def of(foretold: Expected) -> dict[str, float]:
    """The same figures, as expected."""
    return {
        "active_units": foretold.active_units,
        "rate_nats": foretold.rate,
        "mse": foretold.mse,
        "mse_sample": foretold.mse_sample,
    }


def worst(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Largest difference over members: of units in number, of errors and rates as a share.

    Of small rates in nats: they are those of units just above the threshold, where the objective
    hardly changes with the rate, and no rate at all is among them.
    """
    pairs = [(one["trained"], one["expected"]) for one in rows]

    def share(name: str, least: float = 0.0) -> float:
        return max(abs(t[name] / e[name] - 1) for t, e in pairs if e[name] >= least)

    small = [p for p in pairs if p[1]["rate_nats"] < SMALL_RATE]
    return {
        "active_units": max(abs(t["active_units"] - e["active_units"]) for t, e in pairs),
        "mse": share("mse"),
        "mse_sample": share("mse_sample"),
        "rate": share("rate_nats", SMALL_RATE),
        "small_rate_nats": max(abs(t["rate_nats"] - e["rate_nats"]) for t, e in small),
    }


if __name__ == "__main__":
    main(sys.argv[1:])
