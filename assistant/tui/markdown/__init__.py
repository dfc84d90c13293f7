"""Markdown of answers as few, light widgets: text → tokens → rows → layout → widget.

limits           how much of a text is drawn richly
document         the widget of a text that grows, and its parser
formulas         formulas and Windows paths, found in the text
formula_text     LaTeX as Unicode
formula_pieces   fractions, roots, powers, and their neighbours
formula_symbols  its symbols
extensions       task lists, footnotes, details
groups           which widget shows which blocks; details, folded
blocks           widgets of text and code; code highlighting
rows             nested blocks as flat rows; inline markup
layout           rows and tables laid out for a width
wide_screen      wide tables and code, scrolled
"""
