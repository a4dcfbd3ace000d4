"""Which members are diagnosed: a diagnosis is of all seeds of a combination.

A combination is one architecture, beta and latent size; it is named as its members are, without
the seed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vaebio.diagnosis.symptoms import SYMPTOMS, Symptom
from vaebio.errors import VaebioError, did_you_mean

MOST_SEEDS = 3
"""Seeds of the grid that probes are trained with, where the settings say nothing."""


@dataclass(frozen=True)
class Combination:
    """Members that differ in their seed alone.

    Parameters
    ----------
    members
        Their names by seed, in rising order.
    """

    name: str
    members: Mapping[int, str]
    deterministic: bool

    @property
    def seeds(self) -> list[int]:
        """The first seeds of the grid."""
        return list(self.members)[:MOST_SEEDS]

    def symptoms(self, found: Sequence[Symptom]) -> list[Symptom]:
        """Those of its members, the most severe ones first."""
        own = [one for one in found if one.member in self.members.values()]
        return sorted(own, key=lambda one: list(SYMPTOMS).index(one.symptom))


def combinations(rows: Sequence[tuple[str, float, int]]) -> dict[str, Combination]:
    """Combinations by name, in the order of the rows: member, beta and seed."""
    found: dict[str, dict[int, str]] = {}
    betas: dict[str, float] = {}
    for member, beta, seed in rows:
        name = member.removesuffix(f"-s{seed}")
        found.setdefault(name, {})[seed] = member
        betas[name] = beta
    return {n: Combination(n, dict(sorted(own.items())), betas[n] == 0) for n, own in found.items()}


def named(every: Mapping[str, Combination], wanted: Sequence[str]) -> list[Combination]:
    """The combinations of members, or of names without a seed, each once.

    Raises
    ------
    VaebioError
        For a name that no member has.
    """
    by_name = {m: one for one in every.values() for m in (one.name, *one.members.values())}
    for name in wanted:
        if name not in by_name:
            raise VaebioError(
                found=f"no member `{name}`",
                expected="the name of a member in members.tsv, with its seed or without",
                hint=did_you_mean(name, by_name, f"one of {', '.join(list(by_name)[:5])}, ..."),
            )
    return list({by_name[name].name: by_name[name] for name in wanted}.values())


def chosen(
    every: Mapping[str, Combination], recommended: str, found: Sequence[Symptom], most: int
) -> list[Combination]:
    """The recommended combination, then those with the most severe symptoms, so many in all.

    Deterministic autoencoders are baselines, and a divergence is its own explanation: neither is
    diagnosed unless it is named.

    Parameters
    ----------
    recommended
        Its name; empty where none is.
    """
    ill = [one for one in every.values() if not one.deterministic and _rank(one, found)]
    ill.sort(key=lambda one: _rank(one, found))
    first = [every[recommended]] if recommended in every else []
    return [*first, *(one for one in ill if one.name != recommended)][:most]


def _rank(one: Combination, found: Sequence[Symptom]) -> tuple[int, int] | None:
    """Its most severe symptom and how many of its seeds lack that; None without a symptom."""
    names = [s.symptom for s in one.symptoms(found)]
    if not names or names[0] == "diverged":
        return None
    return list(SYMPTOMS).index(names[0]), len(one.members) - names.count(names[0])
