"""The page of one data set: which sections there are, and what stands in them."""

from typing import Any

from vaebio.report import (
    answer,
    comparison,
    curves,
    data_facts,
    downstream_views,
    feature_views,
    limits,
    methods,
    methods_data,
)
from vaebio.report.before import audit
from vaebio.report.chosen import lines as chosen_lines
from vaebio.report.chosen import recommended
from vaebio.report.colours import dark_for
from vaebio.report.difference_views import differences
from vaebio.report.frontier_views import frontier
from vaebio.report.grid_views import grid
from vaebio.report.listing import listing
from vaebio.report.rate_views import active, parts
from vaebio.report.read import Results
from vaebio.report.references import Citations, entries, formatted
from vaebio.report.render import page
from vaebio.report.sized import meanings
from vaebio.report.stability_views import stability
from vaebio.report.timing import total
from vaebio.report.unit_views import units
from vaebio.report.views import Plot, answer_plot
from vaebio.report.why import why

SECTIONS = {
    "answer": "Answer",
    "grid": "Grid",
    "frontier": "Frontier",
    "why": "Why",
    "chosen": "Choices",
    "audit": "Before training",
    "curves": "Learning curves",
    "latent": "Latent space",
    "downstream": "Downstream",
    "features": "Features",
    "members": "Members",
    "data": "Data",
    "methods": "Methods",
}
LATENT = ("units", "active", "parts", "stability")
"""Figures of the latent space, in their order."""


def render(results: Results) -> str:
    """The whole page as HTML; a section without data is not there."""
    plots = _plots(results)
    further = {"downstream": downstream_views.plots(results)}
    further["features"] = feature_views.plots(results)
    curved, audited = len(results.history) > 0, len(results.audit) > 0
    present = {"answer", "members", "data", "methods", *plots}
    chosen, latent = chosen_lines(results), [name for name in LATENT if name in plots]
    there = {"curves": curved, "audit": audited, "latent": latent} | further
    there["chosen"] = chosen or "differences" in plots
    there["why"] = diagnosis = why(results)
    present |= {key for key, something in there.items() if something}
    context = {
        "chosen": chosen,
        "why": diagnosis,
        "latent_plots": latent,
        "sections": {key: title for key, title in SECTIONS.items() if key in present},
        "plots": plots,
        "further": further,
        "audit": audit(results),
        "curves": curves.data(results) if curved else None,
        "curves_rule": curves.rule(results),
        "curves_shading": curves.shading(results.config.train),
        "models": results.variants if len(results.variants) > 1 else [],
        "curves_digits": curves.DIGITS,
        "listing": listing(results),
        "baselines": meanings(results),
        "dark": dark_for(list(results.members["beta"]), list(results.members["latent"])),
    }
    texts = (_answer(results), _data(results), _methods(results, Citations()))
    return page(
        "page.html", context | {key: value for text in texts for key, value in text.items()}
    )


def _plots(results: Results) -> dict[str, Plot]:
    """The figures that have something to show."""
    made = {
        "answer": answer_plot(results, recommended(results)),
        "grid": grid(results),
        "frontier": frontier(results),
        "differences": differences(results),
        "units": units(results),
        "active": active(results),
        "parts": parts(results),
        "stability": stability(results),
    }
    return {name: plot for name, plot in made.items() if plot.views}


def _answer(results: Results) -> dict[str, Any]:
    """Title and sentences."""
    words = results.config.report
    return {
        "title": words.title or results.prepared["name"],
        "words": words,
        "size": answer.size(results),
        "sentences": answer.sentences(results),
        "notes": answer.notes(results),
        "limits": limits.limits(results),
        "unmeasured": limits.unmeasured(results),
        "density_limit": comparison.density_limit(results),
    }


def _data(results: Results) -> dict[str, Any]:
    """What came in, in words."""
    prepared = results.prepared
    return {
        "prepared": prepared,
        "values": methods_data.VALUES[prepared["kind"]],
        "facts": data_facts.facts(results),
        "sources": {key: prepared[key] for key in ("matrix", "annotation") if prepared[key]},
    }


def _methods(results: Results, citations: Citations) -> dict[str, Any]:
    """The last section; citations are numbered in the order of its text."""
    paragraphs = methods.paragraphs(results, citations)
    glossary = methods.glossary(results, citations)
    return {
        "paragraphs": paragraphs,
        "glossary": glossary,
        "references": [formatted(key) for key in citations.keys],
        "bibtex": "\n\n".join(entries()[key]["bibtex"] for key in citations.keys),
        "settings": results.settings,
        "versions": methods.versions(),
        "timing": results.timing,
        "timing_total": total(results.timing),
    }
