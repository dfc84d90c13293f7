"""A model's snapshots, by the adapters that they were computed with."""

import hashlib

from assistant.engine.adapters import AdapterSet
from assistant.engine.snapshots import ModelSnapshots, Snapshots


class AdaptedSnapshots:
    """None of a set of adapters is ever found for another one."""

    def __init__(self, snapshots: Snapshots, fingerprint: str) -> None:
        """Args:
        fingerprint: that of the model, as it is run.
        """
        self._snapshots = snapshots
        self._fingerprint = fingerprint

    def of(self, adapters: AdapterSet) -> ModelSnapshots:
        """Those of a set, by the content of its files and their scales."""
        if not adapters:
            return self._snapshots.of(self._fingerprint)
        facts = [(applied.adapter.content, applied.scale) for applied in adapters]
        text = repr((self._fingerprint, facts))
        return self._snapshots.of(hashlib.sha256(text.encode()).hexdigest())

    def flush(self) -> None:
        """See `Snapshots.flush`."""
        self._snapshots.flush()
