"""Readers of office documents.

ooxml           what the Office Open XML formats share
list_numbers    counters of lists, and how they are shown
docx_numbering  automatic numbers of DOCX
docx            Word
pptx            PowerPoint
odf_numbering   automatic numbers of OpenDocument
ods             cells of OpenDocument sheets
opendocument    ODT, ODS, ODP
rtf             RTF
"""
