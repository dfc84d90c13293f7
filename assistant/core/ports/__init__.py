"""The seams: what the core needs from the outside, as Protocols."""
