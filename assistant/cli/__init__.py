"""The command line: one module per group of commands, and the border of the process."""
