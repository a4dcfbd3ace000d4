import pytest

from tests.report.diagnosed import write_diagnosis
from vaebio.report import page
from vaebio.report.frontier_views import frontier
from vaebio.report.grid_views import grid


@pytest.fixture(scope="session")
def small(results_folder, read_folder, tmp_path_factory):
    """2 betas x 2 latents x 3 seeds, one member diverged."""
    folder = tmp_path_factory.mktemp("small")
    return read_folder(
        results_folder(folder, betas=(0.3, 3.0), latents=(2, 8), epochs=30, diverged=("k2-b3-s1",))
    )


@pytest.fixture(scope="session")
def small_page(small):
    """The whole page of those."""
    return page.render(small)


@pytest.fixture(scope="session")
def alone(results_folder, read_folder, tmp_path_factory):
    """One member, without a label."""
    folder = tmp_path_factory.mktemp("alone")
    return read_folder(
        results_folder(folder, betas=(1.0,), latents=(8,), seeds=(0,), epochs=30, labels=False)
    )


@pytest.fixture(scope="session")
def diagnose(results_folder, read_folder, tmp_path_factory):
    """Maker of results with a diagnosis: of the recommended combination, unless told otherwise."""

    def make(name="recommended", **more):
        folder = tmp_path_factory.mktemp("diagnosed")
        results_folder(folder, betas=(0.3, 3.0), latents=(2, 8), epochs=30)
        plain = read_folder(folder)
        if name == "recommended":
            name = plain.choices.set_index("choice")["combination"][name]
        write_diagnosis(folder, name, list(plain.members["member"][:2]), **more)
        return read_folder(folder)

    return make


@pytest.fixture(scope="session")
def diagnosed(diagnose):
    """2 betas x 2 latents x 3 seeds, the recommended combination diagnosed."""
    return diagnose()


VARIANTS = (("128", "128", "gaussian"), ("128", "128", "nb"), ("256-128", "128", "gaussian"))


@pytest.fixture(scope="session")
def several_folder(results_folder, tmp_path_factory):
    """Three models with 2 betas x 2 latents x 3 seeds each, a member of the second diverged."""
    return results_folder(
        tmp_path_factory.mktemp("several"),
        betas=(0.3, 3.0),
        latents=(2, 8),
        epochs=30,
        diverged=("nb-k2-b3-s1",),
        variants=VARIANTS,
    )


@pytest.fixture(scope="session")
def several(several_folder, read_folder):
    """The results of three models; each is better than the one before it."""
    return read_folder(several_folder)


@pytest.fixture(scope="session")
def several_plots(several):
    """The frames of those results that have a choice of the model, by the function that makes."""
    return {make: make(several) for make in (grid, frontier)}
