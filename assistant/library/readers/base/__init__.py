"""What readers are built from.

source        a file's bytes, and its title
decoding      bytes to text, in whatever encoding
archive       zip archives and their XML parts, within limits
builder       puts a Document together
plain_text    plain text, and pieces of lines
column_names  which rows of a table name its columns
tables        tables: merged cells, titles, column names
sheets        what is seen of a spreadsheet: merged cells, hidden columns
"""
