"""A text in, what layout put inside its values out: emphasis, tags, line breaks, joints of strings.

Rules
1. Only what stands inside a word counts: emphasis around words, tags between sentences, breaks between words stay.
2. A line break counts where both sides look like pieces of one value: a digit, a sign of a key or an address in one
   of them, and no name of a setting after it. `\\` at a line's end always counts.
"""

import re
from collections.abc import Iterator

from detectors.views.edit import Edit

_EMPHASIS = re.compile(r"[^\W_](?:\*{1,3}|_{2,3}|~~|`{1,3}|\|\|)[\w+@.:/-]|[\w@.:/-](?:\*{1,3}|~~|`{1,3}|\|\|)[^\W_]")
_SIGNS = re.compile(r"\*{1,3}|(?<![A-Za-z0-9])_{2,3}(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])_{2,3}|~~|`{1,3}|\|\|")
_WORD = re.compile(r"[^\s|]++(?:\|\|[^\s|]++)*+")
_INLINE = (
    r"a|abbr|b|big|bdi|bdo|cite|code|data|del|dfn|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike|strong|sub|sup|tt"
    r"|u|var|wbr"
)
_TAG = re.compile(
    rf"(?:</?(?:{_INLINE})(?:\s[^<>]{{0,200}})?/?>|<!--[^<>]{{0,200}}?-->)++|<!\[CDATA\[|\]\]>", re.IGNORECASE
)
_CELLS = re.compile(r"</t[dh]>\s{0,40}<t[dh](?:\s[^<>]{0,80})?>", re.IGNORECASE)
_WRAP = re.compile(r"(?<![\\\r])\r?\n[ \t]{0,16}(?:> ?)?")
_AT_BLANK = re.compile(r"\d \r?\n[ \t]{0,16}(?:> ?)?\d{2}")
_BEFORE_BLANK = re.compile(r"\d\r?\n(?:> )?[ \t]{1,16}\d{2}")
_BLANKS = re.compile(r"[ \t]{0,16}")
_CONTINUED = re.compile(r"(?:\\|(?<=[\w@.:/=+-])`)\r?\n[ \t]{0,40}")
_LEFT = re.compile(r"[\w+/=.@:$%&*!#?~-]++\Z")
_RIGHT = re.compile(r"[\w+/=.@:$%&*!#?~-]++")
_TOKEN = 200  # characters of a piece that are looked at
_PIECE = re.compile(r"\d|[_@=+]|\w[.-]\w|[a-z][A-Z]|[A-Z]{2}[a-z]")
_SETTING = re.compile(r"[A-Za-z_][\w.-]*+\s?[=:]|[-*•]\s|\d{1,3}[.)]\s|\d{4}-\d\d-\d\d|\d\d:\d\d|\d\d?/\d\d?/\d")
_PLAIN_WORD = re.compile(r"[A-Za-z][a-z]{2,}[.,:;!?]*+\Z")
_PROSE = re.compile(
    r"(?:an?|and|are|as|at|be|by|for|from|here|in|is|it|my|of|on|or|our|than|that|the|then|this|to|use|was|with|your"
    r"|das|der|die|ist|lautet|mein|mit|und|est|et|la|les?|ma|mon|es|el|mi|y)\Z",
    re.IGNORECASE,
)
"""Words that end a line of prose, after which a value may begin."""
_NUMBER = re.compile(r"[\d.,+-]++\Z")
_JOINT = re.compile(
    r"([\"'`])[ \t]{0,20}(?:\\?\r?\n[ \t]{0,40})?(?:\+|\.{1,2}|&|\|\||<>|)"
    r"[ \t]{0,20}(?:\\?\r?\n[ \t]{0,40})?[fbru]{0,2}\1"
)
_ROW = re.compile(r"[\"'`][,;\t][\"'`][^\"'`\n]*\Z")
"""The last cell of a row of a table: the next line is a row of its own."""
_STRINGS = r"(?:\"[^\"\n]{1,200}\"|'[^'\n]{1,200}')"
_ITEMS = rf"(?:{_STRINGS}\s{{0,8}},\s{{0,8}}){{1,200}}{_STRINGS}"
_ARRAY = re.compile(
    rf"\[\s{{0,8}}(?P<first>{_ITEMS})\s{{0,8}}\]\s{{0,4}}\.join(?:\((?:\"\"|''|``)?\)|\b(?!\())"
    rf"|(?:(?:\"\"|'')\.join\(|implode\(\s?(?:\"\"|'')\s?,\s?)\[\s{{0,8}}(?P<last>{_ITEMS})\s{{0,8}}\]\)"
)
"""JavaScript's and Ruby's `[…].join`, Python's `"".join([…])`, PHP's `implode`."""
_LONGEST = 400  # characters of a string that another is appended to
_APPENDED = re.compile(r"([\"'`]);?[ \t]{0,20}\r?\n[ \t]{0,40}(\$?[A-Za-z_]\w{0,30})[ \t]{0,4}(?:\+=|\.=)[ \t]{0,4}\1")
_GIVEN = re.compile(r"(?<![\w$])(\$?[A-Za-z_]\w{0,30})[ \t]{0,4}(?::=|\+=|\.=|=)[ \t]{0,4}([\"'`])[^\"'`\n]{1,400}\2\Z")
_COMMA = re.compile(r"[\"']\s{0,8},\s{0,8}[\"']")


