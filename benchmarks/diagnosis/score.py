"""What came of planted cases: confusion matrix, rates with intervals, and the same in words."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

Record = dict[str, Any]

HARM = 0.1
"""Share of null - floor that a fault must harm to be a disease: twice the gain from which on a
cause is supported, for what is as small as that may be seen or not."""

NEAR = 0.1
"""Share of null - floor by which a prediction may differ from what is achieved."""

Z = 1.959964
"""Of a normal distribution, of a 95 % interval."""

NOTHING = ("noise_floor", "none", "unknown")
"""Verdicts that name no cause to remove."""

TARGETS = {
    "top_cause": ("single causes with the right top cause", 0.95, "at least"),
    "exact_pairs": ("pairs with the exact set of causes", 0.85, "at least"),
    "false_alarms": ("false alarms where nothing is wrong or all is noise", 0.05, "at most"),
    "predicted": ("follow-ups within 10 % of null - floor of the prediction", 0.9, "at least"),
}
"""What is wanted of every rate."""

WITHOUT = ("nothing", "noise alone")
"""What was planted where there is no fault."""

HALVES = {"all": None, "looked at": True, "kept out": False}


def causes(one: Record) -> list[str]:
    """Causes to remove that were found, the largest gain first."""
    return [cause for cause in one["found"] if cause not in NOTHING]


def top(one: Record) -> str:
    """The first verdict, whatever it is."""
    return one["found"][0]


def harmless(records: Sequence[Record]) -> set[str]:
    """Cases with a fault that harms little or nothing, alone and with the same family and size."""
    small = {
        (one["family"], one["size"], *one["planted"])
        for one in records
        if one["harm"] is not None and one["harm"] < HARM
    }
    return {
        one["case"]
        for one in records
        if any((one["family"], one["size"], cause) in small for cause in one["planted"])
    }


def exact(one: Record) -> bool:
    """Whether the causes that were planted were found, and no others."""
    return sorted(causes(one)) == one["planted"]


def distance(one: Record) -> float:
    """Difference of what was achieved to the prediction, in units of null - floor.

    Where there is nothing but noise there is no such unit, and the null is taken.
    """
    room = one["null"] - one["floor"]
    after = one["follow_up"]
    unit = one["null"] if _noise(one) else room
    return abs(after["achieved_mse"] - after["predicted_mse"]) / unit


RATES: dict[str, tuple[Callable[[Record], bool], Callable[[Record], bool]]] = {
    "top_cause": (
        lambda one: len(one["planted"]) == 1,
        lambda one: [top(one)] == one["planted"],
    ),
    "exact_pairs": (lambda one: len(one["planted"]) == 2, exact),
    "false_alarms": (lambda one: not one["planted"], lambda one: bool(causes(one))),
    "predicted": (
        lambda one: one["follow_up"] is not None,
        lambda one: distance(one) <= NEAR,
    ),
    "exact_singles": (lambda one: len(one["planted"]) == 1, exact),
}
"""Which cases a rate is of, and which of them count."""


def rate(records: Sequence[Record], name: str) -> Record:
    """How many of how many, with a 95 % interval."""
    of, counts = RATES[name]
    among = [one for one in records if of(one)]
    hits = sum(counts(one) for one in among)
    low, high = wilson(hits, len(among))
    return {"hits": hits, "of": len(among), "low": low, "high": high}


def wilson(hits: int, n: int) -> tuple[float, float]:
    """95 % interval of a share, after Wilson (1927).

    Examples
    --------
    >>> [round(end, 3) for end in wilson(0, 10)], [round(end, 3) for end in wilson(5, 10)]
    ([0.0, 0.278], [0.237, 0.763])
    """
    if not n:
        return 0.0, 1.0
    share, z2 = hits / n, Z * Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def confusion(records: Sequence[Record]) -> dict[str, dict[str, int]]:
    """Top verdicts by what was planted."""
    found: dict[str, Counter] = {}
    for one in records:
        found.setdefault(_planted(one), Counter())[top(one)] += 1
    return {name: dict(found[name].most_common()) for name in sorted(found)}


def figures(records: Sequence[Record]) -> Record:
    """All figures, for all cases and for the two halves of the families."""
    without = harmless(records)
    counted = [one for one in records if one["case"] not in without]
    halves = {half: _half(counted, which) for half, which in HALVES.items()}
    return {
        "number": len(records),
        "harmless": sorted(without),
        "processor_seconds": sum(one["processor_seconds"] for one in records),
        "rates": {
            half: {name: rate(some, name) for name in RATES} for half, some in halves.items()
        },
        "confusion": {half: confusion(some) for half, some in halves.items()},
        "unknown": {
            what: _unknown([one for one in counted if _planted(one) == what]) for what in WITHOUT
        },
        "wrong": [one["case"] for one in counted if wrong(one)],
    }


def wrong(one: Record) -> bool:
    """Whether a case counts against any rate."""
    good = {"top_cause", "exact_pairs", "predicted"}
    return any(of(one) and counts(one) != (name in good)
               for name, (of, counts) in RATES.items() if name in TARGETS)  # fmt: skip


def text(result: Record) -> str:
    """The figures in lines."""
    lines = [f"{result['number']} cases, {result['processor_seconds'] / 60:.0f} min of processor"]
    if result.get("missing"):
        lines.append(f"not diagnosed yet: {len(result['missing'])}")
    if result.get("absent"):
        lines.append(f"left out, without real data: {', '.join(result['absent'])}")
    for name, (what, wanted, sense) in TARGETS.items():
        lines.append(f"{what} ({sense} {wanted:.0%}):")
        lines += [f"    {half}: {_told(rates[name])}" for half, rates in result["rates"].items()]
    for half, table in result["confusion"].items():
        lines += ["", f"what was planted, and the top verdict ({half}):"]
        lines += [
            f"    {planted}: " + ", ".join(f"{name} {n}" for name, n in row.items())
            for planted, row in table.items()
        ]
    lines += ["", *(_told_unknown(*one) for one in result["unknown"].items())]
    lines += ["", f"harmless, and not counted: {', '.join(result['harmless']) or 'none'}"]
    return "\n".join([*lines, f"not as wanted: {', '.join(result['wrong']) or 'none'}"])


def told(one: Record) -> str:
    """A case in a line."""
    harm = "" if one["harm"] is None else f"; harm {one['harm']:.2f}"
    seen = "" if one["follow_up"] is None else f", off by {distance(one):.3f}"
    mark = "NOT AS WANTED" if wrong(one) else "as wanted"
    return (
        f"{one['case']}: {', '.join(one['found'])} ({mark}{seen}{harm}; "
        f"{one['processor_seconds']:.1f} s)"
    )


def _unknown(records: Sequence[Record]) -> Record:
    """How many without a fault are told that the cause is not known, and how far PCA is below."""
    behind = [one["behind"] for one in records if "unknown" in one["found"]]
    ends = (min(behind), max(behind)) if behind else (None, None)
    return {"hits": len(behind), "of": len(records), "pca_below": ends}


def _told_unknown(what: str, one: Record) -> str:
    low, high = one["pca_below"]
    below = "" if low is None else f", PCA lower by {low:.0%} to {high:.0%} of null - floor"
    return f"unknown, of {what}: {one['hits']} of {one['of']}{below}"


def _planted(one: Record) -> str:
    return " + ".join(one["planted"]) or ("noise alone" if _noise(one) else "nothing")


def _noise(one: Record) -> bool:
    return one["kind"].startswith("noise")


def _half(records: Sequence[Record], looked_at: bool | None) -> list[Record]:
    return [one for one in records if looked_at is None or one["looked_at"] == looked_at]


def _told(one: Record) -> str:
    if not one["of"]:
        return "no case"
    share = one["hits"] / one["of"]
    return f"{one['hits']} of {one['of']} ({share:.1%}, {one['low']:.1%} to {one['high']:.1%})"
