"""The command line: one module per group of commands, and the border of the process."""

from assistant.cli.entry import main

__all__ = ["main"]