def emphasis(text: str) -> Iterator[Edit]:
    """Yield signs of emphasis and code (Markdown) in words that hold them inside."""
    done = -1
    for match in _EMPHASIS.finditer(text):
        if match.start() < done:
            continue
        start = max(text.rfind(" ", 0, match.start()), text.rfind("\n", 0, match.start()), match.start() - 400) + 1
        word = _WORD.match(text, max(start, done, 0))
        if word is None or word.end() <= match.start():
            continue
        done = word.end()
        for sign in _SIGNS.finditer(text, word.start(), min(word.end(), word.start() + 4000)):
            yield Edit(sign.start(), sign.end(), "", "emphasis")


def tags(text: str) -> Iterator[Edit]:
    """Yield tags and comments (HTML) inside words, and the ends of table cells."""
    found = list(_TAG.finditer(text))
    if any(_inside(text, match.start(), match.end()) for match in found):
        for match in found:
            yield Edit(match.start(), match.end(), "", "tags")
    for match in _CELLS.finditer(text):
        yield Edit(match.start(), match.end(), " ", "tags")


def _inside(text: str, start: int, end: int) -> bool:
    before, after = text[max(start - 1, 0) : start], text[end : end + 1]
    if before.strip() and after.strip():
        return True
    if text.startswith(("<wbr", "<!--"), start):  # it stands beside a blank of the value
        before, after = text[max(start - 2, 0) : start].strip(), text[end : end + 2].strip()
        return before[-1:].isdigit() and after[:1].isdigit()
    return text.startswith(("<![", "]]>"), start)


def continuations(text: str) -> Iterator[Edit]:
    """Yield line breaks that a backslash (or PowerShell's grave accent) takes back."""
    for match in _CONTINUED.finditer(text):
        if match[0][0] == "`" and text.count("`", text.rfind("\n", 0, match.start()) + 1, match.start()):
            continue  # the end of a stretch of code
        yield Edit(match.start(), match.end(), "", "wrap")


def wraps(text: str) -> Iterator[Edit]:
    """Yield line breaks within values."""
    for match in _WRAP.finditer(text):
        start, end = match.span()
        if _AT_BLANK.match(text, max(start - 2, 0)) or _BEFORE_BLANK.match(text, start - 1):
            blank = _BLANKS.match(text, end)
            left = len(text[max(0, start - 8) : start]) - len(text[max(0, start - 8) : start].rstrip(" "))
            yield Edit(start - left, blank.end() if blank else end, " ", "wrap")
        elif continued(text[max(0, start - _TOKEN) : start], text[end : end + _TOKEN]):
            yield Edit(start, end, "", "wrap")


def continued(before: str, after: str) -> bool:
    """Tell whether a value may run on from the end of `before` (its last part) to the beginning of `after`."""
    right = _RIGHT.match(after)
    if right is None or _PLAIN_WORD.match(right[0]) or _SETTING.match(after):
        return False
    blank = max(before.rfind(" "), before.rfind("\n"), before.rfind("\t"))
    left = _LEFT.search(before, blank + 1)
    if left is None or left[0][-1] in ":=?!" or (left[0][-1] == "." and left[0][:-1].isalpha()):
        return False
    if _PROSE.match(left[0]):
        return False
    if not (_PIECE.search(left[0]) or _PIECE.search(right[0])):
        return False
    if right[0][0] == "@" and left[0].isalpha():
        return False  # a decorator, a mention
    if _NUMBER.match(left[0]) and _NUMBER.match(right[0]):
        alone = before[: left.start()][-1:] in ("", "\n") and after[right.end() : right.end() + 1] in ("", "\n", "\r")
        return not alone  # lines of numbers are a column
    return True


def joints(text: str) -> Iterator[Edit]:
    """Yield what stands between string literals that a program joins."""
    for match in _JOINT.finditer(text):
        before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        if "\n" in match[0] and _ROW.search(text, max(0, match.start() - _TOKEN), match.start()):
            continue
        if not before.strip() and text[max(match.start() - 2, 0) : match.start() - 1].isalnum():
            before = text[match.start() - 2]  # a value with a blank in it
        if not after.strip() and text[match.end() + 1 : match.end() + 2].isalnum():
            after = text[match.end() + 1]
        if before.strip() and after.strip() and before not in "=([{,:" and match.end() - match.start() > 2:
            yield Edit(match.start(), match.end(), "", "joint")
    for array in _ARRAY.finditer(text):
        items = array.span("first") if array["first"] else array.span("last")
        yield Edit(array.start(), items[0] + 1, '"', "joint")
        for comma in _COMMA.finditer(text, *items):
            yield Edit(comma.start(), comma.end(), "", "joint")
        yield Edit(items[1] - 1, array.end(), '"', "joint")
    for more in _APPENDED.finditer(text):
        given = _GIVEN.search(text, max(0, more.start() - _LONGEST), more.start() + 1)
        if given is not None and given[1] == more[2] and given[2] == more[1]:
            yield Edit(more.start(), more.end(), "", "joint")
