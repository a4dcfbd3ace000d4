"""How the models were made, in words: architectures, likelihoods, the price of the rate."""

from vaebio.report.methods_data import has_missing
from vaebio.report.numbers import listed, plural
from vaebio.report.read import Results
from vaebio.report.references import Citations
from vaebio.report.variants import varying
from vaebio.settings import Config

COUNTS = ("nb", "zinb", "poisson")


def paragraph(results: Results, citations: Citations) -> str:
    """Architectures, likelihoods and loss."""
    sentences = [
        _grid(results, citations),
        *_architecture(results, citations),
        *_likelihoods(results, citations),
        _loss(results.config, citations),
        _filled_in(results),
    ]
    return " ".join(filter(None, sentences))


def likelihoods(results: Results) -> list[str]:
    """The likelihoods that ran, in the order of the table."""
    return list(dict.fromkeys(results.members["likelihood"]))


def _grid(results: Results, citations: Citations) -> str:
    grid, members = results.config.grid, results.members
    axes = [f"{members[column].nunique()} {column}s" for column in varying(members)]
    betas = tuple(beta for beta in grid.betas if beta)
    axes += [
        f"{plural(len(betas), 'beta')} ({numbers(betas)})",
        f"{plural(len(grid.latents), 'latent size')} ({numbers(grid.latents)})",
        plural(len(grid.seeds), "seed"),
    ]
    return (
        f"Variational autoencoders {citations.cite('kingma2014')} with a weighted rate "
        f"{citations.cite('higgins2017')} were trained for every combination of {listed(axes)}."
    )


def _architecture(results: Results, citations: Citations) -> list[str]:
    model = results.config.model
    encoders, decoders = (
        list(dict.fromkeys(results.members[part])) for part in ("encoder", "decoder")
    )
    joined = "; the decoder had" if len(encoders) > 1 else " and the decoder"
    text = f"The encoder had {_shapes(encoders)}{joined} {_shapes(decoders)}"
    hidden = {*encoders, *decoders} != {"linear"}
    if hidden:
        text += f", with {model.activation} activations"
    if hidden and model.normalisation == "layer":
        text += f" after layer normalisation {citations.cite('ba2016')}"
    lines = [f"{text}. The encoder saw the scaled values."]
    if hidden and model.dropout:
        share, cited = f"{100 * model.dropout:g} %", citations.cite("srivastava2014")
        lines.append(f"In training {share} of the hidden units were left out at random {cited}.")
    if model.batch:
        lines.append(
            f"Encoder and decoder were told the technical batch ({results.prepared['batch']}) as a "
            f"one-hot covariate {citations.cite('lopez2018')}."
        )
    return lines


def _likelihoods(results: Results, citations: Citations) -> list[str]:
    found = likelihoods(results)
    lines = [_SAID[name](results.config, citations) for name in found]
    if set(found) & set(COUNTS):
        lines.append(
            "The expected count of a feature was the exponential of the decoder's output times the "
            "observation's size factor: its total over the common target total."
        )
    return lines


def _gaussian(config: Config, citations: Citations) -> str:
    said = "The gaussian likelihood is that of the scaled values, with a standard deviation "
    if config.model.sigma == "unit":
        return f"{said}σ = 1."
    cited = citations.cite("rybkin2021")
    if config.model.sigma == "shared":
        return f"{said}σ that each member learned, one for all features {cited}."
    return f"{said}σ that each member learned for every feature {cited}."


def _nb(config: Config, citations: Citations) -> str:
    return (
        "The likelihood nb is a negative binomial distribution of the counts with an inverse "
        f"dispersion learned for every feature {citations.cite('lopez2018')}."
    )


def _zinb(config: Config, citations: Citations) -> str:
    return (
        "The likelihood zinb is a negative binomial distribution of the counts with an inverse "
        "dispersion learned for every feature and a probability of further zeros, whose logits "
        f"are a second output of the decoder {citations.cite('lopez2018')}."
    )


def _poisson(config: Config, citations: Citations) -> str:
    return "The likelihood poisson is a Poisson distribution of the counts."


def _bernoulli(config: Config, citations: Citations) -> str:
    return (
        "The likelihood bernoulli is that of the values in [0, 1] before scaling; for values "
        "between 0 and 1 it is the cross-entropy."
    )


_SAID = {
    "gaussian": _gaussian,
    "nb": _nb,
    "zinb": _zinb,
    "poisson": _poisson,
    "bernoulli": _bernoulli,
}


def _loss(config: Config, citations: Citations) -> str:
    train, summed = config.train, "in nats, summed over features and latent units"
    if train.capacity is not None:
        return (
            "The loss of a minibatch was distortion + beta × |rate − capacity| "
            f"{citations.cite('burgess2018')}, {summed} and averaged over observations, with a "
            f"capacity of {train.capacity:g} nats."
        )
    text = (
        f"The loss of an observation was distortion + beta × rate, both {summed}, without "
        "rescaling."
    )
    if train.free_bits:
        text += (
            f" Every latent unit could carry {train.free_bits:g} nats, as the mean over a "
            f"minibatch, without a cost (free bits) {citations.cite('kingma2016')}."
        )
    return text


def _filled_in(results: Results) -> str:
    """Whether values that were filled in had a part in the loss."""
    if not has_missing(results):
        return ""
    if results.config.train.ignore_imputed:
        return "Values that were filled in reached the encoder but had no part in the distortion."
    return "Values that were filled in were reconstructed in training like those measured."


def _shapes(parts: list[str]) -> str:
    """Hidden widths of one part, or of each that was compared."""
    return listed([_layers(part) for part in parts], last="or")


def _layers(part: str) -> str:
    if part == "linear":
        return "no hidden layer (linear)"
    widths = part.replace("x", "-").split("-")
    layers = "one hidden layer" if len(widths) == 1 else f"{len(widths)} hidden layers"
    return f"{layers} of {listed(widths)} units"


def numbers(values: tuple[float, ...]) -> str:
    """Values of an axis of the grid, as the settings have them."""
    return ", ".join(f"{value:g}" for value in values)
