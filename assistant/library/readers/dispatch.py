"""Reader dispatch: from a file's bytes to a Document, by the kind of file.

Everything here runs in a reader process (`assistant.library.reading.process`): files are hostile
until they are read, and some of the libraries underneath can hang, crash or eat memory.

A format is read by our own code where that finds more of its words than libraries do. The figures
in the readers are from 973 real files: recall is the share of the words found, of those that at
least two independent extractors found, in the files that can be read at all.
"""

from collections.abc import Callable
from functools import partial

from assistant.core.values.documents import Document
from assistant.language.messages import N_
from assistant.library.limits import UnreadableError
from assistant.library.readers.base.plain_text import read_plain
from assistant.library.readers.base.source import FileSource
from assistant.library.readers.mail.eml import read_eml, read_mbox
from assistant.library.readers.mail.msg import read_msg
from assistant.library.readers.office.docx import read_docx
from assistant.library.readers.office.opendocument import read_opendocument
from assistant.library.readers.office.pptx import read_pptx
from assistant.library.readers.office.rtf import read_rtf
from assistant.library.readers.pdf.pdf import read_pdf
from assistant.library.readers.sniffing import Kind, kind_of
from assistant.library.readers.text.code import read_code
from assistant.library.readers.text.csv import read_delimited
from assistant.library.readers.text.latex import read_latex
from assistant.library.readers.text.markdown import read_markdown
from assistant.library.readers.text.notebook import read_notebook
from assistant.library.readers.text.org import read_org
from assistant.library.readers.text.rst import read_rst
from assistant.library.readers.text.structured import read_json, read_settings
from assistant.library.readers.text.subtitles import read_subtitles
from assistant.library.readers.web.epub import read_epub
from assistant.library.readers.web.html import read_html
from assistant.library.readers.web.xml import read_xml
from assistant.library.readers.workbook.workbook import read_workbook


def read(source: FileSource) -> Document:
    """Read a file of any kind. The one place where an error of a format library ends.

    Raises:
        UnreadableError: it gives no text, with the reason.
    """
    try:
        return _READERS[kind_of(source)](source)
    except (UnreadableError, SystemExit, KeyboardInterrupt):
        raise
    except MemoryError:
        detail = N_("it needs more memory than a file may use")
        raise UnreadableError("too_large", detail) from None
    except RecursionError:
        raise UnreadableError("corrupt", "nested too deeply") from None
    except ValueError as failure:
        if "integer string conversion" in str(failure):
            detail = N_("a number in it is thousands of digits long")
            raise UnreadableError("corrupt", detail) from None
        raise UnreadableError("corrupt", f"{type(failure).__name__}: {failure}") from failure
    except BaseException as failure:  # A panic of Rust is no Exception.
        raise UnreadableError("corrupt", f"{type(failure).__name__}: {failure}") from failure


_READERS: dict[Kind, Callable[[FileSource], Document]] = {
    "code": read_code,
    "delimited": read_delimited,
    "docx": read_docx,
    "eml": partial(read_eml, read_file=read),
    "epub": read_epub,
    "html": read_html,
    "json": read_json,
    "latex": read_latex,
    "markdown": read_markdown,
    "mbox": partial(read_mbox, read_file=read),
    "msg": partial(read_msg, read_file=read),
    "notebook": read_notebook,
    "opendocument": read_opendocument,
    "org": read_org,
    "pdf": read_pdf,
    "plain": read_plain,
    "pptx": read_pptx,
    "rst": read_rst,
    "rtf": read_rtf,
    "settings": read_settings,
    "subtitles": read_subtitles,
    "workbook": read_workbook,
    "xml": read_xml,
}
