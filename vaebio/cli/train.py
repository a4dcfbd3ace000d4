"""Train the members of one stack in one pass and keep them in the store.

Members that are in the store already, trained with the same settings on the same data, are not
trained again.
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vaebio.cli.settings import settings_of
from vaebio.errors import VaebioError
from vaebio.terms import COLUMNS

if TYPE_CHECKING:
    import torch
    from anndata import AnnData

    from vaebio.model.vae import Architecture
    from vaebio.settings import Config
    from vaebio.training.fit import Progress
    from vaebio.training.grid import Member
    from vaebio.training.inputs import Inputs
    from vaebio.training.job import Job


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `vaebio train`."""
    parser.add_argument("prepared", type=Path, help="prepared.h5ad of the data set")
    parser.add_argument(
        "--settings", type=Path, required=True, help="YAML file with the keys model, grid, train"
    )
    parser.add_argument(
        "--stack", type=int, default=1, metavar="N", help="which stack to train, from 1"
    )
    parser.add_argument(
        "--stacks", type=int, default=1, metavar="N", help="into how many stacks the grid goes"
    )
    parser.add_argument(
        "--store", type=Path, required=True, help="folder that keeps trained members by key"
    )
    parser.add_argument(
        "--members", type=Path, required=True, help="table of this stack's members to write"
    )
    parser.add_argument(
        "--audit", type=Path, help="table to write: the settings held against the data (optional)"
    )


def run(arguments: argparse.Namespace) -> None:
    """Train what the store does not hold, then list the stack's members."""
    from vaebio.cli.inputs import by_split, read_prepared
    from vaebio.training.grid import members, stack_of

    adata = read_prepared(arguments.prepared)
    config = settings_of(arguments.settings, str(adata.uns["vaebio"]["name"]))
    device = choose_device(config.train.device)
    architectures = architectures_of(config, adata)
    grid = members(config.grid, list(architectures))
    _refuse_beyond(arguments.stack, arguments.stacks, len(grid))
    stack = stack_of(grid, arguments.stack, arguments.stacks)
    parts = by_split(
        adata, ("train", "validation"), ignore_imputed=config.train.ignore_imputed
    ).values()
    job = _job(arguments.store, stack, architectures, config, adata, list(parts), device)
    missing = job.missing()
    _tell(job, missing)
    _audit(job, grid, arguments.audit)
    bar = _Bar(config.train.epochs)
    job.run(missing, bar.on_stack, bar.on_epoch)
    bar.close()
    _list(job, arguments.members)


def _refuse_beyond(stack: int, stacks: int, members: int) -> None:
    """Refuse a stack without members."""
    last = min(stacks, members)
    if not 1 <= stack <= last:
        raise VaebioError(
            found=f"--stack {stack}, of --stacks {stacks} and {members} members",
            expected=f"a stack from 1 to {last}" if last > 0 else "at least one stack",
            hint="correct --stack, or into how many the grid is divided (--stacks)",
        )


def architectures_of(config: "Config", adata: "AnnData") -> "dict[str, Architecture]":
    """The architectures of the grid by variant, with likelihoods that fit the data."""
    from vaebio.cli.inputs import facts_of
    from vaebio.data.constants import Preparation
    from vaebio.model.vae import Architecture
    from vaebio.training.grid import variants
    from vaebio.training.suitable import suitable

    model, constants = config.model, Preparation.of(adata)
    if model.batch and not constants.batch:
        raise VaebioError(
            found=f"`model.batch: true`, but the data set {adata.uns['vaebio']['name']} has no "
            "technical batch",
            expected="the column `batch` in the sheet of data sets",
            hint="name the column there, or set `model.batch` to false",
        )
    base = Architecture(
        features=adata.n_vars,
        encoder=model.encoder,
        decoder=model.decoder,
        activation=model.activation,
        normalisation=model.normalisation,
        sigma=model.sigma,
        dropout=model.dropout,
        batches=len(constants.batches) if model.batch else 0,
    )
    likelihoods: dict[str, str] = {}
    for wanted in config.grid.likelihoods or (model.likelihood,):
        name, reason = suitable(wanted, facts_of(adata))
        if name in likelihoods:
            raise VaebioError(
                found=f"grid.likelihoods has `{name}` twice: `{wanted}` is {name} ({reason})",
                expected="every likelihood once",
                hint=f"take `{wanted}` or `{name}` out",
            )
        likelihoods[name] = reason
        if wanted == "auto":
            print(f"Likelihood {name}, because {reason}.", file=sys.stderr)
    return variants(config.grid, base, list(likelihoods))


