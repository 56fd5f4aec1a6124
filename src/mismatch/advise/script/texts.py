"""How a script reads labelled texts: a column of a table, or the files of a folder per class.

In: the settings of a dataset of texts. Out: ways of reading them, the usual one first.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from mismatch.advise.script.folders import Folder, folder
from mismatch.advise.script.piece import Piece, literal
from mismatch.advise.script.reading import Reading, files
from mismatch.advise.script.tables import codec, opener, tables
from mismatch.data.sources.content import GZIP
from mismatch.data.text import YourText


def readings(data: YourText, tested: bool) -> Iterator[Reading]:
    """Ways of reading the texts of `data`; tested: those of the test part of the file itself, too."""
    kind, two = data.items().reading.kind, tested and data.test_path is not None
    if Path(data.path).is_dir():
        yield from _files(folder(data.path, data.test_path, two), data.encoding, kind)
        return
    used = (str(data.text), str(data.label))
    for table in tables(data.path, data.encoding, data.separator, kind, used):
        given = (*files(data, two), ("TEXT, LABEL", tuple(table.names[name] for name in used)))
        piece = Piece(given=given) + table.piece + Piece(lines=table.read([name for name, _ in files(data, two)]))
        one = (f"s = {table.cell('TEXT', 'table[n]')}",)
        yield Reading(piece, one, table.cell("LABEL", "table[n]"), "table", "rows of the file, from 0")


def _files(found: Folder, encoding: str | None, kind: str) -> Iterator[Reading]:
    """Ways of reading a file per text: all in one encoding, all packed or none."""
    packed = (Path(found.root) / found.names[0]).read_bytes().startswith(GZIP)
    imports = ("from pathlib import Path", *(("import gzip",) if packed else ()))
    told = re.sub(r"^[^,]*, ", "", kind).split(", ")
    for name in dict.fromkeys((encoding or "utf-8", "utf-8-sig", *(codec(each, encoding, b"") for each in told))):
        text = f"(Path(FOLDER) / n).read_text(encoding={literal(name)})"
        text = f"{opener('Path(FOLDER) / n', True, name)}.read()" if packed else text
        piece = Piece(imports, (("FOLDER", found.root),))
        yield Reading(piece, (f"s = {text}",), found.label, found.names, "names of files", folders=True)
