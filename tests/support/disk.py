"""A folder that may be the place of another disk."""

import os

from assistant.library.files.scan import KnownMounts, RootScan
from assistant.library.files.walk import WalkRules
from assistant.library.store.collections import CollectionRoot
from tests.support.made_library import MadeLibrary


class Disk:
    """A folder that may be the place of another disk, and what the library knows of it."""

    def __init__(self, made: MadeLibrary) -> None:
        self.made = made
        self.place = made.home / "media" / "disk"
        self.mounts = KnownMounts(made.database)

    def put(self, *names: str) -> None:
        for name in names:
            file = self.place / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"words of {name}")

    def root(self, name: str = "") -> CollectionRoot:
        return self.made.collections.add_root(
            self.made.collection, os.fsencode(self.place / name if name else self.place)
        )

    def scan(self, root: CollectionRoot) -> RootScan:
        scan = RootScan(self.made.catalog, root, WalkRules(), self.mounts)
        list(scan.run(lambda: None))
        return scan

    def names(self) -> list[str]:
        return sorted(os.fsdecode(path).rpartition("/")[2] for path in self.made.catalog.files())
