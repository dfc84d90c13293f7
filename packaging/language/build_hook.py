"""Hatchling's hook: the catalogs are compiled before the wheel is put together."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent))

from catalogs import compile_all


class CustomBuildHook(BuildHookInterface[Any]):
    """Found by its base class."""

    def initialize(self, _version: str, _build_data: dict[str, Any]) -> None:
        """Called before anything is collected."""
        compile_all()
