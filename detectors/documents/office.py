"""Office files in (OOXML: ECMA-376; ODF: OASIS 1.3), their text, labels and embedded files out.

Every part that holds text is read: headers, footers, notes, comments, masters, deleted text, properties. A picture is a
file inside; so is an embedded document.
"""

import re
import zipfile
from collections.abc import Mapping

from detectors.documents import sensitivity, sheets, xml
from detectors.documents.compressed import member
from detectors.documents.harvest import Harvest, Label, Unreadable

_PROSE = re.compile(r"(?:word|ppt|xl/(?:drawings|comments|threadedComments|charts)|visio)/?.*\.(?:xml|vml)")
_PASSED_OVER = re.compile(
    r".*(?:printerSettings\d*\.bin|thumbnail\.(?:jpe?g|png|emf|wmf)|\.odttf|\.fntdata|calcChain\.xml|\.psmdcp|\.sigs)"
    r"|\[Content_Types\]\.xml|(?:word|ppt|xl)/(?:.*/)?(?:theme/.*|fontTable|webSettings|settings|tableStyles|viewProps|styles\w*)\.xml"
    r"|xl/(?:metadata|workbook|connections|externalLinks/.*)\.bin|Thumbnails/.*|Configurations2/.*|settings\.xml|mimetype",
    re.IGNORECASE,
)
_SHOWN = frozenset({"t", "delText", "instrText", "delInstrText"})
_BREAKS = {"p": "\n", "br": "\n", "cr": "\n", "tr": "\n", "tab": "\t", "tc": "\t"}
_ODF_LINES = frozenset({"p", "h", "table-row", "line-break"})
_PROGRAM = frozenset({"Application", "AppVersion", "Template", "generator", "lpstr", "PresentationFormat"})
_COUNT = re.compile(r"[\d.:TZ+-]*|true|false|P[\dDTHMS.]+")
_SMALL_PICTURE = 8192  # bytes: a logo, a bullet
_PICTURE = re.compile(r".*\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|svg|webp|wdp|heic)", re.IGNORECASE)
_FIRST = re.compile(r"(?:word/document|ppt/slides/slide\d+|xl/worksheets/sheet\d+|content)\.xml")


def is_office(archive: zipfile.ZipFile) -> bool:
    """Tell whether a zip archive is an Office file."""
    names = archive.NameToInfo
    return "[Content_Types].xml" in names or ("content.xml" in names and "mimetype" in names)


def read(archive: zipfile.ZipFile, harvest: Harvest) -> None:
    """Take text and labels into `harvest`. Raises Unreadable and Exhausted."""
    files = {info.filename: info for info in archive.infolist() if not info.is_dir()}
    if _locked(archive, files, harvest):
        harvest.miss("encrypted")
    strings: list[str] = []
    if "xl/sharedStrings.xml" in files:
        data = member(archive, files["xl/sharedStrings.xml"], harvest)
        strings = sheets.shared_strings(data or b"", harvest)
    for name in sorted(
        files, key=lambda name: (not _FIRST.fullmatch(name), name.startswith("docProps/"), len(name), name)
    ):
        if name == "xl/sharedStrings.xml" or _PASSED_OVER.fullmatch(name):
            continue
        data = member(archive, files[name], harvest)
        if data:
            try:
                _part(name, data, strings, harvest)
            except Unreadable as error:
                harvest.miss(error.reason)


def _part(name: str, data: bytes, strings: list[str], harvest: Harvest) -> None:
    if name == "docMetadata/LabelInfo.xml":
        _labels(sensitivity.of_label_info(data), harvest)
    elif name.startswith(("docProps/", "meta.xml")):
        _properties(data, harvest)
    elif name.startswith("xl/worksheets/") and name.endswith(".xml"):
        sheets.read(data, strings, harvest)
    elif _PROSE.fullmatch(name):
        harvest.add(prose(data, harvest))
    elif name in ("content.xml", "styles.xml") or re.fullmatch(r"Object \d+/content\.xml", name):
        harvest.add(open_document(data, harvest))
    elif name.endswith((".xml", ".vml", ".rdf")):
        harvest.add(xml.all_text(data, harvest))
    elif name.endswith(".rels"):
        harvest.add(_links(data, harvest))
    elif not (_PICTURE.fullmatch(name) and len(data) < _SMALL_PICTURE):
        harvest.inner(data, name=name)


