"""Probes in a few words, for sentences and figures."""

from vaebio.diagnosis.probe import FACTORS, read_word

SHORT = {
    "as_is": "the member itself",
    "factorial": "trained anew",
    "refined_posterior": "refined posterior",
    "learning_rate_low": "learning rate ÷ 10",
    "learning_rate_high": "learning rate × 3",
    "longer": "twice the epochs",
    "beta_higher": "beta × 10",
    "simpler": "no hidden layers",
    "rescaled": "rescaled features",
    "measured_rescaled": "itself, rescaled",
}
"""Kinds of probes."""


def named(probe: str) -> str:
    """A probe in a few words.

    Examples
    --------
    >>> named("factorial:"), named("factorial:encoder+beta"), named("longer")
    ('trained anew', 'relaxed: encoder, beta', 'twice the epochs')
    >>> named("longer:encoder+decoder+latent+beta")
    'twice the epochs, all relaxed'
    """
    kind, relaxed = read_word(probe)
    if not relaxed:
        return SHORT[kind]
    every = len(relaxed) == len(FACTORS)
    factors = "all" if every else ", ".join(f for f in FACTORS if f in relaxed)
    if kind == "factorial":
        return f"relaxed: {factors}"
    return f"{SHORT[kind]}, {factors} relaxed"
