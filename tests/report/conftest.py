import pytest


@pytest.fixture(scope="session")
def small(results_folder, read_folder, tmp_path_factory):
    """2 betas x 2 latents x 3 seeds, one member diverged."""
    folder = tmp_path_factory.mktemp("small")
    return read_folder(
        results_folder(folder, betas=(0.3, 3.0), latents=(2, 8), epochs=30, diverged=("k2-b3-s1",))
    )


@pytest.fixture(scope="session")
def alone(results_folder, read_folder, tmp_path_factory):
    """One member, without a label."""
    folder = tmp_path_factory.mktemp("alone")
    return read_folder(
        results_folder(folder, betas=(1.0,), latents=(8,), seeds=(0,), epochs=30, labels=False)
    )
