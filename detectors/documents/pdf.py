"""PDF in (ISO 32000-2), its text, properties, notes, form values, attachments and labels out.

A picture on a page is a file inside, read where something reads pictures: the first few of a document.
"""

import io
import logging
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from pypdf import PdfReader, apply_configuration
from pypdf.generic import DictionaryObject, IndirectObject

from detectors.documents import picture, sensitivity
from detectors.documents.harvest import MIB, Exhausted, Harvest, Unreadable
from detectors.documents.markup import words

_PAGES = 3000
_PICTURE = 200 * 200  # pixels from which a picture may hold words
_PICTURES = 8  # of a document that are read, as of frames in detectors.documents.ocr
_NOTES = ("/Contents", "/V", "/T", "/TU", "/RC")
_STRANGE = re.compile(r"[\ue000-\uf8ff\ufffd\x00-\x08\x0e-\x1f]|/g\d+|\(cid:\d+\)")
_NULLS = logging.getLogger("pypdf")
_NULLS.addHandler(logging.NullHandler())
_NULLS.propagate = False  # its warnings may quote a document


def read(data: bytes, harvest: Harvest) -> None:
    """Take text and labels into `harvest`. Raises Unreadable and Exhausted."""
    with apply_configuration(
        zlib_maximum_output_length=16 * MIB,
        lzw_maximum_output_length=16 * MIB,
        run_length_maximum_output_length=16 * MIB,
        brotli_maximum_output_length=16 * MIB,
        array_based_stream_maximum_output_length=32 * MIB,
        stream_decoding_work_maximum_length=64 * MIB,
    ):
        document = PdfReader(io.BytesIO(data), strict=False)
        if document.is_encrypted and not document.decrypt(""):
            raise Unreadable("encrypted")
        pictures: dict[int, Any] = {}
        for number, page in enumerate(document.pages):
            if number >= _PAGES:
                raise Exhausted("too_large")
            _guarded(partial(_page, pictures=pictures), page, harvest)
        _guarded(_information, document, harvest)
        _guarded(_attachments, document, harvest)


def _guarded(step: Any, subject: Any, harvest: Harvest) -> None:
    """Do one step; what is wrong with it is noted, and the next one follows."""
    try:
        step(subject, harvest)
    except Exhausted:
        raise
    except Exception:  # noqa: BLE001 - a page may be broken in any way; the others are read all the same
        harvest.miss("undecodable")


def _page(page: Any, harvest: Harvest, pictures: dict[int, Any]) -> None:
    # The visitor is called for each operator: a page that would take for ever is given up in time.
    text = page.extract_text(visitor_operand_before=lambda *_: harvest.tick())
    harvest.unpack(len(text))
    harvest.add(text)
    harvest.tick()
    strange = len(_STRANGE.findall(text))
    large = list(_pictures(page))
    drawn = not text.strip() and page.get_contents() is not None and not large
    if drawn or strange * 5 > len(text) > 0:
        harvest.miss("media")
    for found in large:
        if id(found) not in pictures:  # a letterhead is on every page
            pictures[id(found)] = found
            _guarded(_picture if len(pictures) <= _PICTURES else _passed_over, found, harvest)
    for note in page.get("/Annots") or ():
        found = note.get_object() if isinstance(note, IndirectObject) else note
        if isinstance(found, DictionaryObject):
            harvest.add("\n".join(str(found[key]) for key in _NOTES if isinstance(found.get(key), str)))
            link = found.get("/A")
            if isinstance(link, DictionaryObject) and isinstance(link.get("/URI"), str):
                harvest.add(str(link["/URI"]))


def _pictures(page: Any) -> Iterator[Any]:
    """Yield the pictures of a page that are large enough to hold words."""
    resources = page.get("/Resources") or {}
    objects = resources.get_object().get("/XObject") if hasattr(resources, "get_object") else None
    known = objects.get_object() if objects is not None else {}
    for name in known:
        found = known[name].get_object()
        if found.get("/Subtype") == "/Image" and int(found.get("/Width", 0)) * int(found.get("/Height", 0)) >= _PICTURE:
            yield found


def _picture(found: Any, harvest: Harvest) -> None:
    if not picture.readable():
        harvest.miss("media")
        return
    if found.get("/Filter") in ("/DCTDecode", ["/DCTDecode"]):
        data = bytes(found._data)  # a JPEG file as it is
    else:
        try:
            image = found.decode_as_image()
            out = io.BytesIO()
            image.convert("L").save(out, "PNG")
            data = out.getvalue()
        except Exception:  # noqa: BLE001 - of some other coding, or broken: nobody looked at it
            harvest.miss("media")
            return
    harvest.unpack(len(data))
    harvest.inner(data)


def _passed_over(_: Any, harvest: Harvest) -> None:
    harvest.miss("media")


def _information(document: Any, harvest: Harvest) -> None:
    pairs = [(str(key).lstrip("/"), str(value)) for key, value in (document.metadata or {}).items()]
    harvest.labels.update(dict.fromkeys(sensitivity.of_properties(pairs)))
    known = ("Producer", "Creator", "CreationDate", "ModDate", "Trapped", "PTEX.Fullbanner")
    harvest.add(" | ".join(f"{k}: {v}" for k, v in pairs if k not in known and not k.startswith("MSIP_Label_")))
    stream = document.root_object.get("/Metadata")
    if stream is not None:
        packet = stream.get_object().get_data()
        harvest.unpack(len(packet))
        text = packet.decode("utf-8", "replace")
        found = re.findall(r"(MSIP_Label_[\w-]{36}_\w{1,20})>([^<]{0,300})<", text)
        found += re.findall(r"(MSIP_Label_[\w-]{36}_\w{1,20})=\"([^\"]{0,300})\"", text)
        harvest.labels.update(dict.fromkeys(sensitivity.of_properties(found)))
        harvest.labels.update(dict.fromkeys(sensitivity.of_label_info(packet)))
        harvest.add("\n".join(re.findall(r"<rdf:li[^<>]*>([^<]{1,1000})</rdf:li>", words_of(text))))


def words_of(text: str) -> str:
    """Return an XMP packet without its padding."""
    return text[:MIB].replace("\r", "\n")


def _attachments(document: Any, harvest: Harvest) -> None:
    for name, contents in document.attachments.items():
        harvest.add(str(name))
        for content in contents:
            harvest.unpack(len(content))
            harvest.inner(content, name=str(name))
    fields = document.get_fields() or {}
    values = (str(field.get("/V")) for field in fields.values() if isinstance(field.get("/V"), str))
    harvest.add(words("\n".join(values)))
