"""Readers: from the bytes of a file to its text and structure; one small module per format.

dispatch   calls the reader of a file, by its kind
sniffing   what kind of file it is
base/      what readers are built from
text/      formats that people write line by line
web/       HTML, XML, EPUB
office/    Office, OpenDocument, RTF
workbook/  workbooks: XLSX, XLSB, XLS
mail/      e-mail
pdf/       PDF, and OCR of its pictures
"""
