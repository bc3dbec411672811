"""The grammar of a policy file, `policy/v1`: every key, what it holds and what it means, as one table.

The reader checks files against this table and `policies/schema.json` is generated from it. A key or word marked
`later` belongs to the grammar but cannot be carried out by this build: it is an error, never a weaker rule.
"""

from collections.abc import Mapping

from policies.facts import REASONS
from policies.rule import MODES, SEVERITIES
from policies.shape import Flag, Key, ListOf, Named, Number, Record, Shape, Text, WordOr

VERSION = "policy/v1"
STATUSES = ("sanctioned", "tolerated", "unsanctioned", "prohibited", "unknown")
APP_CATEGORIES = tuple(
    f"genai.{kind}" for kind in ("chat", "api", "code", "image", "audio", "search", "agent", "other")
)
ACTIVITIES = (
    "chat",
    "completion",
    "embedding",
    "upload",
    "fine_tune",
    "image",
    "audio",
    "realtime",
    "agent_tool",
    "auth",
    "telemetry",
    "asset",
    "other",
)
FINDING_CATEGORIES = ("pii", "secret", "code", "label", "fingerprint", "opaque")
PLACES = ("prompt", "system", "tool_def", "tool_call", "tool_result", "file", "metadata", "header", "credential")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_TEXT = Text()
_ID = Text(pattern=r"[a-z0-9][a-z0-9._-]{0,79}", wants="an id of small letters, digits, - _ and .")
_FREE_ID = Text(pattern=r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", wants="an id of letters, digits, - _ and .")
_TIME = Text(
    pattern=r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2}))?",
    wants="a date (2026-12-31) or a time with its zone (2026-12-31T17:00:00+01:00)",
)
_WORDS = ListOf(_TEXT, lists=True, shortest=1)
_TAGS = ListOf(_TEXT)
_ACCOUNTS = "accounts and tenants are not told apart yet: use services of different status (services.yaml)"
_DOCUMENTS = "documents are not indexed yet: use `labels` or `entities`"
_TOKENISE = "values are not put back into answers yet: use redact"
_COACH = "users are not asked yet: use block with a message"
_ROUTE = "requests are not sent elsewhere yet: use block with a message that names the alternative"


def _choice(*words: str) -> ListOf:
    return ListOf(Text(choices=words), shortest=1)