def choose_device(wanted: str) -> "torch.device":
    """The torch device to train on; `auto` takes a GPU when there is one."""
    import torch

    found = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if wanted == "auto":
        return torch.device(next((name for name, there in found.items() if there), "cpu"))
    kind, _, number = wanted.partition(":")
    if kind != "cpu" and not found[kind]:
        raise VaebioError(
            found=f"`train.device: {wanted}`, but torch sees no such device on this machine",
            expected="a device that is there: "
            + ", ".join(["cpu", *(k for k in found if found[k])]),
            hint="set `train.device` to auto, or install a torch build for the device",
        )
    if number and int(number) >= torch.cuda.device_count():
        raise VaebioError(
            found=f"`train.device: {wanted}`, but there are {torch.cuda.device_count()} devices",
            expected="a number from 0",
            hint="set `train.device` to auto",
        )
    return torch.device(wanted)


def _job(
    store: Path,
    stack: "list[Member]",
    architectures: "dict[str, Architecture]",
    config: "Config",
    adata: "AnnData",
    parts: "list[Inputs]",
    device: "torch.device",
) -> "Job":
    from vaebio import __version__
    from vaebio.data.constants import Preparation
    from vaebio.training.grid import ELSEWHERE, key
    from vaebio.training.job import Job
    from vaebio.training.memory import budget
    from vaebio.training.record import record

    preparation = Preparation.of(adata).to_json()
    data = "".join(part.hash() for part in parts) + preparation
    training = config.train.model_dump(mode="json", exclude=ELSEWHERE)
    return Job(
        folder=store,
        keys={m: key(m, architectures[m.variant], training, data, __version__) for m in stack},
        architectures=architectures,
        train=parts[0],
        validation=parts[1],
        settings=config.train,
        device=device,
        room=budget(device, config.train.memory),
        record=record(config.model_dump(mode="json", include={"model", "train"})),
        preparation=preparation,
        warn=_warn,
    )


def _warn(sentence: str) -> None:
    print(f"Warning: {sentence}", file=sys.stderr)


def _tell(job: "Job", missing: "list[Member]") -> None:
    from vaebio.training.schedule import told

    n, held_out = len(job.train), len(job.validation)
    lines = [
        f"{len(job.keys)} members, {len(job.keys) - len(missing)} of them in the store already",
        f"{n} train and {held_out} validation observations, {job.train.features} features, on "
        f"{job.device}",
        *told(job.settings),
    ]
    print("\n".join(lines), file=sys.stderr)


def _audit(job: "Job", grid: "list[Member]", table: Path | None) -> None:
    """Hold the settings of the whole grid against the data, whatever part of it is trained here."""
    from vaebio.cli.audit import lines, write
    from vaebio.training.audit import Plan
    from vaebio.training.forecast import look

    told = any(one.batches for one in job.architectures.values())
    seen = look(job.train, max(m.latent for m in grid), batch=told)
    counted = job.train.counts is not None
    plan = Plan(grid, job.architectures, job.settings, seen, counted)
    print("\n".join(lines(plan)), file=sys.stderr)
    if table:
        write(plan, table)


class _Bar:
    """A progress bar for every stack."""

    def __init__(self, epochs: int) -> None:
        self.epochs, self.bar, self.note = epochs, None, ""

    def on_stack(self, members: "list[Member]", need: int) -> None:
        """Begin the bar of the next stack."""
        from vaebio.cli.progress import Progress

        self.close()
        print(
            f"{len(members)} members in one pass, predicted to take {need / 1e9:.2g} GB",
            file=sys.stderr,
        )
        self.bar = Progress("training", self.epochs, "epoch")

    def on_epoch(self, at: "Progress") -> None:
        """One epoch further."""
        low, high = at.mse
        self.note = f"{at.training} members in training, validation mse {low:.3f} to {high:.3f}"
        self.bar.step(self.note)

    def close(self) -> None:
        """End the bar, if there is one."""
        if self.bar:
            self.bar.close(self.note)


def _list(job: "Job", path: Path) -> None:
    from vaebio.files import whole
    from vaebio.training.grid import widths
    from vaebio.training.store import describe, write_rows

    def row(member: "Member", key: str) -> dict[str, Any]:
        architecture = job.architectures[member.variant]
        values = {
            "member": member.name,
            "key": key,
            "encoder": widths(architecture.encoder),
            "decoder": widths(architecture.decoder),
            "likelihood": architecture.likelihood,
            "beta": f"{member.beta:.12g}",
            "latent": member.latent,
            "seed": member.seed,
            **describe(job.folder / key)["training"],
        }
        return {c: values[c] for c in COLUMNS["members.tsv"]}

    with whole(path) as temporary:
        write_rows(temporary, [row(member, key) for member, key in job.keys.items()])
