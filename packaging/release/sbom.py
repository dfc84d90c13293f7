"""Writes what the packaged program consists of, in CycloneDX: sbom.py LICENSES.json >FILE"""

import json
import sys
from pathlib import Path

from cyclonedx.builder.this import this_component
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion

MODELS = ("SmolLM2-135M-Instruct", "all-MiniLM-L6-v2")


def bom(listed: list[dict[str, str]]) -> Bom:
    """The list of a package as a bill of materials; the program itself is what it is about."""
    made = Bom()
    made.metadata.tools.components.add(this_component())
    for one in listed:
        model = one["name"] in MODELS
        component = Component(
            name=one["name"],
            version=one["version"],
            type=ComponentType.MACHINE_LEARNING_MODEL if model else ComponentType.LIBRARY,
            licenses=[DisjunctiveLicense(name=one["license"])],
            bom_ref=one["name"],
        )
        if one["name"] == "assistant":
            component.type = ComponentType.APPLICATION
            made.metadata.component = component
        else:
            made.components.add(component)
    root = made.metadata.component
    assert root is not None
    made.register_dependency(root, made.components)
    return made


if __name__ == "__main__":
    found = json.loads(Path(sys.argv[1]).read_text())
    sys.stdout.write(
        make_outputter(bom(found), OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=1)
    )
