"""Tables and summaries of a data set from their files, checked column by column."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, get_args

import pandas as pd

from vaebio.configuration import read_config, resolve
from vaebio.errors import VaebioError
from vaebio.report import variants
from vaebio.report.diagnosis import Diagnosis, read_diagnosis
from vaebio.report.numbers import listed
from vaebio.report.tables import known, optional, read_table
from vaebio.report.timing import Step, read_timing
from vaebio.settings import Config, Likelihood
from vaebio.terms import AUTOENCODER, COLUMNS, MEASURES, STATUS

LIKELIHOODS = [name for name in get_args(Likelihood) if name != "auto"]
OPTIONAL = (
    "audit",
    "classes",
    "features",
    "strata",
    "choices",
    "differences",
    "correlations",
    "stability",
)
"""Tables that a page can do without, by the name of their file without `.tsv`."""
TABLES = ("members", "history", "metrics", "units", "classes", "features", "strata")
"""Tables with rows of single members."""
COMBINED = ("choices", "differences", "stability")
"""Tables with rows of combinations: members that differ in nothing but the seed."""
PREPARED = (
    "name matrix annotation form kind kind_reason transform label batch observations_in "
    "features_in observations features split labels imputation neighbours account steps warnings"
).split()


@dataclass(frozen=True)
class Results:
    """All that the page of one data set is made of.

    The tables have the columns of `terms.COLUMNS`; numbers that are absent or not finite are NaN.
    Those that were not given have no rows. Deterministic autoencoders (beta 0) are baselines: they
    are not in `members`, `history` and `units`, but in `autoencoders` and `metrics`. A mean over
    seeds is a mean over members of one model, so what takes means works on the results of one
    model: see `of`.
    """

    members: pd.DataFrame
    history: pd.DataFrame
    metrics: pd.DataFrame
    units: pd.DataFrame
    prepared: Mapping[str, Any]
    config: Config
    settings: str
    timing: list[Step]
    audit: pd.DataFrame = field(default_factory=lambda: optional(None, "audit.tsv"))
    classes: pd.DataFrame = field(default_factory=lambda: optional(None, "classes.tsv"))
    features: pd.DataFrame = field(default_factory=lambda: optional(None, "features.tsv"))
    strata: pd.DataFrame = field(default_factory=lambda: optional(None, "strata.tsv"))
    choices: pd.DataFrame = field(default_factory=lambda: optional(None, "choices.tsv"))
    differences: pd.DataFrame = field(default_factory=lambda: optional(None, "differences.tsv"))
    correlations: pd.DataFrame = field(default_factory=lambda: optional(None, "correlations.tsv"))
    stability: pd.DataFrame = field(default_factory=lambda: optional(None, "stability.tsv"))
    diagnosis: Diagnosis = field(default_factory=Diagnosis)
    autoencoders: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=list(COLUMNS["members.tsv"]))
    )

    @property
    def variants(self) -> list[str]:
        """Names of the models in the order of the table; one empty name for a single model."""
        return list(self._parts)

    def of(self, variant: str) -> "Results":
        """The results of one model, as if no other had been trained; the baselines stay."""
        return self._parts[variant]

    @cached_property
    def baselines(self) -> dict[str, pd.DataFrame]:
        """Rows of `metrics` of all that is no member, by name without architecture and seed.

        Autoencoders that diverged are left out, as members that diverged are in no mean.
        """
        failed = self.autoencoders.loc[self.autoencoders["status"] == "diverged", "member"]
        rows = self.metrics[~self.metrics["member"].isin([*self.members["member"], *failed])]
        name = rf"^(?:.+-)?({AUTOENCODER}-k)|-s\d+$"
        return dict(list(rows.groupby(rows["member"].str.replace(name, r"\1", regex=True))))

    def rows_of(self, measure: str, split: str) -> pd.DataFrame:
        """Rows of `metrics` of one measure on one split; none where it was not made."""
        return self._measured.get((measure, split), self.metrics.iloc[:0])

    def baseline_rows(self, name: str, measure: str, split: str) -> pd.DataFrame:
        """The same of one of the `baselines`."""
        return self._levels.get((name, measure, split), self.metrics.iloc[:0])

    @cached_property
    def kept(self) -> dict[Any, Any]:
        """What was made of these results before: see the module `kept`."""
        return {}

    # The table is asked for some values thousands of times: it is divided once.
    @cached_property
    def _measured(self) -> dict[tuple[str, str], pd.DataFrame]:
        return dict(list(self.metrics.groupby(["measure", "split"], sort=False)))

    @cached_property
    def _levels(self) -> dict[tuple[str, str, str], pd.DataFrame]:
        return {
            (name, *key): own
            for name, rows in self.baselines.items()
            for key, own in rows.groupby(["measure", "split"], sort=False)
        }

    @cached_property
    def _parts(self) -> dict[str, "Results"]:
        names = variants.names(self.members)
        found = list(dict.fromkeys(names))
        return {n: self._part(names == n) for n in found} if len(found) > 1 else {"": self}

    def _part(self, own: pd.Series) -> "Results":
        shape = self.members.loc[own, list(variants.ARCHITECTURE)].iloc[0]
        alike = (self.autoencoders[shape.index] == shape).all(axis=1)
        others = self.members[~own]
        aside = self.autoencoders.loc[~alike, "member"]
        columns = dict.fromkeys(TABLES, "member") | dict.fromkeys(COMBINED, "combination")
        names = {"member": {*others["member"], *aside}, "combination": {*combinations(others)}}

        def without(table: pd.DataFrame, column: str) -> pd.DataFrame:
            return table[~table[column].isin(names[column])].reset_index(drop=True)

        tables = {name: without(getattr(self, name), column) for name, column in columns.items()}
        return replace(self, **tables, autoencoders=self.autoencoders[alike])


def combinations(members: pd.DataFrame) -> pd.Series:
    """Name of each member's combination: its own without the seed.

    Examples
    --------
    >>> list(combinations(pd.DataFrame({"member": ["nb-k2-b1-s0"], "seed": [0]})))
    ['nb-k2-b1']
    """
    pairs = zip(members["member"], members["seed"], strict=True)
    return pd.Series([name.removesuffix(f"-s{seed}") for name, seed in pairs], members.index, str)


def read_results(
    *,
    members: Path,
    history: Path | None,
    metrics: Path,
    units: Path | None,
    prepared: Path,
    settings: Path,
    timing: Path | None,
    diagnosis: Mapping[str, Path | None] | None = None,
    **further: Path | None,
) -> Results:
    """Everything one page needs; what a page can do without may be None.

    Parameters
    ----------
    diagnosis
        What `vaebio diagnose` wrote: see `diagnosis.read_diagnosis`.
    further
        Tables of `OPTIONAL`, by name.

    Raises
    ------
    VaebioError
        For a file, column or value that is missing or cannot be read.
    """
    facts = read_prepared(prepared)
    config = resolve(read_config(settings), facts["name"], str(settings))
    every = _members(members)
    aside = every["beta"] == 0
    vaes, autoencoders = (every[rows].reset_index(drop=True) for rows in (~aside, aside))

    def without(table: pd.DataFrame) -> pd.DataFrame:
        return table[~table["member"].isin(autoencoders["member"])].reset_index(drop=True)

    return Results(
        members=vaes,
        history=without(optional(history, "history.tsv")),
        metrics=_metrics(metrics),
        units=without(optional(units, "units.tsv")),
        prepared=facts,
        config=config,
        settings=settings.read_text(encoding="utf-8"),
        timing=read_timing(timing) if timing else [],
        autoencoders=autoencoders,
        diagnosis=read_diagnosis(diagnosis or {}),
        **{name: optional(path, f"{name}.tsv") for name, path in further.items()},
    )


def read_prepared(path: Path) -> dict[str, Any]:
    """`prepared.json`, with every key that the page shows."""
    try:
        prepared = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise VaebioError(
            found=f"no file {path}", expected="the summary of prepare", hint="check the path"
        ) from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise VaebioError(
            found=f"{path} is not JSON: {error}",
            expected="the summary that prepare writes",
            hint="write it again with `vaebio prepare`",
        ) from None
    missing = [key for key in PREPARED if not isinstance(prepared, dict) or key not in prepared]
    if missing:
        raise VaebioError(
            found=f"no key `{missing[0]}` in {path}",
            expected=f"keys {', '.join(PREPARED)}",
            hint="write it again with `vaebio prepare`",
        )
    return prepared


def _members(path: Path) -> pd.DataFrame:
    members = read_table(path, "members.tsv")
    known(members, "status", STATUS, path)
    known(members, "likelihood", LIKELIHOODS, path)
    if members.empty or members["member"].duplicated().any():
        raise VaebioError(
            found=f"{path} has no member, or a member twice",
            expected="one row for every member",
            hint="write it again with `vaebio collect`",
        )
    if not (members["beta"] != 0).any():
        raise VaebioError(
            found=f"{path} has autoencoders alone (beta 0)",
            expected="members with a beta above 0",
            hint="add a beta to grid.betas",
        )
    absent = members[["beta", "latent", "seed"]].isna().any()
    if absent.any():
        raise VaebioError(
            found=f"an empty {absent.idxmax()} in {path}",
            expected="beta, latent and seed of every member",
            hint="write it again with `vaebio collect`",
        )
    identity = [*variants.ARCHITECTURE, "beta", "latent", "seed"]
    repeated = members.loc[members.duplicated(identity), "member"]
    if len(repeated):
        raise VaebioError(
            found=f"{repeated.iloc[0]} in {path} is like a member before it in {listed(identity)}",
            expected="members that differ in one of these: means are taken over seeds",
            hint="write it again with `vaebio collect`",
        )
    return members.astype({"latent": int, "seed": int})


def _metrics(path: Path) -> pd.DataFrame:
    metrics = read_table(path, "metrics.tsv")
    known(metrics, "measure", MEASURES, path)
    repeated = metrics[metrics.duplicated(["member", "split", "measure"])]
    if len(repeated):
        row = repeated.iloc[0]
        raise VaebioError(
            found=f"{row.measure} of {row.member} on {row.split} stands twice in {path}",
            expected="one row for each member, split and measure",
            hint="write it again with `vaebio evaluate`",
        )
    silent = metrics["value"].isna() & (metrics["reason"] == "")
    return metrics.assign(reason=metrics["reason"].mask(silent, "the value is not finite"))