def _locked(archive: zipfile.ZipFile, files: Mapping[str, zipfile.ZipInfo], harvest: Harvest) -> bool:
    """Tell whether an ODF manifest says that parts are encrypted (ODF 1.3 part 2, 4.4)."""
    if "META-INF/manifest.xml" not in files:
        return False
    return b"encryption-data" in (member(archive, files["META-INF/manifest.xml"], harvest) or b"")


def prose(data: bytes, harvest: Harvest) -> str:
    """Return the text of a WordprocessingML or DrawingML part: runs joined, one line a paragraph."""
    pieces: list[str] = []
    showing = 0

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal showing
        showing += name in _SHOWN
        if name in ("docPr", "cNvPr"):
            pieces.extend(f"{attributes[key]}\n" for key in ("descr", "title") if attributes.get(key))

    def end(name: str) -> None:
        nonlocal showing
        showing -= name in _SHOWN
        if name == "tc" and pieces and pieces[-1] == "\n":
            pieces.pop()  # a cell's paragraph does not end the row
        if name in _BREAKS:
            pieces.append(_BREAKS[name])

    xml.parse(data, harvest, start=start, end=end, text=lambda text: pieces.append(text) if showing else None)
    return _tidy("".join(pieces))


def open_document(data: bytes, harvest: Harvest) -> str:
    """Return the text of an ODF part."""
    pieces: list[str] = []

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if name == "s":
            count = attributes.get("c", "1")
            pieces.append(" " * min(int(count) if count.isdigit() and len(count) < 4 else 1, 16))
        elif name == "tab":
            pieces.append("\t")

    def end(name: str) -> None:
        if name in _ODF_LINES:
            pieces.append("\n")
        elif name == "table-cell":
            if pieces and pieces[-1] == "\n":
                pieces.pop()  # a cell's paragraph does not end the row
            pieces.append("\t")

    xml.parse(data, harvest, start=start, end=end, text=pieces.append)
    return _tidy("".join(pieces))


def _properties(data: bytes, harvest: Harvest) -> None:
    """Read core, extended and custom properties: as `name: value` lines, and the labels among them."""
    pairs: list[tuple[str, str]] = []
    key, said = "", ""

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal key, said
        if name in ("property", "user-defined"):
            key, said = attributes.get("name", ""), ""

    def text(piece: str) -> None:
        nonlocal said
        said += piece if len(said) < 10_000 else ""

    def end(name: str) -> None:
        nonlocal key, said
        if said.strip():
            pairs.append((key or name, said.strip()))
        said = ""
        if name in ("property", "user-defined"):
            key = ""

    xml.parse(data, harvest, start=start, end=end, text=text)
    _labels(sensitivity.of_properties(pairs), harvest)
    harvest.add(" | ".join(f"{key}: {value}" for key, value in pairs if _says(key, value)))  # by lines it is YAML


def _says(key: str, value: str) -> bool:
    """Tell whether a property holds words of a person's: no count, date, version or program's name."""
    return not key.startswith("MSIP_Label_") and key not in _PROGRAM and not _COUNT.fullmatch(value)


def _labels(labels: list[Label], harvest: Harvest) -> None:
    harvest.labels.update(dict.fromkeys(labels))


def _links(data: bytes, harvest: Harvest) -> str:
    found: list[str] = []

    def start(_: str, attributes: Mapping[str, str]) -> None:
        if attributes.get("TargetMode") == "External":
            found.append(attributes.get("Target", ""))

    xml.parse(data, harvest, start=start)
    return "\n".join(found)


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.split("\n") if line.strip())
