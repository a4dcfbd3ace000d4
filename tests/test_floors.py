"""A module imports from lower floors only, and the lower floors stay light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "vaebio"
FLOOR = {
    **dict.fromkeys(("settings", "configuration", "terms", "errors", "files"), 0),
    **dict.fromkeys(("data", "model", "metrics"), 1),
    "training": 2,
    **dict.fromkeys(("evaluation", "choosing", "diagnosis", "saved"), 3),
    "report": 4,
    "cli": 5,
    "workflow": 6,
}
WITHIN_GROUND = {"settings": 0, "terms": 0, "errors": 0, "files": 0, "configuration": 1}
"""The ground floor has a step: configuration reads files into the types of settings."""
LIGHT = {"model", "training"}
ALLOWED_IN_LIGHT = {"torch", "numpy", "scipy", "safetensors", "jaxtyping", "vaebio"}
FORBIDDEN_IN_REPORT = {"torch", "scanpy", "anndata"}

MODULES = sorted(p for p in PACKAGE.rglob("*.py") if p.name != "__init__.py" or p.parent != PACKAGE)


def imports(module, type_checking=False):
    """Dotted names a module imports, those under `if TYPE_CHECKING:` only when asked for."""
    found = []

    def visit(node):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            if not type_checking:
                return
        if isinstance(node, ast.Import):
            found.extend(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.append(node.module)
            found.extend(f"{node.module}.{alias.name}" for alias in node.names)
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(module.read_text()))
    return found


def home(module):
    return module.relative_to(PACKAGE).with_suffix("").parts[0]


def names(modules):
    return [str(m.relative_to(PACKAGE)) for m in modules]


@pytest.mark.parametrize("module", MODULES, ids=names(MODULES))
def test_imports_only_from_lower_floors(module):
    here = home(module)
    others = {n.split(".")[1] for n in imports(module) if n.startswith("vaebio.")}
    for other in others - {here, "__version__"}:
        both_on_ground = {here, other} <= set(WITHIN_GROUND)
        height = WITHIN_GROUND if both_on_ground else FLOOR
        assert height[other] < height[here], f"{module} imports {other}"


@pytest.mark.parametrize("part", sorted(LIGHT))
def test_model_and_training_need_torch_and_little_else(part):
    for module in (PACKAGE / part).glob("*.py"):
        tops = {name.split(".")[0] for name in imports(module)}
        unknown = tops - ALLOWED_IN_LIGHT - set(sys.stdlib_module_names)
        assert not unknown, f"{module} imports {unknown}"


def test_the_report_imports_no_heavy_library():
    for module in (PACKAGE / "report").glob("*.py"):
        tops = {name.split(".")[0] for name in imports(module)}
        assert not tops & FORBIDDEN_IN_REPORT, module


def test_every_module_stands_on_a_floor():
    assert {home(m) for m in MODULES} <= set(FLOOR)


def loaded_after(statement):
    code = f"import sys; {statement}; print(*sorted({{m.split('.')[0] for m in sys.modules}}))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "from vaebio.cli.main import parser; parser()",
        "import vaebio.workflow",
    ],
)
def test_help_and_planning_load_no_heavy_library(statement):
    """`vaebio --help` and `snakemake -n` must answer at once."""
    heavy = {"torch", "scanpy", "anndata", "pandas", "sklearn", "plotly"}
    assert not loaded_after(statement) & heavy


def test_model_and_training_run_where_there_is_no_scanpy_and_no_pydantic():
    absent = ("scanpy", "anndata", "pandas", "pydantic", "sklearn", "yaml")
    block = f"sys.modules.update(dict.fromkeys({absent!r}))"
    modules = "vaebio.training.fit, vaebio.training.store, vaebio.training.encode"
    assert "torch" in loaded_after(f"{block}; import {modules}")
