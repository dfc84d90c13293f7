"""The one wire between front ends and workers: start or join, frames, keys, cancel, idle exit."""
