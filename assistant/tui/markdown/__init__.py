"""Markdown of answers as few, light widgets: text → tokens → rows → layout → widget.

limits    how much of a text is drawn richly
document  the widget of a text that grows, and its parser
blocks    one widget per group of blocks; code highlighting
rows      nested blocks as flat rows; inline markup
layout    rows and tables laid out for a width
"""
