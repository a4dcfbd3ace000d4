"""What every likelihood can say."""

from typing import Literal, Protocol, runtime_checkable

from torch import Tensor

from vaebio.model.minibatch import Minibatch

Target = Literal["scaled", "counts", "fractions"]


@runtime_checkable
class Likelihood(Protocol):
    """Distribution of a feature given the latents.

    `linear` are the maps named in `maps`, each of shape (member, observation, feature); `learned`
    the parameters beside them, each of shape (member, feature) or (member, 1).
    """

    target: Target
    """What it is a density of: scaled values, counts, or values in [0, 1] before scaling."""
    maps: tuple[str, ...]
    """Linear maps of the last hidden layer; the first is that of the expectation."""

    def learned(self, features: int) -> dict[str, int]:
        """Size of each parameter beside the maps; all start at 0."""

    def intercept(self, mean: Tensor) -> Tensor:
        """(feature,) bias of the first map that expects the train mean of target over size."""

    def distortion(
        self, linear: tuple[Tensor, ...], learned: dict[str, Tensor], seen: Minibatch
    ) -> Tensor:
        """-log p(x|z) in nats, summed over features, shape (member, observation)."""

    def expected(
        self, linear: tuple[Tensor, ...], learned: dict[str, Tensor], log_size: Tensor | None
    ) -> Tensor:
        """Expectation of an observation's values, shape (member, observation, feature).

        Of the scaled values where the target is those; else of the values before scaling, which
        for counts are log(1 + normalised count).
        """

    def start(self, name: str, bias: Tensor, learned: dict[str, Tensor], seen: Minibatch) -> Tensor:
        """The array to which a map's product is added before `gradient`.

        A fresh array of shape (member, observation, feature): the bias with what else has to be
        added, so that no pass over the largest array is spent on it.
        """

    def gradient(
        self, arrays: list[Tensor], learned: dict[str, Tensor], seen: Minibatch
    ) -> tuple[list[Tensor], dict[str, Tensor]]:
        """Gradient of the distortion in each map, and summed over observations in `learned`.

        Parameters
        ----------
        arrays
            What `start` gave with the products added; their memory may be used again.
        """
