"""Words of a PDF's page: what PDFium gives of its characters, put into runs and rows.

legibility  whether a page's signs say which letters they stand for, and which
characters  where PDFium says that characters stand, their directions and fonts
runs        words drawn one after the other, and where they stand
rows        what stands on one baseline, in pieces
touching    cells that touch, told by the rows around them
"""
