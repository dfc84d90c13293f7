"""Small files of office programs, part by part."""

from xml.sax.saxutils import quoteattr

from tests.support.documents import packed

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"

NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "text", "table", "draw", "presentation", "style", "meta")
)


def relations(*links: tuple[str, str]) -> str:
    """A part of relations, of pairs of kind and target; their ids are r1, r2 …"""
    inside = "".join(
        f'<Relationship Id="r{number}" Type="{KIND}{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(links, start=1)
    )
    return f"<Relationships>{inside}</Relationships>"


def docx(body: str, links: tuple[tuple[str, str], ...] = (), **parts: str) -> bytes:
    return packed(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": relations(("officeDocument", "word/document.xml")),
            "word/document.xml": f"<w:document {W} {A}><w:body>{body}</w:body></w:document>",
            "word/_rels/document.xml.rels": relations(*links),
            **{f"word/{name}.xml": content for name, content in parts.items()},
        }
    )


def p(text: str, style: str = "", properties: str = "") -> str:
    mark = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{mark}{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def slide(*shapes: str) -> str:
    return f"<p:sld {P} {A}>{''.join(shapes)}</p:sld>"


def shape(text: str, placeholder: str = "") -> str:
    mark = f'<p:nvPr><p:ph type="{placeholder}"/></p:nvPr>' if placeholder else ""
    paragraphs = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in text.split("\n"))
    return f"<p:sp>{mark}<p:txBody>{paragraphs}</p:txBody></p:sp>"


def pptx(*slides: str, **parts: str) -> bytes:
    numbers = range(1, len(slides) + 1)
    # The second slide of the file is the first of the show.
    shown = "".join(f'<p:sldId id="{n}" r:id="r{n}"/>' for n in reversed(numbers))
    return packed(
        {
            "[Content_Types].xml": "",
            "ppt/presentation.xml": f"<p:presentation {P} {R}>{shown}</p:presentation>",
            "ppt/_rels/presentation.xml.rels": relations(
                *(("slide", f"slides/slide{n}.xml") for n in numbers)
            ),
            **{f"ppt/slides/slide{n}.xml": slides[n - 1] for n in numbers},
            **{f"ppt/{name}": content for name, content in parts.items()},
        }
    )


def xlsx(
    *sheets: tuple[str, str],
    shared: tuple[str, ...] = (),
    hidden: tuple[str, ...] = (),
    formats: tuple[str, ...] = (),
    since_1904: bool = False,
    **parts: str,
) -> bytes:
    """A workbook; style `n` of its cells shows numbers in the n-th of `formats`, from 1."""
    listed = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"'
        f' state="{"hidden" if name in hidden else "visible"}"/>'
        for n, (name, _) in enumerate(sheets, start=1)
    )
    links = [("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)]
    strings = "".join(f"<si><t>{text}</t></si>" for text in shared)
    return packed(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": f'<workbook {S} {R}><workbookPr date1904="{int(since_1904)}"/>'
            f"<sheets>{listed}</sheets></workbook>",
            "xl/styles.xml": _styles(formats),
            "xl/_rels/workbook.xml.rels": relations(
                *links, ("sharedStrings", "sharedStrings.xml"), ("styles", "styles.xml")
            ),
            "xl/sharedStrings.xml": f"<sst {S}>{strings}</sst>",
            **{
                f"xl/worksheets/sheet{n}.xml": f"<worksheet {S}>{content}</worksheet>"
                for n, (_, content) in enumerate(sheets, start=1)
            },
            **{f"xl/{name}": content for name, content in parts.items()},
        }
    )


def _styles(formats: tuple[str, ...]) -> str:
    codes = "".join(
        f"<numFmt numFmtId={quoteattr(str(164 + n))} formatCode={quoteattr(code)}/>"
        for n, code in enumerate(formats)
    )
    styles = "".join(f'<xf numFmtId="{164 + n}"/>' for n in range(len(formats)))
    return (
        f'<styleSheet {S}><numFmts>{codes}</numFmts><cellXfs><xf numFmtId="0"/>{styles}</cellXfs>'
        "</styleSheet>"
    )


def rows(*lines: str, start: int = 1) -> str:
    """Sheet data; each line is a row of cells parted by commas, numbers are numbers."""
    data = ""
    for number, line in enumerate(lines, start=start):
        cells = ""
        for column, value in zip("ABCDEFGH", line.split(","), strict=False):
            if value.replace(".", "").isdecimal():
                cells += f'<c r="{column}{number}"><v>{value}</v></c>'
            elif value:
                cells += f'<c r="{column}{number}" t="inlineStr"><is><t>{value}</t></is></c>'
        data += f'<row r="{number}">{cells}</row>'
    return f"<sheetData>{data}</sheetData>"


def opendocument(kind: str, body: str, head: str = "", **parts: str) -> bytes:
    return packed(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "content.xml": f"<office:document-content {NAMES}>{head}<office:body>"
            f"<office:{kind}>{body}</office:{kind}></office:body></office:document-content>",
            **{f"{name}.xml": content for name, content in parts.items()},
        }
    )
