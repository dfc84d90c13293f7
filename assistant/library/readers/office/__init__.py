"""Readers of office documents.

ooxml         what the Office Open XML formats share
docx          Word
pptx          PowerPoint
xlsx          Excel, the older formats included
opendocument  ODT, ODS, ODP
rtf           RTF
"""
