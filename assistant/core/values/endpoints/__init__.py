"""Servers of models.

status        what may be sent to them, how they were tested, connections
capabilities  which program one is, and what it can do
"""
