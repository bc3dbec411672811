"""The grammar of a policy file, `policy/v1`: every key, what it holds and what it means, as one table.

The reader checks files against this table; `policies/schema.json` and the tables of docs/policies.md are made from it.
A key or word that `needs` an ability belongs to the grammar; where this build has not got the ability it is an error,
never a weaker rule: see `policies.abilities`.
"""

from collections.abc import Mapping

from policies.facts import REASONS
from policies.grammar_match import CLAUSE, MATCH
from policies.rule import MODES, SEVERITIES
from policies.shape import Flag, Key, ListOf, Named, Number, Record, Shape, Text, WordOr
from policies.words import ACCOUNTS, ACTIVITIES, APP_CATEGORIES, PLACES, SCOPES, STATUSES, VERSION

_TEXT = Text()
_ID = Text(pattern=r"[a-z0-9][a-z0-9._-]{0,79}", wants="an id of small letters, digits, - _ and .")
_FREE_ID = Text(pattern=r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", wants="an id of letters, digits, - _ and .")
_TIME = Text(
    pattern=r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2}))?",
    wants="a date (2026-12-31) or a time with its zone (2026-12-31T17:00:00+01:00)",
)
_SPAN = Text(pattern=r"[1-9][0-9]{0,3}[mhdw]", wants="a span of time such as 30m, 8h or 7d")
_WORDS = ListOf(_TEXT, lists=True, shortest=1)
_TAGS = ListOf(_TEXT)
_NEEDS = {"tokenise": "tokenise", "coach": "coach", "route": "route"}


def _choice(*words: str) -> ListOf:
    return ListOf(Text(choices=words), shortest=1)


def _action(*words: str) -> Text:
    return Text(choices=words, needs={word: _NEEDS[word] for word in words if word in _NEEDS})


