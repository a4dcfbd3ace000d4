"""Refuses tables, models and a prepared data set that do not belong together."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vaebio.errors import VaebioError

if TYPE_CHECKING:
    import pandas as pd

    from vaebio.diagnosis.bench import Bench
    from vaebio.diagnosis.references import References
    from vaebio.training.store import Stored

OF_ONE_RUN = "give prepared.h5ad, the models and the tables of one folder of results"

KEYS = {
    "members": (["member"], ["beta", "latent", "seed"]),
    "history": (["member", "split", "epoch"], ["epoch"]),
    "metrics": (["member", "split", "measure"], []),
}
"""Of each table that is read: what stands once, and the numbers every row has."""

NEAR = 0.01
"""Share by which the error of the train mean may differ from that in the table of measures."""


def check_tables(tables: "Mapping[str, pd.DataFrame]", paths: Mapping[str, Path]) -> None:
    """Refuse tables that do not tell of the same members, or of one of them twice."""
    for name, (keys, numbers) in KEYS.items():
        _check_rows(tables[name], paths[name], keys, numbers)
    own = set(tables["members"]["member"])
    for name in ("history", "metrics"):
        there = set(tables[name]["member"])
        # Baselines have measures and no history.
        apart = own ^ there if name == "history" else own - there
        if apart:
            raise VaebioError(
                found=f"{min(apart)} in only one of {paths['members']} and {paths[name]}",
                expected="the same members in both",
                hint=OF_ONE_RUN,
            )


def check_data(bench: "Bench", around: "References") -> None:
    """Refuse measures of other data, by the error of the train mean, and splits that are empty."""
    from vaebio.diagnosis.measured import Measuring
    from vaebio.diagnosis.rescaled import null_mse

    empty = [name for name, inputs in bench.data.items() if not len(inputs)]
    if empty:
        raise VaebioError(
            found=f"no observation of {empty[0]} in the prepared data set",
            expected="observations of train, validation and test",
            hint="prepare it with all three splits (prepare.split)",
        )
    own, table = null_mse(Measuring(bench)), around.null["test"]
    if not abs(own - table) <= NEAR * own:
        raise VaebioError(
            found=f"the MSE of the train mean on test is {table:.6g} in the table of measures, but "
            f"{own:.6g} for this prepared data set",
            expected="tables of this data set, as it was prepared",
            hint=OF_ONE_RUN,
        )


def check_status(name: str, status: Sequence[str]) -> None:
    """Refuse a combination of which no seed has a finite error: nothing can be held against it."""
    if set(status) == {"diverged"}:
        seeds = "its only seed" if len(status) == 1 else f"all of its {len(status)} seeds"
        raise VaebioError(
            found=f"{name} diverged with {seeds}: a value was not finite in training",
            expected="a member with a finite error, which probes can be held against",
            hint="train it with a lower train.learning_rate or a longer train.warmup first; "
            "symptoms.tsv says in which epoch it diverged",
        )


def check_model(bench: "Bench", member: "Stored", name: str, keys: Mapping[int, str]) -> bool:
    """Refuse a model of other data; whether it would be trained otherwise today.

    Parameters
    ----------
    keys
        Those of the members in the table, by seed.
    """
    from dataclasses import replace

    from vaebio.diagnosis.bench import Trial
    from vaebio.diagnosis.factorial import seeded

    if member.preparation != bench.preparation:
        raise VaebioError(
            found=f"the model of {name} was trained on data that were prepared otherwise",
            expected="models of this prepared data set",
            hint=OF_ONE_RUN,
        )
    trial = Trial(replace(member.member, variant=""), member.architecture, member.training)
    return any(bench.key(seeded(trial, seed)) != key for seed, key in keys.items())


def _check_rows(table: "pd.DataFrame", path: Path, keys: list[str], numbers: list[str]) -> None:
    repeated = table.loc[table.duplicated(keys), keys]
    empty = [number for number in numbers if table[number].isna().any()]
    found = ""
    if table.empty:
        found = f"no row in {path}"
    elif len(repeated):
        found = f"{' '.join(map(str, repeated.iloc[0]))} twice in {path}"
    elif empty:
        found = f"an empty {empty[0]} in {path}"
    if found:
        raise VaebioError(
            found=found,
            expected=f"one row for each {', '.join(keys)}, with all numbers",
            hint=OF_ONE_RUN,
        )
