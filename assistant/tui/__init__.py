"""The terminal interface: Textual screens and widgets over the ports of the core."""
