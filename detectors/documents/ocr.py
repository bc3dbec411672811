"""A picture in, its words out, by Tesseract within this process: the extra `ocr` (tesserocr, Pillow).

Rules
1. It is asked for by installing the extra; language data comes with Debian's tesseract-ocr-eng, -deu and so on.
2. Formats, pixels, frames and seconds are bounded. What is over a bound, is no picture, or shows no words is unread
   (`media`): a photograph that nothing was read in was not inspected.
3. Words that Tesseract itself doubts are read, and the picture stays unread beside them.

Tesseract: https://tesseract-ocr.github.io/tessdoc/
"""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from detectors.documents.harvest import Harvest, Unreadable

_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")
_PIXELS = 40_000_000
_FRAMES = 8
_MILLISECONDS = 4000
_SURE = 50
"""Mean confidence, of 100, from which on the words count as read."""
_LANGUAGES = 5
_DATA = ("/usr/share/tesseract-ocr", "/usr/share/tessdata", "/usr/local/share/tessdata", "/opt/homebrew/share/tessdata")

Read = Callable[[bytes, Harvest], None]


def reader(folders: tuple[str, ...] = _DATA) -> Read | None:
    """Return what reads pictures; None where the extra or its language data is not installed."""
    if find_spec("tesserocr") is None or find_spec("PIL") is None:
        return None
    data = next((found.parent for folder in folders for found in sorted(Path(folder).rglob("*.traineddata"))), None)
    if data is None:
        return None
    names = sorted(found.stem for found in data.glob("*.traineddata") if found.stem not in {"osd", "equ"})
    languages = "+".join(names[:_LANGUAGES])
    return (lambda picture, harvest: _read(picture, harvest, data, languages)) if languages else None


def _read(picture: bytes, harvest: Harvest, data: Path, languages: str) -> None:
    """Take the words of a picture into `harvest`. Raises Unreadable (media) and Exhausted."""
    images = import_module("PIL.Image")
    tesserocr = import_module("tesserocr")
    sure = True
    try:
        with images.open(BytesIO(picture), formats=_FORMATS) as image:
            frames = getattr(image, "n_frames", 1)
            if frames > _FRAMES or image.width * image.height * frames > _PIXELS:
                raise Unreadable("media")
            with tesserocr.PyTessBaseAPI(path=str(data), lang=languages) as tesseract:
                for number in range(frames):
                    harvest.tick()
                    image.seek(number)
                    tesseract.SetImage(image.convert("L"))
                    done = tesseract.Recognize(_MILLISECONDS)
                    harvest.add(tesseract.GetUTF8Text() if done else "")
                    sure = sure and done and tesseract.MeanTextConf() >= _SURE
    except (OSError, SyntaxError, ValueError, RuntimeError, images.DecompressionBombError):
        raise Unreadable("media") from None
    if not sure:
        harvest.miss("media")
