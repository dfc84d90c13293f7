"""Readers of markup: web pages, XML, books.

html  HTML
xml   XML of any kind
epub  EPUB
"""
