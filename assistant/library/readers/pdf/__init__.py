"""Reader of PDF, and OCR.

words/         characters, runs of words, and rows of a page
annotations    text typed onto a page, stamps, filled fields and comments
pages          a page, read: its rows, what is beside them, and what it lacks
running_lines  headers, footers and page numbers
layout/        columns of lines and tables, in the order of reading
hyphens        hyphens at line ends
paragraphs     lines that belong together, and levels of headings
flow           what goes on over columns and pages
ocr            pages that are only pictures, by tesseract
pdf            a document of all that
"""
