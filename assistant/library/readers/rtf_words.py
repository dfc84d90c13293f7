"""The words of RTF that matter to a reader of text."""

CHARACTERS = {
    "tab": "\t",
    "line": "\n",
    "lbr": "\n",
    "emdash": "—",
    "endash": "–",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "bullet": "•",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
}
SYMBOLS = {b"~": " ", b"_": "-", b"-": "", b"\\": "\\", b"{": "{", b"}": "}", b"\n": "\n"}
ENDS = frozenset({"par", "sect", "page", "row", "nestrow", "pard"})
UNSEEN = frozenset(
    {"colortbl", "info", "pict", "objdata", "objclass", "fldinst", "listtext", "pntext"}
    | {"themedata", "datastore", "filetbl", "revtbl", "rsidtbl", "listtable", "atnid", "atnauthor"}
    | {"listoverridetable", "nonesttables", "nonshppict", "sn", "sv", "xe", "tc", "bkmkstart"}
    | {"bkmkend", "generator", "latentstyles", "xmlnstbl", "mmathPr", "template", "userprops"}
)
SHOWN_EXTRAS = frozenset(
    {"shpinst", "annotation", "moMath", "moMathPara", "ud", "shppict", "htmltag", "footnote"}
)
"""Extra destinations, which old readers skip, that hold text of the document."""
ASIDES = frozenset(
    {"footnote", "annotation", "shptxt", "header", "headerl", "headerr", "headerf"}
    | {"footer", "footerl", "footerr", "footerf"}
)
CHARSETS = {
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "gbk",
    136: "big5",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    255: "cp437",
}
