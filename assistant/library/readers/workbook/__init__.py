"""Reader of workbooks: XLSX, XLSB and XLS.

workbook       the reader: sheets, and what floats above their cells
xlsx           cells of Office Open XML
xlsb           cells of the binary format
xls            cells of Excel 97 and before
cell_formats   how the styles of a workbook show values
number_format  numbers as they are shown
date_format    dates, times and durations
format_code    the language of formats
"""
