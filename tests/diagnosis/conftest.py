"""A bench with little data, and members on it."""

import numpy as np
import pytest
import torch

from vaebio.diagnosis.bench import Bench, Trial
from vaebio.model.vae import Architecture
from vaebio.settings import Train
from vaebio.training.grid import Member
from vaebio.training.inputs import Inputs

PARTS = {"train": (0, 60), "validation": (60, 90), "test": (90, 130)}
TRAINING = Train(epochs=4, warmup=2, minibatch=16, checkpoint=600).model_dump(mode="json")


def values(seed=0, features=9, factors=2):
    rng = np.random.default_rng(seed)
    signal = rng.normal(size=(130, factors)) @ rng.normal(size=(factors, features))
    return (signal + 0.5 * rng.normal(size=signal.shape)).astype(np.float32)


def split(x, **more):
    train = x[slice(*PARTS["train"])]
    whole = Inputs(x, train.mean(0), train.std(0), None, **more)
    return {name: whole.take(np.arange(*ends)) for name, ends in PARTS.items()}


@pytest.fixture
def said():
    return []


@pytest.fixture
def make_bench(tmp_path, said):
    def make(x=None, folder="store", **more):
        data = split(values() if x is None else x, **more)
        return Bench(tmp_path / folder, data, "{}", torch.device("cpu"), 10**9, said.append)

    return make


@pytest.fixture
def trial():
    return Trial(Member(1.0, 2, 0), Architecture(9, (6,), (5,)), TRAINING)
