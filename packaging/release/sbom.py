"""Writes what the packaged program consists of, in CycloneDX: sbom.py LICENSES.json >FILE"""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.contrib.this.builders import this_component
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

MODELS = ("SmolLM2-135M-Instruct", "multilingual-e5-small")


def bom(listed: list[dict[str, str]]) -> Bom:
    """The list of a package as a bill of materials; the program itself is what it is about."""
    made = Bom()
    # The same inputs give the same file.
    made.metadata.timestamp = datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), UTC)
    made.serial_number = uuid5(NAMESPACE_URL, json.dumps(listed))
    made.metadata.tools.components.add(this_component())
    for one in listed:
        model = one["name"] in MODELS
        component = Component(
            name=one["name"],
            version=one["version"],
            type=ComponentType.MACHINE_LEARNING_MODEL if model else ComponentType.LIBRARY,
            licenses=[LicenseFactory().make_from_string(one["license"])],
            purl=_address(one["name"], one["version"]),
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


def _address(name: str, version: str) -> PackageURL | None:
    """Where it comes from: the Python index, Debian, or neither."""
    try:
        if distribution(name).version == version:
            return PackageURL("pypi", name=name.lower().replace("_", "-"), version=version)
    except PackageNotFoundError:
        pass
    asked = ["dpkg-query", "-W", "-f", "${Version}", name]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    if done.returncode or done.stdout != version:
        return None
    return PackageURL("deb", "debian", name, version)


if __name__ == "__main__":
    found = json.loads(Path(sys.argv[1]).read_text())
    sys.stdout.write(
        make_outputter(bom(found), OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=1)
    )
