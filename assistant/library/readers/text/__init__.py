"""Readers of formats that people write line by line.

markdown    Markdown
rst         reStructuredText
org         Org
latex       LaTeX
code        source code
notebook    Jupyter notebooks
subtitles   SubRip and WebVTT
structured  JSON, YAML, TOML
csv         CSV and its relatives
"""
