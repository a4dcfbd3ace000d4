"""The cases with a known answer: what is planted in each, and what should be found."""

from typing import Annotated

from pydantic import Field

from vaebio.settings.base import NAME_PATTERN, Settings

Text = Annotated[str, Field(min_length=1)]


class Expectation(Settings):
    """What a case should be diagnosed as on one data set."""

    causes: Annotated[tuple[Text, ...], Field(min_length=1)] = Field(
        description="The first cause that is supported should be one of these."
    )
    because: Text = Field(description="Why, in a sentence.")


class Case(Settings):
    """Settings with a fault, or without any, for which the answer is known."""

    name: Annotated[str, Field(pattern=f"^{NAME_PATTERN}$")] = Field(
        description="Name of its settings and its sheet in the folder beside the list."
    )
    title: Text = Field(description="What is wrong, in a few words.")
    planted: Text = Field(description="The settings that make it so.")
    text: Text = Field(description="What it is an example of, in plain words.")
    expected: Annotated[dict[Text, Expectation], Field(min_length=1)] = Field(
        description="By the name of the data set in its sheet."
    )


class Cases(Settings):
    """All cases, in the order of their page."""

    cases: Annotated[tuple[Case, ...], Field(min_length=1)] = Field(description="The cases.")
