"""The grammar of a `match`: when a rule or an exception applies."""

from policies.shape import Flag, Key, ListOf, Number, Record, Text
from policies.words import ACCOUNTS, ACTIVITIES, APP_CATEGORIES, DAYS, FINDING_CATEGORIES, PLACES, STATUSES

_TEXT = Text()
_WORDS = ListOf(_TEXT, lists=True, shortest=1)


def _choice(*words: str) -> ListOf:
    return ListOf(Text(choices=words), shortest=1)


CLAUSE = Record(
    {
        "entities": Key(_WORDS, "Entities or groups of entities: `US_SSN`, `SECRET.*`, `PII.CONTACT`."),
        "groups": Key(_WORDS, "Groups of entities: `PII.HEALTH`."),
        "categories": Key(_choice(*FINDING_CATEGORIES), "Families of findings."),
        "documents": Key(_WORDS, "Indexed documents by id; `*` stands for any characters.", needs="documents"),
        "labels": Key(_WORDS, "Markings by name: `CONFIDENTIAL` is the entity `LABEL_CONFIDENTIAL`."),
        "class_at_least": Key(_TEXT, "A class of `classes`: findings that make a request at least that."),
        "in": Key(_choice(*PLACES), "Kinds of parts to look in. Without it: all but `credential`."),
        "decided": Key(
            Flag(), "Only text that the service itself produced earlier (true), or only other text (false)."
        ),
        "min_confidence": Key(Number(0, 1, whole=False), "Only findings with at least this score."),
        "min_count": Key(Number(1, 1_000_000), "At least so many findings."),
        "min_distinct": Key(Number(1, 1_000_000), "At least so many different values."),
        "min_overlap": Key(Number(0, 1, whole=False), "At least this share of an indexed document.", needs="overlap"),
        "min_lines": Key(Number(1, 1_000_000), "At least so many lines of source code, all findings together."),
        "languages": Key(
            _WORDS,
            "Its prose is in one of these (ISO 639-1): `de`. Alone it asks for no finding. Too short: unknown.",
            needs="languages",
        ),
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
                    "accounts": Key(
                        _choice(*ACCOUNTS),
                        "Account at the service; one that the wire does not show is `unknown`.",
                        needs="accounts",
                    ),
                    "tenants": Key(_WORDS, "Tenants at the service; `*` stands for any characters.", needs="accounts"),
                    "models": Key(_WORDS, "Models asked for; `*` stands for any characters."),
                    "residency_not": Key(_WORDS, "The service keeps data in none of these regions.", needs="residency"),
                    "trust_zone_not": Key(
                        _WORDS, "Outside of these trust zones; a service without one is outside of all."
                    ),
                    "trust_zone": Key(_WORDS, "Trust zones given by the deployment (services.yaml)."),
                }
            ),
            "To which service.",
        ),
        "activity": Key(_choice(*ACTIVITIES), "What is done there."),
        "direction": Key(
            ListOf(Text(choices=("request", "response"), needs={"response": "response"}), shortest=1),
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
            _TEXT,
            "A CEL expression over `request`, `app` and `who`, checked when the file is read; evaluated last.",
            needs="condition",
        ),
    }
)
