"""Train the members of one stack in one pass and keep them in the store.

Members that are in the store already, trained with the same settings on the same data, are not
trained again.
"""

import argparse
import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vaebio.configuration import read_config
from vaebio.errors import VaebioError
from vaebio.terms import COLUMNS

if TYPE_CHECKING:
    import torch

    from vaebio.data.constants import Preparation
    from vaebio.model.vae import Architecture
    from vaebio.settings import Config, Train
    from vaebio.training.checkpoint import Checkpoint
    from vaebio.training.grid import Member


CHECKPOINTS = "checkpoints"
"""Folder inside the store for runs that are not done."""


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


def run(arguments: argparse.Namespace) -> None:
    """Train what the store does not hold, then list the stack's members."""
    import torch

    from vaebio.cli.inputs import read_prepared
    from vaebio.data.constants import Preparation
    from vaebio.data.scaling import scaled
    from vaebio.model.vae import Architecture
    from vaebio.training.checkpoint import Checkpoint, interrupted
    from vaebio.training.grid import members, stack_of
    from vaebio.training.store import holds

    config = read_config(arguments.settings)
    device = choose_device(config.train.device)
    adata = read_prepared(arguments.prepared)
    preparation = Preparation.of(adata)
    x = torch.from_numpy(scaled(adata.X, preparation.mean, preparation.scale, preparation.clip))
    parts = [x[(adata.obs["split"] == split).to_numpy()] for split in ("train", "validation")]
    architecture = Architecture(
        features=x.shape[1],
        encoder=config.model.encoder,
        decoder=config.model.decoder,
        activation=config.model.activation,
        normalisation=config.model.normalisation,
    )
    stack = stack_of(members(config.grid), arguments.stack, arguments.stacks)
    keys = keys_of(stack, architecture, config, fingerprint(parts, preparation))
    missing = [m for m in stack if not holds(arguments.store / keys[m], _warn)]
    _tell(stack, missing, parts, config.train, device)
    if missing:
        resumed = interrupted(arguments.store / CHECKPOINTS, [keys[m] for m in missing])
        if resumed and set(resumed) <= set(keys.values()):
            missing = [m for m in stack if keys[m] in resumed]
        keeper = Checkpoint(
            arguments.store / CHECKPOINTS,
            [keys[m] for m in missing],
            config.train.checkpoint,
            _warn,
        )
        trained = _fit(missing, architecture, parts, config.train, device, keeper)
        for member in trained:
            _save(arguments.store, keys, member, architecture, config, preparation)
        keeper.remove()
    _list(arguments.store, stack, keys, config, arguments.members)


def choose_device(wanted: str) -> str:
    """The torch device to train on; `auto` takes a GPU when there is one."""
    import torch

    found = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if wanted == "auto":
        return next((name for name, there in found.items() if there), "cpu")
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
    return wanted


def fingerprint(parts: "list[torch.Tensor]", preparation: "Preparation") -> str:
    """Hash of the observations the training sees and of the constants kept beside the weights."""
    found = hashlib.sha256()
    for part in parts:
        found.update(part.numpy().tobytes())
    found.update(preparation.to_json().encode())
    return found.hexdigest()


def keys_of(
    stack: "list[Member]", architecture: "Architecture", config: "Config", data: str
) -> "dict[Member, str]":
    """Store key of each member."""
    from vaebio import __version__
    from vaebio.training.grid import key

    # Where it runs and how the grid is divided do not reach the weights.
    training = config.train.model_dump(mode="json", exclude={"device", "stacks", "checkpoint"})
    training |= {"likelihood": config.model.likelihood, "sigma": config.model.sigma}
    return {m: key(m, architecture, training, data, __version__) for m in stack}


def _warn(sentence: str) -> None:
    print(f"Warning: {sentence}", file=sys.stderr)


def _tell(
    stack: "list[Member]",
    missing: "list[Member]",
    parts: "list[torch.Tensor]",
    settings: "Train",
    device: str,
) -> None:
    n_train, n_validation = (len(part) for part in parts)
    lines = [
        f"{len(stack)} members, {len(stack) - len(missing)} of them in the store already",
        f"{n_train} train and {n_validation} validation observations, "
        f"{parts[0].shape[1]} features, on {device}",
        f"beta reaches its value at epoch {settings.warmup} of at most {settings.epochs}"
        if settings.warmup
        else "beta has its value from the first step",
    ]
    print("\n".join(lines), file=sys.stderr)


def _fit(
    missing: "list[Member]",
    architecture: "Architecture",
    parts: "list[torch.Tensor]",
    settings: "Train",
    device: str,
    keeper: "Checkpoint",
) -> list[Any]:
    from vaebio.cli.progress import Progress
    from vaebio.training import fit as engine

    bar = Progress("training", settings.epochs, "epoch")
    note = ""

    def on_epoch(at: engine.Progress) -> None:
        nonlocal note
        low, high = at.mse
        note = f"{at.training} members in training, validation mse {low:.3f} to {high:.3f}"
        bar.step(note)

    train, validation = (part.to(device) for part in parts)
    trained = engine.fit(missing, architecture, train, validation, settings, on_epoch, keeper)
    bar.close(note)
    return trained


def _save(
    store: Path,
    keys: "dict[Member, str]",
    trained: Any,  # noqa: ANN401 - Trained, whose module imports torch
    architecture: "Architecture",
    config: "Config",
    preparation: "Preparation",
) -> None:
    import torch

    from vaebio import __version__
    from vaebio.training import store as shelf

    key = keys[trained.member]
    record = {
        "key": key,
        "vaebio": __version__,
        "torch": torch.__version__,
        "settings": config.model_dump(mode="json", include={"model", "train"}),
    }
    shelf.save(store / key, trained, architecture, record, preparation.to_json())


def _list(
    store: Path, stack: "list[Member]", keys: "dict[Member, str]", config: "Config", path: Path
) -> None:
    from vaebio.files import whole
    from vaebio.training.store import describe, write_rows

    def row(member: "Member") -> dict[str, Any]:
        training = describe(store / keys[member])["training"]
        values = {
            "member": member.name,
            "key": keys[member],
            "encoder": widths(config.model.encoder),
            "decoder": widths(config.model.decoder),
            "likelihood": config.model.likelihood,
            "beta": f"{member.beta:.12g}",
            "latent": member.latent,
            "seed": member.seed,
        }
        return {c: (values | training)[c] for c in COLUMNS["members.tsv"]}

    with whole(path) as temporary:
        write_rows(temporary, [row(member) for member in stack])


def widths(hidden: tuple[int, ...]) -> str:
    """Hidden widths in one word.

    Examples
    --------
    >>> widths((128, 64)), widths(())
    ('128-64', 'linear')
    """
    return "-".join(map(str, hidden)) or "linear"
