"""Markdown of answers as one light widget per block."""
