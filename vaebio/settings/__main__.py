"""Write the generated files: `python -m vaebio.settings`, called by `make settings`."""

from pathlib import Path

from vaebio.settings import Config, Dataset, commented_yaml, json_schema


def main() -> None:
    """Write the generated files: `python -m vaebio.settings`, called by `make settings`."""
    schemas = Path("workflow/schemas")
    Path("config/config.yaml").write_text(commented_yaml())
    (schemas / "config.schema.json").write_text(json_schema(Config))
    (schemas / "datasets.schema.json").write_text(json_schema(Dataset))


if __name__ == "__main__":
    main()
