"""Layout of a PDF's page: columns of lines and tables, by where rows leave space.

tables   cells in columns
regions  columns of lines and tables, in the order of reading
"""
