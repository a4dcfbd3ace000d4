"""How it was done: paragraphs ready to paste, versions, and the words of the measures."""

import platform
import re
from importlib.metadata import PackageNotFoundError, version

from vaebio.report import (
    methods_choosing,
    methods_data,
    methods_diagnosis,
    methods_downstream,
    methods_information,
    methods_integration,
    methods_model,
    methods_training,
)
from vaebio.report.numbers import listed, rounded
from vaebio.report.read import Results
from vaebio.report.references import Citations
from vaebio.report.seeds import baseline, comparable, measured
from vaebio.report.sized import meanings
from vaebio.terms import MEASURES, NOISE_FLOOR
from vaebio.terms.choosing import STABILITY

SOURCE = re.compile(r"{(\w+)}")
"""Place of a source in a text."""
PACKAGES = ("vaebio", "torch", "scanpy", "anndata", "scikit-learn", "numpy", "snakemake")


def paragraphs(results: Results, citations: Citations) -> list[str]:
    """What was done with the data, the models and the measures, from the settings that ran."""
    parts = (
        methods_data.paragraph(results, citations),
        methods_model.paragraph(results, citations),
        methods_training.paragraph(results, citations),
        _evaluation(results, citations),
        _downstream(results, citations),
        methods_choosing.paragraph(results, citations),
        methods_diagnosis.paragraph(results, citations),
        _software(citations),
    )
    return [part for part in parts if part]


def versions() -> dict[str, str]:
    """Versions of what matters, in the environment that makes the page."""
    found = {name: _version(name) for name in PACKAGES}
    return found | {"Python": platform.python_version()}


def glossary(results: Results, citations: Citations) -> list[dict[str, str]]:
    """Name, unit, meaning and source of every measure that the page shows."""
    between = results.stability.loc[results.stability["value"].notna(), "measure"]
    shown = [MEASURES[name] for name in comparable(results)]
    shown += [measure for measure in STABILITY if measure.name in set(between)]
    return [
        {
            "label": measure.label,
            "unit": measure.unit,
            "better": measure.better,
            "meaning": measure.meaning,
            "source": citations.cite(measure.source) if measure.source else "",
        }
        for measure in shown
    ]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _evaluation(results: Results, citations: Citations) -> str:
    found, threshold = set(measured(results)), results.config.evaluate.active_threshold
    text = [
        "Members and baselines were measured on the same split; latents are posterior means. The "
        "baselines are the train mean (null) and PCA fitted on train with as many components as "
        f"latent units{_further(results, citations)}. Rate and distortion "
        f"{citations.cite('alemi2018')} are never weighted by beta; the distortion is that of one "
        "sample of the posterior."
    ]
    text += _of_measured_values(results)
    text += _scaled_again(results) + _noise_floor(results)
    if "active_units" in found:
        text.append(
            "A unit is active when the variance of its posterior mean over observations is above "
            f"{threshold:g} {citations.cite('burda2016')}."
        )
    text += methods_information.sentences(results, found, citations)
    text.append(
        "A value ± another is a mean and standard deviation over seeds. Intervals over seeds are "
        "95 % t intervals, paired by seed between members."
    )
    return " ".join(text)


def _downstream(results: Results, citations: Citations) -> str:
    found = set(measured(results))
    text = methods_downstream.sentences(results, found, citations)
    return " ".join(text + methods_integration.sentences(results, found, citations))


def _further(results: Results, citations: Citations) -> str:
    """The other baselines that were measured."""
    said = {
        "NMF": "NMF with as many factors {lee1999}, of the values before centring over each "
        "feature's scale",
        "AE": "a deterministic autoencoder (beta 0, nothing sampled) of each architecture, latent "
        "size and seed, trained like the others for its distortion alone",
        "scVI": "scVI {lopez2018} by scvi-tools with its own defaults",
    }
    told = [said[word] for word in meanings(results) if word in said]
    return "".join(f"; {SOURCE.sub(lambda key: citations.cite(key[1]), text)}" for text in told)


def _of_measured_values(results: Results) -> list[str]:
    """What values that were filled in are to members and baselines."""
    if not methods_data.has_missing(results):
        return []
    return [
        "Errors, distortions and all that is made of them are over the values that were measured; "
        "values that were filled in have no part in them. The encoders saw them, and the "
        "baselines the train mean in their place, when they were fitted as when they were measured."
    ]


def _noise_floor(results: Results) -> list[str]:
    """The floor that explained fractions are made with, and how it was estimated."""
    floor = baseline(results, NOISE_FLOOR, "mse", "test")
    if floor is None:
        return []
    half = (floor.high - floor.low) / 2
    return [f"The noise floor of test ({rounded(floor.value, half)}) is the {floor.reason}."]


def _scaled_again(results: Results) -> list[str]:
    """How the squared error comes into the same space for every likelihood."""
    found, lines = set(methods_model.likelihoods(results)), []
    if found & set(methods_model.COUNTS):
        lines.append(
            "The MSE of likelihoods of counts is that of the expected counts, brought through the "
            "same normalisation, log1p and scaling as the data."
        )
    if "bernoulli" in found:
        lines.append(
            "The MSE of the bernoulli likelihood is that of the expected values, scaled as the "
            "data were."
        )
    return lines


def _software(citations: Citations) -> str:
    found = versions()
    sources = {
        "torch": ("PyTorch", "paszke2019"),
        "scanpy": ("scanpy", "wolf2018"),
        "anndata": ("anndata", "virshup2024"),
        "scikit-learn": ("scikit-learn", "pedregosa2011"),
        "snakemake": ("Snakemake", "molder2021"),
    }
    named = [f"{w} {found[p]} {citations.cite(k)}" for p, (w, k) in sources.items()]
    return f"Made with vaebio {found['vaebio']}, {listed(named)}, in Python {found['Python']}."
