"""Readers of markup: web pages, XML, books.

styles      what CSS says of an element
visibility  what a browser does not show
landmarks   what is content, and what only leads elsewhere
html        HTML
xml         XML of any kind
epub        EPUB
"""
