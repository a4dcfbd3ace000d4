"""The audit of the settings: in the log with the expected active units, and as a table."""

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vaebio.training.audit import Plan

MARK = "!!"
"""Stands before what should probably be changed."""

WIDTH = 100


def lines(plan: "Plan") -> Iterator[str]:
    """The audit, line by line."""
    from vaebio.training.audit import remarks

    yield "Before training: what the settings mean with these data"
    found = remarks(plan)
    for remark in found:
        if not remark.suspicious:
            yield _wrapped(remark.sentence)
    if plan.betas:
        yield from _table(plan)
    marked = [remark for remark in found if remark.suspicious]
    yield from (_wrapped(remark.sentence, MARK) for remark in marked)
    if not marked:
        yield "   Nothing looks wrong."


def write(plan: "Plan", path: Path) -> None:
    """The sentences of the audit as a table, for the report."""
    from vaebio.files import whole
    from vaebio.training.audit import remarks
    from vaebio.training.store import write_rows

    with whole(path) as temporary:
        write_rows(temporary, [vars(remark) for remark in remarks(plan)])


def _wrapped(sentence: str, mark: str = "  ") -> str:
    indents = {"initial_indent": f"{mark} ", "subsequent_indent": "   "}
    return textwrap.fill(sentence, WIDTH, **indents, break_on_hyphens=False)


def _table(plan: "Plan") -> Iterator[str]:
    """Expected active units: a row for every beta, a column for every latent size."""
    values = plan.look.spectrum.leading
    some = ", ".join(f"{v:.3g}" for v in values[:5])
    yield f"   Largest eigenvalues of train: {some}{', ...' if len(values) > 5 else ''}"
    yield "   Expected active units (best linear VAE; hidden layers may do better):"
    names = [f"latent {plan.latents[0]}", *map(str, plan.latents[1:])]
    widths = [len(name) + 2 for name in names]
    yield f"   {'beta':>8}" + "".join(f"{n:>{w}}" for n, w in zip(names, widths, strict=True))
    for beta in plan.betas:
        units = [plan.units(beta, latent) for latent in plan.latents]
        cells = "".join(f"{u:>{w}}" for u, w in zip(units, widths, strict=True))
        yield f"{'  ' if any(units) else MARK} {f'{beta:g}':>8}{cells}"
