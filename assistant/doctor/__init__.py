"""Looks at everything the program stands on, and says how to fix what is wrong."""
