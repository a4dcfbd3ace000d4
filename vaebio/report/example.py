"""The member that stands for the grid where a figure has room for one."""

from collections.abc import Collection
from dataclasses import dataclass

from vaebio.report.chosen import choice
from vaebio.report.read import Results


@dataclass(frozen=True)
class Example:
    """A member, its latent size and why it is the one shown."""

    member: str
    latent: int
    why: str


def example(results: Results, known: Collection[str]) -> Example | None:
    """The recommended member if it is known, else the known one with the lowest validation MSE.

    Parameters
    ----------
    known
        Members and baselines of which a table has something to show.
    """
    found = choice(results, "recommended")
    latents = results.members.set_index("member")["latent"]
    if found and found.member in known and found.member in latents:
        return Example(found.member, int(latents[found.member]), "the recommended member")
    names = by_error(results, known)
    if not names:
        return None
    why = "the member with the lowest validation MSE"
    if set(known) & set(latents.index) < set(latents.index):
        why += " of those in the table"
    return Example(names[0], int(latents[names[0]]), why)


def by_error(results: Results, known: Collection[str]) -> list[str]:
    """Members among the known ones, the lowest validation MSE first, those without one last."""
    metrics, members = results.metrics, results.members
    rows = metrics[(metrics["measure"] == "mse") & (metrics["split"] == "validation")]
    errors = rows.set_index("member")["value"]
    sound = members.loc[members["status"] != "diverged", "member"]
    names = [name for name in sound if name in known]
    return list(errors.reindex(names).sort_values(kind="stable").index)
