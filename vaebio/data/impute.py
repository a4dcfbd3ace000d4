"""Missing values filled in with what was learned on train.

A feature without any value on train cannot be filled: the caller drops those that `unobserved`
names, and `learn` refuses them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from vaebio.errors import VaebioError, did_you_mean

METHODS = ("none", "median", "knn", "half_minimum")
NEIGHBOURS = 5


@dataclass(frozen=True, eq=False)
class Nothing:
    """Fills nothing, and refuses values that are missing."""

    method = "none"

    def fill(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The (observation, feature) values themselves, and a mask of the same shape, all False.

        Raises
        ------
        VaebioError
            When a value is missing.
        """
        missing = np.isnan(values)
        if missing.any():
            row, column = np.unravel_index(np.argmax(missing), missing.shape)
            raise VaebioError(
                found=f"{np.count_nonzero(missing):,} missing values, the first in observation "
                f"{row + 1:,}, feature {column + 1:,}",
                expected="a number everywhere, as nothing is to be filled in",
                hint="choose a method to fill them in, or drop the features or observations "
                "with them",
            )
        return values, missing

    def to_dict(self) -> dict[str, Any]:
        """Plain content for `from_dict`."""
        return {"method": self.method}


@dataclass(frozen=True, eq=False)
class Constant:
    """Fills with one number of each feature.

    Parameters
    ----------
    method
        "median" or "half_minimum".
    value
        (feature,) float64.
    """

    method: str
    value: np.ndarray

    def fill(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(observation, feature) values without NaN in their own type, and where it was."""
        missing = np.isnan(values)
        return np.where(missing, self.value.astype(values.dtype), values), missing

    def to_dict(self) -> dict[str, Any]:
        """Plain content for `from_dict`."""
        return {"method": self.method, "value": self.value}


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Fills with the mean of the nearest train observations that have the feature.

    Near by the Euclidean distance over what two observations both have [troyanskaya2001]. The
    train values are the learned constant: 4 bytes for each of them go wherever the model goes.
    Time grows with the observations to fill times those of train.

    Parameters
    ----------
    train
        (observation, feature) float32, with NaN.
    neighbours
        Number of train observations.
    """

    train: np.ndarray
    neighbours: int = NEIGHBOURS
    method = "knn"

    def fill(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(observation, feature) values without NaN in their own type, and where it was."""
        from sklearn.impute import KNNImputer

        missing = np.isnan(values)
        if not missing.any():
            return values, missing
        # Distances of large numbers that are alike need more digits than float32 has.
        imputer = KNNImputer(n_neighbors=self.neighbours).fit(self.train.astype(np.float64))
        guess = imputer.transform(values.astype(np.float64))
        return np.where(missing, guess.astype(values.dtype), values), missing

    def to_dict(self) -> dict[str, Any]:
        """Plain content for `from_dict`."""
        return {"method": self.method, "train": self.train, "neighbours": self.neighbours}


Imputation = Nothing | Constant | Neighbours


def learn(
    method: str,
    train: np.ndarray,
    *,
    scale: Literal["original", "log2"] = "original",
    neighbours: int = NEIGHBOURS,
) -> Imputation:
    """What fills missing values, learned from the train split.

    Parameters
    ----------
    method
        "none"; "median" of the feature; "knn", the mean of the nearest observations;
        "half_minimum", half of the feature's smallest intensity, for what is missing because it
        lies below what an instrument detects.
    train
        (observation, feature) values with NaN; every feature has a value, but for "none".
    scale
        Of the values: half of an intensity is its logarithm less 1.
    neighbours
        For "knn".

    Raises
    ------
    VaebioError
        For an unknown method, a feature without a value, and half of a negative minimum.
    """
    if method not in METHODS:
        raise VaebioError(
            found=f"the method `{method}` to fill missing values",
            expected=f"one of {', '.join(METHODS)}",
            hint=did_you_mean(method, METHODS, "choose `median`"),
        )
    if method == "none":
        return Nothing()
    _refuse_unobserved(train)
    if method == "knn":
        return Neighbours(train.astype(np.float32), neighbours)
    if method == "median":
        return Constant(method, np.nanmedian(train.astype(np.float64), axis=0))
    return Constant(method, _half_minimum(train.astype(np.float64), scale))


def from_dict(content: Mapping[str, Any]) -> Imputation:
    """Inverse of the `to_dict` of each; arrays may come as lists."""
    method = str(content["method"])
    if method == "none":
        return Nothing()
    if method == "knn":
        return Neighbours(np.asarray(content["train"], np.float32), int(content["neighbours"]))
    return Constant(method, np.asarray(content["value"], np.float64))


def unobserved(train: np.ndarray) -> np.ndarray:
    """(feature,) whether a feature has no value in any of the (observation, feature) train ones."""
    return np.isnan(train).all(axis=0)


def _half_minimum(train: np.ndarray, scale: str) -> np.ndarray:
    minimum = np.nanmin(train, axis=0)
    if scale == "log2":
        return minimum - 1
    if minimum.min() < 0:
        raise VaebioError(
            found=f"a smallest train value of {minimum.min():g} in feature "
            f"{np.argmin(minimum) + 1:,}, of which half is no smaller",
            expected="intensities, which are never negative, for the method `half_minimum`",
            hint="choose `median` or `knn`",
        )
    return minimum / 2


def _refuse_unobserved(train: np.ndarray) -> None:
    absent = np.flatnonzero(unobserved(train))
    if len(absent):
        raise VaebioError(
            found=f"{len(absent):,} features without a value in any train observation, the first "
            f"is feature {absent[0] + 1:,}",
            expected="a value to learn from in every feature",
            hint="drop these features",
        )
