"""A text in, whether it is written backwards or rotated by thirteen letters out.

Both are read where the text says so, or where the commonest words of a language stand in it that way.
"""

import re

_ROTATION = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "NOPQRSTUVWXYZABCDEFGHIJKLMnopqrstuvwxyzabcdefghijklm"
)
_SAID_ROTATED = re.compile(r"\brot(?:ated?|ation)?[ _-]?(?:by[ _-]?)?(?:13|thirteen)\b|\bcaesar\b", re.IGNORECASE)
_ROTATED = re.compile(
    r"\b(?:gur|naq|sbe|guvf|jvgu|sebz|cyrnfr|cnffjbeq|lbhe|jung|haq|vfg|qvr|rfg|yrf)\b", re.IGNORECASE
)
_SAID_REVERSED = re.compile(
    r"\breversed?\b|\bbackwards?\b|right[ -]to[ -]left|r(?:ü|ue)ckw(?:ä|ae)rts|umgekehrt|l'envers|al rev(?:é|e)s"
    r"|contrario",
    re.IGNORECASE,
)
_REVERSED = re.compile(
    r"\b(?:eht|rof|siht|htiw|morf|ruoy|taht|esaelp|drowssap|dnu|red|eid|tsi)\b|-----NIGEB|\bAIKA\b|_evil_ks|_phg\b|-boxx?\b",
    re.IGNORECASE,
)
_REVERSED_KEYS = re.compile(r"-----NIGEB|[A-Z0-9]{16}A[IS][KS]A\b|_evil_ks|_phg\b|-bxox\b|-tna-ks\b|//:[a-z]{3,}")


def rotated(text: str) -> str:
    """Return `text` with its letters rotated by thirteen."""
    return text.translate(_ROTATION)


def is_rotated(text: str) -> bool:
    """Tell whether `text` may read well rotated."""
    return bool(_SAID_ROTATED.search(text)) or _common(_ROTATED, text)


def is_reversed(text: str) -> bool:
    """Tell whether `text` may read well from its last character to its first."""
    return bool(_SAID_REVERSED.search(text) or _REVERSED_KEYS.search(text)) or _common(_REVERSED, text)


def _common(words: re.Pattern[str], text: str) -> bool:
    """Tell whether at least three of the words stand in the text, two of them different."""
    seen: list[str] = []
    for match in words.finditer(text):
        seen.append(match[0].lower())
        if len(seen) >= 3 and len(set(seen)) >= 2:
            return True
    return False