_TYPE = Key(
    _action("allow", "monitor", "tokenise", "redact", "coach", "block", "route"),
    "What is done. Of several rules the strictest wins: block, coach, redact, tokenise, monitor, allow; `route` joins.",
    required=True,
)
_MESSAGE = Key(_TEXT, "What the user is told. May hold {class} {app.name} {kinds} {ref} {alternative}; never a value.")
_ALTERNATIVE = Key(_TEXT, "The service to use instead, for {alternative} in the message.")
ACTION = Record(
    {
        "type": _TYPE,
        "message": _MESSAGE,
        "with": Key(
            Text(pattern=r"[^\n]{1,80}", wants="a line of at most 80 characters"),
            "What stands in the text instead of a value; {entity} is its kind. Without it: [REDACTED_{entity}].",
            needs="with",
        ),
        "alternative": _ALTERNATIVE,
        "justification": Key(
            Record(
                {
                    "required": Key(Flag(), "Whether nothing is sent without one; without it: false."),
                    "min_chars": Key(Number(1, 1000), "At least so many characters of its own."),
                    "choices": Key(ListOf(_TEXT, shortest=1), "Reasons to choose from."),
                }
            ),
            "What a user who was coached must say to send it all the same.",
            needs="coach",
        ),
        "remember": Key(
            Record(
                {
                    "for": Key(_SPAN, "How long: 30m, 8h, 7d; without it: 8h."),
                    "scope": Key(_choice(*SCOPES), "What it holds for; without it: user, app and rule."),
                }
            ),
            "How long an answer holds; without it for the one request.",
            needs="coach",
        ),
        "restore": Key(Flag(), "Put values back into the answer; without it: true for tokenise.", needs="restore"),
        "unwritable": Key(
            Text(choices=("block", "monitor")),
            "What redact or tokenise becomes where the text cannot be rewritten; without it: block.",
        ),
        "to": Key(_TEXT, "The target of `route`: a name under `routes` in services.yaml.", needs="route"),
    }
)
FINDING = Record(
    {
        "entity": Key(_TEXT, "An entity."),
        "label": Key(_TEXT, "A marking by name."),
        "document": Key(_TEXT, "An indexed document by id.", needs="documents"),
        "overlap": Key(Number(0, 1, whole=False), "Share of the document; without it: 1.", needs="overlap"),
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
                    "account": Key(
                        Text(choices=ACCOUNTS), "Account at the service; without it: unknown.", needs="accounts"
                    ),
                    "tenant": Key(_TEXT, "Tenant at the service.", needs="accounts"),
                    "residency": Key(ListOf(_TEXT), "Regions where the service keeps data.", needs="residency"),
                    "direction": Key(
                        Text(choices=("request", "response"), needs={"response": "response"}),
                        "Which way; without it: request.",
                    ),
                    "languages": Key(
                        ListOf(_TEXT), "What its prose is written in; without it: not told.", needs="languages"
                    ),
                    "answers": Key(
                        Named(r"[a-z0-9][a-z0-9._-]{0,79}", Text(choices=("justify", "redact"))),
                        "What the user answered to coaching, by rule.",
                        needs="coach",
                    ),
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
                    "action": Key(
                        _action("allow", "monitor", "tokenise", "redact", "coach", "block"), "The action taken."
                    ),
                    "would": Key(
                        _action("none", "allow", "monitor", "tokenise", "redact", "coach", "block", "route"),
                        "What the rules in shadow mode would do; `none`: no such rule matched.",
                    ),
                    "rules": Key(ListOf(_TEXT), "Every rule that matched, in either mode and in any order."),
                    "forwarded_excludes": Key(ListOf(_TEXT, shortest=1), "What must not be in the forwarded text."),
                    "restored_includes": Key(
                        ListOf(_TEXT, shortest=1), "What must be put back into an answer.", needs="restore"
                    ),
                    "route": Key(_TEXT, "The target that it is sent to; `none`: none.", needs="route"),
                }
            ),
            "What must come out.",
            required=True,
        ),
        "todo": Key(Flag(), "A known gap: the test may fail."),
    }
)
_TESTS = ListOf(TEST)
ROLLOUT = Record(
    {
        "percent": Key(Number(0, 100, whole=False), "Share for whom it enforces.", required=True),
        "by": Key(Text(choices=("user",)), "By user (by address where there is none)."),
    }
)
RULE = Record(
    {
        "id": Key(_ID, "Its name in the log: unique in the policy set.", required=True),
        "description": Key(_TEXT, "What it is for."),
        "mode": Key(Text(choices=MODES), "`shadow` records what it would do; `enforce` does it."),
        "rollout": Key(
            ROLLOUT,
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
            _action("allow", "monitor", "tokenise", "redact", "coach"),
            "The strictest that its rules may still do; without it: monitor.",
        ),
    }
)
ADJUST = Record(
    {
        "rule": Key(_ID, "The rule of another file that is tuned.", required=True),
        "reason": Key(_TEXT, "Why.", required=True),
        "owner": Key(_TEXT, "Who answers for it.", required=True),
        "mode": Key(Text(choices=MODES), "Its mode here."),
        "rollout": Key(ROLLOUT, "Its staged roll-out here."),
        "severity": Key(Text(choices=SEVERITIES), "Its severity here."),
        "action": Key(ACTION, "Its action here, whole."),
        "message": Key(_TEXT, "What the user is told here, the action as it is."),
        "min_confidence": Key(Number(0, 1, whole=False), "In each of its clauses of `any` and `all`."),
        "min_count": Key(Number(1, 1_000_000), "In each of its clauses of `any` and `all`."),
        "min_distinct": Key(Number(1, 1_000_000), "In each of its clauses of `any` and `all`."),
        "min_lines": Key(Number(1, 1_000_000), "In each of its clauses of `any` and `all` that speak of lines."),
        "notify": Key(_TAGS, "Who is to be told as well."),
        "tags": Key(_TAGS, "Further controls that it serves here."),
    }
)
INSPECTION = Record(
    {
        "hosts": Key(_WORDS, "Hosts; `*` stands for any characters, `category:NAME` for a list of services.yaml."),
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
_DEFAULT_ACTION = _action("allow", "monitor", "coach", "block")
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
                        "documents": Key(_WORDS, "Indexed documents that do.", needs="documents"),
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
        "adjust": Key(ListOf(ADJUST), "Local tuning of rules that another file brings."),
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
    "adjust": ADJUST,
    "exception": EXCEPTION,
    "inspection": INSPECTION,
    "test": TEST,
    "finding": FINDING,
}
"""The records that the manual and the schema describe once, by name."""


def section(shape: Shape) -> str:
    """Return the name of the section that `shape` is, or nothing."""
    return next((name for name, record in SECTIONS.items() if record is shape), "")
