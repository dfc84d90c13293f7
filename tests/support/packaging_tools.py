"""Modules of `packaging/`, which is no package."""

import importlib.util
import sys
from types import ModuleType

from tests.support.checkout import CHECKOUT


def load_tool(name: str, folder: str = "language") -> ModuleType:
    """A module of a folder of `packaging/`."""
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(
        name, CHECKOUT / "packaging" / folder / f"{name}.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
