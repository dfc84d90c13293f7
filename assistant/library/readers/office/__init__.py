"""Readers of office documents.

ooxml         what the Office Open XML formats share
docx          Word
pptx          PowerPoint
opendocument  ODT, ODS, ODP
rtf           RTF
"""
