"""Widgets: each receives data and posts messages."""
