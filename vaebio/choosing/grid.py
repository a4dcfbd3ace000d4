"""The members of a grid with what was measured of them, and among which of them is chosen."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from vaebio.terms import AUTOENCODER

LEAST_RATE = 0.1
"""Rate in nats below which the latents of a member say nothing: it has collapsed."""

ARCHITECTURE = ["likelihood", "encoder", "decoder"]
ORDER = [*ARCHITECTURE, "latent", "beta", "seed"]


@dataclass(frozen=True)
class Grid:
    """Members with their measures.

    A combination is one architecture, beta and latent size; it is named as its members are, without
    the seed.

    Parameters
    ----------
    members
        One row a member, indexed by name: likelihood, encoder, decoder, beta, latent, seed,
        combination, state (sound, collapsed or diverged).
    values
        Measured values that are finite, by (measure, split, member); none of diverged members.
    reasons
        Why a value is absent, by the same.
    errors
        Squared error per feature of each validation observation, a column a member.
    """

    members: pd.DataFrame
    values: pd.Series
    reasons: pd.Series
    errors: pd.DataFrame

    @classmethod
    def of(cls, members: pd.DataFrame, metrics: pd.DataFrame, errors: pd.DataFrame) -> "Grid":
        """From members.tsv and metrics.tsv; in an order that does not depend on that of the rows.

        Deterministic autoencoders are left out.
        """
        own = without_autoencoders(members).drop_duplicates("member").sort_values(ORDER)
        own = own.set_index("member")
        own["combination"] = [
            name.removesuffix(f"-s{seed}") for name, seed in own["seed"].astype(int).items()
        ]
        keys = ["measure", "split", "member"]
        rows = metrics.drop_duplicates(keys).set_index(keys).sort_index()
        own["state"] = [_state(name, status, rows["value"]) for name, status in own.status.items()]
        reached = own.index[own["state"] != "diverged"]
        values = rows.loc[rows.index.isin(reached, level="member"), "value"].dropna()
        return cls(own, values, rows["reason"], errors)

    def measured(self, measure: str, split: str) -> pd.Series:
        """Values by member, in the order of the members; those that diverged have none."""
        if not self.known(measure, split):
            return pd.Series(dtype=float)
        found = self.values.loc[(measure, split)]
        return found[[name for name in self.members.index if name in found.index]]

    def known(self, measure: str, split: str) -> bool:
        """Whether at least one member has it."""
        return (measure, split) in self.values.index

    def why_not(self, measure: str, split: str) -> str:
        """The reasons for which members have no value."""
        if (measure, split) not in self.reasons.index:
            return "not measured"
        reasons = self.reasons.loc[(measure, split)]
        own = reasons[reasons.index.isin(self.members.index)].fillna("")
        return "; ".join(sorted(set(own) - {""})) or "every member diverged"

    @cached_property
    def candidates(self) -> pd.DataFrame:
        """The members among whose combinations is chosen.

        Those of the combinations of which every member is sound. Where there is none, the sound
        members of the others; where there is none of these either, those that collapsed. Members
        that diverged are never among them.
        """
        sound = self.members["state"] == "sound"
        whole = sound.groupby(self.members["combination"]).transform("all")
        for among in (whole, sound, self.members["state"] == "collapsed"):
            if among.any():
                return self.members[among]
        return self.members[whole]

    @property
    def caution(self) -> str:
        """What has to be said when no combination is without a failed member."""
        if self.candidates.empty:
            return "every member diverged"
        if (self.candidates["state"] == "collapsed").any():
            return "every member that did not diverge has collapsed"
        names = self.candidates["combination"].unique()
        own = self.members[self.members["combination"].isin(names)]
        failed = len(own) > len(self.candidates)
        return "a member of every combination diverged or collapsed" if failed else ""

    def by_combination(self, measure: str, split: str) -> pd.Series:
        """Values of the candidates, grouped: an index of (combination, seed)."""
        values = self.measured(measure, split)
        own = self.candidates.loc[[m for m in self.candidates.index if m in values.index]]
        index = pd.MultiIndex.from_frame(own[["combination", "seed"]])
        return pd.Series(values.reindex(own.index).to_numpy(float), index)

    def means(self, measure: str, split: str) -> pd.Series:
        """Mean over the seeds of every combination among which is chosen, where it is known."""
        return self.by_combination(measure, split).groupby("combination", sort=False).mean()

    def traits(self, combination: str) -> pd.Series:
        """What the members of a combination have in common."""
        return self.members[self.members["combination"] == combination].iloc[0]

    def seeds(self) -> Iterator["Grid"]:
        """The candidates of each seed alone, where there are several."""
        seeds = sorted(self.candidates["seed"].unique())
        for seed in seeds if len(seeds) > 1 else []:
            own = self.candidates[self.candidates["seed"] == seed]
            values = self.values[self.values.index.isin(own.index, level="member")]
            yield replace(self, members=own, values=values)


def without_autoencoders(members: pd.DataFrame) -> pd.DataFrame:
    """Rows of members.tsv that are not deterministic autoencoders.

    Examples
    --------
    >>> members = pd.DataFrame({"member": ["k2-b1-s0", "ae-k2-s0", "nb-ae-k2-s0"]})
    >>> list(without_autoencoders(members)["member"])
    ['k2-b1-s0']
    """
    return members[[AUTOENCODER not in name.split("-") for name in members["member"]]]


def size(architecture: pd.Series) -> int:
    """Hidden units of a network, from the words of its encoder and decoder.

    Examples
    --------
    >>> size(pd.Series({"encoder": "128-64", "decoder": "linear"}))
    192
    """
    words = f"{architecture['encoder']}-{architecture['decoder']}".replace("x", "-").split("-")
    return sum(int(word) for word in words if word.isdigit())


def _state(name: str, status: str, values: pd.Series) -> str:
    """How a member fared: by its training, its validation MSE, its rate and active units."""
    mse, rate, active = (
        float(values.get((measure, "validation", name), np.nan))
        for measure in ("mse", "rate_nats", "active_units")
    )
    if status == "diverged" or not np.isfinite(mse):
        return "diverged"
    return "collapsed" if rate < LEAST_RATE or active == 0 else "sound"
