"""Value: the base of all frozen values; unknown fields are refused."""

from typing import Final

from pydantic import BaseModel, ConfigDict

BUILT_WHEN_USED: Final = ConfigDict(defer_build=True)
"""For a `TypeAdapter` at the top of a module: most starts use few of them, and building is slow."""


ALLOWED: Final = "allowed"
"""Marks, in a field's `json_schema_extra`, words for what it takes, where its type says too little.
"""


class Value(BaseModel):
    """A frozen value that refuses unknown fields; built when it is first used."""

    model_config = ConfigDict(frozen=True, extra="forbid", **BUILT_WHEN_USED)
