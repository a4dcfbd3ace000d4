"""Colours with one meaning on the whole page, for light and dark.

Betas run from amber over magenta to indigo, latent sizes from pale to deep teal; both change in
lightness as well, so they keep their order without colour vision. Models have no order: their
colours differ in hue and lightness, and repeat after the last. Baselines are neutral: PCA in ink,
null in grey, the deterministic autoencoder in slate, the noise floor in olive; NMF, scVI and the
controls are muted too. Figures are made in the light colours; the page swaps them for the dark
ones. The parts of a diagnosed error have a colour each.
"""

from collections.abc import Sequence
from typing import TypeVar

Key = TypeVar("Key", int, float)

INK, MUTED, LINES, PAPER, SHADE = "#20242c", "#667085", "#e3e6eb", "#ffffff", "#f1f3f6"
NULL, PCA, MEMBER = "#8a919e", "#20252d", "#2a5f9e"
AE, FLOOR = "#5a6b82", "#5f7328"
NMF, SCVI, CONTROL = "#7d6f5c", "#75597d", "#8d8179"
MARK = "#b42318"
DARK = {
    INK: "#e7eaf0",
    MUTED: "#9aa4b5",
    LINES: "#2e3541",
    PAPER: "#14171c",
    SHADE: "#1d222a",
    NULL: "#868e9c",
    PCA: "#e6e9ef",
    MEMBER: "#9cc8f7",
    AE: "#b3c2d8",
    FLOOR: "#b9cc7c",
    NMF: "#cdbda6",
    SCVI: "#cfb2d8",
    CONTROL: "#a89b92",
    MARK: "#ff8a7a",
}
BETAS = ("#e8913a", "#c8377c", "#41268c"), ("#ffb25e", "#f070a8", "#9d8bff")
LATENTS = ("#74bdae", "#26857d", "#0b3f46"), ("#3f8f86", "#74c9ba", "#d6f6ee")
MODELS = (
    ("#1b66b0", "#c8641e", "#3a9a63", "#7b3fa0", "#b5952a", "#4d5767"),
    ("#6fb0f0", "#f2a267", "#7fd6a5", "#c79bec", "#e9cf6f", "#b9c2d0"),
)
PARTS = {
    "null": NULL,
    "explained": MEMBER,
    "encoder": "#8a4fb0",
    "decoder": "#c06a2b",
    "latent": "#1f8a7d",
    "beta": "#bf3f7a",
    "optimiser": "#a88a1f",
    "generalisation": "#4a6fa8",
    "unexplained": "#b3bac5",
    "noise_floor": FLOOR,
}
"""Parts of the error of a diagnosed member."""
DARK |= {
    "#8a4fb0": "#c59ae0",
    "#c06a2b": "#eda06a",
    "#1f8a7d": "#63cabd",
    "#bf3f7a": "#ee86b4",
    "#a88a1f": "#e0c45f",
    "#4a6fa8": "#8fb2ea",
    "#b3bac5": "#5a6472",
}
VALUES = ("#f4f8fc", "#bcd5ef", "#7aaee4"), ("#1a212c", "#274464", "#3468a6")


def beta_colours(betas: Sequence[float]) -> dict[float, str]:
    """Light colours of the betas, low to high."""
    return _assigned(sorted(set(betas)), BETAS[0])


def latent_colours(latents: Sequence[int]) -> dict[int, str]:
    """Light colours of the latent sizes, small to large."""
    return _assigned(sorted(set(latents)), LATENTS[0])


def model_colours(models: Sequence[str]) -> dict[str, str]:
    """Light colours of the models, in the order of the table."""
    return {model: MODELS[0][i % len(MODELS[0])] for i, model in enumerate(models)}


def value_scale(reverse: bool = False) -> list[list[float | str]]:
    """Colour scale of a heat map; the deep end is high, or low when reversed."""
    stops = VALUES[0][::-1] if reverse else VALUES[0]
    return [[i / (len(stops) - 1), colour] for i, colour in enumerate(stops)]


def dark_for(betas: Sequence[float], latents: Sequence[int]) -> dict[str, str]:
    """The dark colour for every light one that the page's figures use."""
    pairs = DARK | dict(zip(*VALUES, strict=True)) | dict(zip(*MODELS, strict=True))
    for keys, (light, dark) in ((betas, BETAS), (latents, LATENTS)):
        number = len(set(keys))
        pairs |= zip(_ramp(number, light), _ramp(number, dark), strict=True)
    return pairs


def _assigned(keys: Sequence[Key], stops: Sequence[str]) -> dict[Key, str]:
    return dict(zip(keys, _ramp(len(keys), stops), strict=True))


def _ramp(number: int, stops: Sequence[str]) -> list[str]:
    """`number` colours evenly along the stops; a single one is the middle."""
    if number == 1:
        return [_between(stops, 0.5)]
    return [_between(stops, i / (number - 1)) for i in range(number)]


def _between(stops: Sequence[str], position: float) -> str:
    place = position * (len(stops) - 1)
    first = min(int(place), len(stops) - 2)
    low, high = (_channels(stops[first + i]) for i in (0, 1))
    share = place - first
    mixed = [round(a + share * (b - a)) for a, b in zip(low, high, strict=True)]
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def _channels(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
