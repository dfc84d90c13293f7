"""Reader of PDF, and OCR.

legibility     whether a page's signs say which letters they stand for, and which
runs           words drawn one after the other, and where they stand
annotations    text typed onto a page, stamps, filled fields and comments
rows           what stands on one baseline, in pieces
pages          a page, read: its rows, what is beside them, and what it lacks
running_lines  headers, footers and page numbers
tables         cells in columns
regions        columns of lines and tables, in the order of reading
hyphens        hyphens at line ends
paragraphs     lines that belong together, and levels of headings
flow           what goes on over columns and pages
ocr            pages that are only pictures, by tesseract
pdf            a document of all that
"""
