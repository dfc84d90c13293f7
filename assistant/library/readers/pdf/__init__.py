"""Reader of PDF, and OCR.

pdf  text by page, to paragraphs and headings
ocr  pages that are only pictures, by tesseract
"""