CLAUSE = Record(
    {
        "entities": Key(_WORDS, "Entities or groups of entities: `US_SSN`, `SECRET.*`, `PII.CONTACT`."),
        "groups": Key(_WORDS, "Groups of entities: `PII.HEALTH`."),
        "categories": Key(_choice(*FINDING_CATEGORIES), "Families of findings."),
        "documents": Key(_WORDS, "Indexed documents.", later=_DOCUMENTS),
        "labels": Key(_WORDS, "Markings by name: `CONFIDENTIAL` is the entity `LABEL_CONFIDENTIAL`."),
        "class_at_least": Key(_TEXT, "A class of `classes`: findings that make a request at least that."),
        "in": Key(_choice(*PLACES), "Kinds of parts to look in. Without it: all but `credential`."),
        "decided": Key(
            Flag(), "Only text that the service itself produced earlier (true), or only other text (false)."
        ),
        "min_confidence": Key(Number(0, 1, whole=False), "Only findings with at least this score."),
        "min_count": Key(Number(1, 1_000_000), "At least so many findings."),
        "min_distinct": Key(Number(1, 1_000_000), "At least so many different values."),
        "min_overlap": Key(Number(0, 1, whole=False), "Share of an indexed document.", later=_DOCUMENTS),
        "min_lines": Key(Number(1, 1_000_000), "At least so many lines of source code, all findings together."),
        "languages": Key(_WORDS, "Natural languages.", later="the language of prose is not recognised yet"),
        "code_languages": Key(_WORDS, "Programming languages, in small letters: `python`."),
    }
)
_CLAUSES = ListOf(CLAUSE, shortest=1)
_WINDOW = Record(
    {
        "days": Key(_choice(*DAYS), "Days of the week; without it: every day."),
        "hours": Key(
            Text(pattern=r"[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]", wants='hours such as "07:00-20:00"'),
            "From the first time up to, and without, the second; past midnight if the second is earlier.",
        ),
        "tz": Key(_TEXT, "IANA time zone, such as `Europe/Berlin`; without it: UTC."),
    }
)
MATCH = Record(
    {
        "who": Key(
            Record(
                {
                    "users": Key(_WORDS, "Users; `*` stands for any characters."),
                    "groups": Key(_WORDS, "At least one of these groups."),
                    "not_groups": Key(_WORDS, "None of these groups."),
                    "networks": Key(_WORDS, "Client address in one of these networks (CIDR)."),
                    "not_networks": Key(_WORDS, "Client address in none of these networks."),
                    "devices": Key(_WORDS, "Devices; `*` stands for any characters."),
                }
            ),
            "Who sends.",
        ),
        "app": Key(
            Record(
                {
                    "ids": Key(_WORDS, "Services by id: `openai-api`; `*` stands for any characters."),
                    "categories": Key(_choice(*APP_CATEGORIES), "Kinds of services."),
                    "status": Key(_choice(*STATUSES), "Status given by the deployment (services.yaml)."),
                    "accounts": Key(_WORDS, "Personal or corporate account.", later=_ACCOUNTS),
                    "tenants": Key(_WORDS, "Tenant of the service.", later=_ACCOUNTS),
                    "models": Key(_WORDS, "Models asked for; `*` stands for any characters."),
                    "residency_not": Key(_WORDS, "Regions.", later="where a service keeps data is not known yet"),
                    "trust_zone": Key(_WORDS, "Trust zones given by the deployment (services.yaml)."),
                }
            ),
            "To which service.",
        ),
        "activity": Key(_choice(*ACTIVITIES), "What is done there."),
        "direction": Key(
            ListOf(Text(choices=("request",), later={"response": "answers are not inspected yet"}), shortest=1),
            "Which way; without it: request.",
        ),
        "tools": Key(Flag(), "Whether the request carries tools, as a coding agent's does."),
        "when": Key(
            Record({"inside": Key(_WINDOW, "Within this time."), "outside": Key(_WINDOW, "Not within this time.")}),
            "At what time.",
        ),
        "content": Key(
            Record(
                {
                    "any": Key(_CLAUSES, "At least one of these clauses."),
                    "all": Key(_CLAUSES, "Every one of these clauses."),
                    "none": Key(_CLAUSES, "Not one of these clauses."),
                }
            ),
            "With what in it.",
        ),
        "condition": Key(
            _TEXT, "A CEL expression.", later="conditions in CEL are not evaluated yet: use the keys of `match`"
        ),
    }
)
ACTION = Record(
    {
        "type": Key(
            Text(
                choices=("allow", "monitor", "redact", "block"),
                later={"coach": _COACH, "tokenise": _TOKENISE, "route": _ROUTE},
            ),
            "What is done. Of several rules the strictest wins: block, redact, monitor, allow.",
            required=True,
        ),
        "message": Key(
            _TEXT,
            "What the user is told. May hold {class} {app.name} {kinds} {ref} {alternative}; never a value.",
        ),
        "with": Key(_TEXT, "What stands instead of a value.", later="a redaction always reads [REDACTED_<entity>]"),
        "alternative": Key(_TEXT, "The service to use instead, for {alternative} in the message."),
        "justification": Key(Named(r".+", _TEXT), "What the user must say.", later=_COACH),
        "remember": Key(Named(r".+", _TEXT), "How long an answer holds.", later=_COACH),
        "restore": Key(Flag(), "Put values back into the answer.", later=_TOKENISE),
        "unwritable": Key(
            Text(choices=("block", "monitor")),
            "What a redaction becomes where the text cannot be rewritten; without it: block.",
        ),
        "to": Key(_TEXT, "Where to send it.", later=_ROUTE),
    }
)
FINDING = Record(
    {
        "entity": Key(_TEXT, "An entity."),
        "label": Key(_TEXT, "A marking by name."),
        "document": Key(_TEXT, "An indexed document.", later=_DOCUMENTS),
        "confidence": Key(Number(0, 1, whole=False), "Score; without it: 0.9."),
        "count": Key(Number(1, 1_000_000), "How many; without it: 1."),
        "distinct": Key(Number(1, 1_000_000), "How many different ones; without it: `count`."),
        "lines": Key(Number(1, 1_000_000), "Lines of source code."),
        "language": Key(_TEXT, "Programming language."),
        "in": Key(Text(choices=PLACES), "Kind of the part; without it: prompt."),
        "writable": Key(Flag(), "Whether the part can be rewritten; without it: true."),
        "decided": Key(Flag(), "Whether the vendor produced the part earlier; without it: false."),
    }
)
TEST = Record(
    {
        "name": Key(_TEXT, "What is shown.", required=True),
        "given": Key(
            Record(
                {
                    "user": Key(_TEXT, "Who."),
                    "groups": Key(ListOf(_TEXT), "Groups of the user."),
                    "ip": Key(_TEXT, "Client address."),
                    "device": Key(_TEXT, "Device."),
                    "app": Key(_TEXT, "Service id."),
                    "category": Key(Text(choices=APP_CATEGORIES), "Kind of the service."),
                    "status": Key(Text(choices=STATUSES), "Status of the service; without it: tolerated."),
                    "trust_zone": Key(_TEXT, "Trust zone of the service."),
                    "account": Key(_TEXT, "Account.", later=_ACCOUNTS),
                    "model": Key(_TEXT, "Model."),
                    "activity": Key(Text(choices=ACTIVITIES), "Activity; without it: chat."),
                    "tools": Key(Flag(), "Whether the request carries tools."),
                    "rewritable": Key(Flag(), "Whether the body can be rewritten; without it: true."),
                    "bytes": Key(Number(0, 10**12), "Size of the body."),
                    "at": Key(_TIME, "The time of the request; without it: noon UTC of 2026-01-14, a Wednesday."),
                    "rollout": Key(
                        Text(choices=("in", "out")), "Inside or outside of a staged roll-out; without it: in."
                    ),
                }
            ),
            "The circumstances.",
        ),
        "prompt": Key(_TEXT, "The text, given to the detectors. {{fake.NAME}} stands for a live-looking value."),
        "body": Key(_TEXT, "A JSON body, given to the detectors leaf by leaf."),
        "findings": Key(ListOf(FINDING), "What was found; the detectors do not run."),
        "unknown": Key(_choice(*REASONS), "Reasons why something could not be read."),
        "expect": Key(
            Record(
                {
                    "action": Key(Text(choices=("allow", "monitor", "redact", "block")), "The action taken."),
                    "would": Key(
                        Text(choices=("none", "allow", "monitor", "redact", "block")),
                        "What the rules in shadow mode would do; `none`: no such rule matched.",
                    ),
                    "rules": Key(ListOf(_TEXT), "Every rule that matched, in either mode and in any order."),
                    "forwarded_excludes": Key(ListOf(_TEXT, shortest=1), "What must not be in the forwarded text."),
                    "restored_includes": Key(ListOf(_TEXT), "What must be in the answer.", later=_TOKENISE),
                }
            ),
            "What must come out.",
            required=True,
        ),
        "todo": Key(Flag(), "A known gap: the test may fail."),
    }
)
_TESTS = ListOf(TEST)
RULE = Record(
    {
        "id": Key(_ID, "Its name in the log: unique in the policy set.", required=True),
        "description": Key(_TEXT, "What it is for."),
        "mode": Key(Text(choices=MODES), "`shadow` records what it would do; `enforce` does it."),
        "rollout": Key(
            Record(
                {
                    "percent": Key(Number(0, 100, whole=False), "Share for whom it enforces.", required=True),
                    "by": Key(Text(choices=("user",)), "By user (by address where there is none)."),
                }
            ),
            "Enforce for some, rehearse for the others; who is in stays in as the share grows.",
        ),
        "severity": Key(Text(choices=SEVERITIES), "How grave a match is; without it: medium."),
        "floor": Key(Flag(), "No exception may lift the rule."),
        "match": Key(MATCH, "When it applies; without it: always."),
        "action": Key(ACTION, "What is done then.", required=True),
        "notify": Key(_TAGS, "Who is to be told: named in the verdict."),
        "tags": Key(_TAGS, "Controls that it serves: `ISO27001:A.8.12`."),
        "tests": Key(_TESTS, "Tests of the rule."),
    }
)
EXCEPTION = Record(
    {
        "id": Key(_FREE_ID, "Its name in the log.", required=True),
        "rules": Key(ListOf(_TEXT, shortest=1), "The rules that it lifts.", required=True),
        "match": Key(MATCH, "Where it holds; without it: everywhere."),
        "reason": Key(_TEXT, "Why.", required=True),
        "owner": Key(_TEXT, "Who answers for it.", required=True),
        "approved_by": Key(_TEXT, "Who allowed it."),
        "ticket": Key(_TEXT, "Where it was asked for."),
        "expires": Key(_TIME, "When it ends; a date ends with its last second, UTC.", required=True),
        "max_action": Key(
            Text(choices=("allow", "monitor", "redact")),
            "The strictest that its rules may still do; without it: monitor.",
        ),
    }
)
INSPECTION = Record(
    {
        "hosts": Key(_WORDS, "Hosts; `*` stands for any characters."),
        "groups": Key(_WORDS, "Groups of the user."),
        "networks": Key(_WORDS, "Networks of the client (CIDR)."),
        "do": Key(
            Text(choices=("inspect", "pass_through", "refuse")), "What is done with the connection.", required=True
        ),
        "reason": Key(_TEXT, "Why; needed for pass_through."),
        "owner": Key(_TEXT, "Who answers for it; needed for pass_through."),
        "expires": Key(_TIME, "When it ends; needed for pass_through."),
    }
)
_RESOLUTION = Text(choices=("block", "flag", "by_status"))
_DEFAULT_ACTION = Text(choices=("allow", "monitor", "block"), later={"coach": _COACH})
FILE = Record(
    {
        "schema": Key(Text(choices=(VERSION,)), "The version of the grammar.", required=True),
        "policy": Key(_ID, "The name of the file's policy.", required=True),
        "owner": Key(_TEXT, "Who answers for it."),
        "description": Key(_TEXT, "What it is for."),
        "defaults": Key(
            Record(
                {
                    "mode": Key(Text(choices=MODES), "Mode of rules that name none; without it: shadow."),
                    "on_unknown": Key(
                        WordOr(
                            _RESOLUTION, Record({r: Key(_RESOLUTION, f"Where the reason is {r}.") for r in REASONS})
                        ),
                        "What becomes of a request that could not be read wholly, by reason.",
                    ),
                    "app_status": Key(
                        Record({s: Key(_DEFAULT_ACTION, f"For {s} services.") for s in STATUSES}),
                        "What holds where no rule matched; only an allow rule takes it away.",
                    ),
                }
            ),
            "At most one file of a policy set holds them.",
        ),
        "classes": Key(
            ListOf(
                Record(
                    {
                        "name": Key(_TEXT, "Its name.", required=True),
                        "labels": Key(_WORDS, "Markings that make a request belong to it."),
                        "entities": Key(_WORDS, "Entities that do."),
                        "groups": Key(_WORDS, "Groups of entities that do."),
                        "documents": Key(_WORDS, "Documents that do.", later=_DOCUMENTS),
                    }
                )
            ),
            "Classes of data, lowest first. At most one file of a policy set holds them.",
        ),
        "lists": Key(
            Named(
                r"[a-z][a-z0-9_]*",
                Record(
                    {
                        "items": Key(ListOf(_TEXT), "The words."),
                        "file": Key(
                            Text(pattern=r"(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9_./-]*", wants="a file beside this one"),
                            "A file beside this one with one word a line.",
                        ),
                        "sha256": Key(Text(pattern=r"[0-9a-f]{64}", wants="64 hexadecimal digits"), "Its checksum."),
                    }
                ),
            ),
            "Words by name, used as $name.",
        ),
        "inspection": Key(ListOf(INSPECTION), "Which connections are opened for inspection at all."),
        "rules": Key(ListOf(RULE), "The rules; their order means nothing."),
        "exceptions": Key(ListOf(EXCEPTION), "Dated liftings of rules."),
        "tests": Key(_TESTS, "Tests of the whole policy set."),
    }
)
SECTIONS: Mapping[str, Record] = {
    "file": FILE,
    "rule": RULE,
    "match": MATCH,
    "clause": CLAUSE,
    "action": ACTION,
    "exception": EXCEPTION,
    "inspection": INSPECTION,
    "test": TEST,
    "finding": FINDING,
}
"""The records that the manual and the schema describe once, by name."""


def section(shape: Shape) -> str:
    """Return the name of the section that `shape` is, or nothing."""
    return next((name for name, record in SECTIONS.items() if record is shape), "")
