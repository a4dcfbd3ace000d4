import pytest
import yaml
from pydantic import ValidationError

from vaebio.settings import Diagnose, Settings, as_yaml


def fields(model):
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Settings):
            yield from fields(field.annotation)
        else:
            yield f"{model.__name__}.{name}", field


@pytest.mark.parametrize(("name", "field"), [*fields(Diagnose)])
def test_every_key_is_described(name, field):
    assert field.description.endswith("."), name


def test_the_section_is_written_and_read_back():
    content = yaml.safe_load(as_yaml({"diagnose": Diagnose()}))
    assert Diagnose.model_validate(content["diagnose"]) == Diagnose()


@pytest.mark.parametrize(
    "wrong",
    [
        {"verdict": {"gain": 0}},
        {"verdict": {"gain": 1.0}},
        {"verdict": {"confidence": 0.3}},
        {"symptoms": {"confidence": 0.05}},
        {"symptoms": {"shortest": 3}},
        {"symptoms": {"rate": -1}},
        {"verdict": {"gains": 0.1}},
    ],
)
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(ValidationError):
        Diagnose.model_validate(wrong)
