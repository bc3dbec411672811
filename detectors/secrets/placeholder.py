"""A value in, whether it only stands for a secret out: templates, masks, examples, references, calls."""

import re

from detectors.secrets.randomness import ascending
from detectors.secrets.vocabulary import vocabulary

_TEMPLATE = re.compile(
    r"""
    \$\{ | \{\{ | \}\} | \$\( | \{%                 # ${X} {{X}} $(X) {% X %}
  | ^\$\w+-?$ | ^\$[A-Z]\w*: | ^%[A-Za-z_]\w*%$       # $X %X%
  | ^<[^<>]{1,80}>$ | ^\[[A-Za-z][\w .-]*\]$         # <X> [X]
  | ^\{[A-Za-z_0-9][\w.!:-]*\} | ^@[A-Za-z_]\w*@$        # {X} @X@
  | %[sdr](?!\w) | %\(\w+\)[sdr] | ^__\w+__$ | ^:[a-z_]+$ | ^\#\{ | ^!(?:Ref|Sub|vault)
    """,
    re.VERBOSE,
)
_MASK = re.compile(r"([xX*\u2022\u25cf.#?_-])\1{3,}|\.{3}|\u2026|0{8,}|(?:xX|Xx){3,}")
_REFERENCE = re.compile(
    r"""
    (?:^|\b)(?:os\.environ|os\.getenv|getenv|process\.env|import\.meta\.env|System\.getenv|ENV\[|env\(|Deno\.env
      |secrets\.|vault:|vault\.|ssm:|keyring\.|config\.|settings\.|var\.|local\.|data\.|self\.|this\.|params\.|props\.
      |request\.|req\.|args\.|options\.|opts\.|context\.|ctx\.|app\.|input\.|op://|arn:|projects/|file:|env:|base64:\$)
    """,
    re.VERBOSE,
)
_CALL = re.compile(r"^\.?[A-Za-z_][\w.:]*[(\[]|^![01][,;}]|^(?:new|await|lambda|function|func|def)\b|=>|\(\)")
_NESTED = re.compile(r"\[[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+\]")


def is_placeholder(value: str) -> bool:
    """Tell whether `value` stands for a secret without being one."""
    return is_template(value) or is_mask(value) or names_example(value) or _counted(value)


def is_template(value: str) -> bool:
    """Tell whether `value` is a template or our own placeholder (`[SECRET_JWT_K7Q2XW]`)."""
    return _TEMPLATE.search(value) is not None or _NESTED.search(value) is not None


def is_mask(value: str) -> bool:
    """Tell whether `value` is masked (`xxxx`, `****`, `sk-...`) or made of very few characters."""
    return _MASK.search(value) is not None or (len(value) >= 6 and len(set(value)) <= 2)


def names_example(value: str) -> bool:
    """Tell whether `value` holds a word that says it is an example."""
    lower = value.lower()
    for word in vocabulary().placeholders:  # noqa: SIM110 - on the hot path, and twice as fast as any()
        if word in lower:
            return True
    return False


def is_reference(value: str) -> bool:
    """Tell whether `value` is an expression that fetches a secret: an environment look-up, a member, a call."""
    return _REFERENCE.search(value) is not None or _CALL.search(value) is not None


def _counted(value: str) -> bool:
    return len(value) >= 16 and ascending(value) >= 8
