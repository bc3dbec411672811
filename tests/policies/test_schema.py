"""Files that fit the grammar and still contradict themselves: each kind gives one precise message."""

from datetime import UTC, datetime
from hashlib import sha256

import pytest

from policies.load import from_texts
from policies.problem import PolicyError
from policies.rule import Action

HEAD = "schema: policy/v1\npolicy: test\n"


def problems(text: str, **more: str) -> list[str]:
    with pytest.raises(PolicyError) as raised:
        from_texts({"a.yaml": HEAD + text, **{name.replace("_", ".", 1): body for name, body in more.items()}})
    return [f"{p.file}:{p.line}:{p.column}: {p.message} | {p.help}" for p in raised.value.problems]


def rule(match: str = "{}", action: str = "{type: block}", more: str = "") -> str:
    return f"rules:\n  - id: r\n    match: {match}\n    action: {action}\n{more}"


ONE_OF_EACH = [
    ("rules: [{id: r}]", 'the key "action" is missing'),
    ("rulez: []", 'unknown key "rulez"'),
    (rule("{content: {any: [{entities: [EMIAL]}]}}"), 'unknown entity "EMIAL"'),
    (rule("{content: {any: [{labels: ['--']}]}}"), '"--" cannot be a marking'),
    (rule("{content: {any: [{class_at_least: Secret}]}}"), 'unknown class "Secret"'),
    (rule("{content: {any: [{entities: $keys}]}}"), 'unknown list "$keys"'),
    (rule("{content: {any: [{min_count: 5}]}}"), "the clause says not what to find"),
    (rule("{content: {any: [{labels: [A], entities: [US_SSN]}]}}"), "no finding is both in `labels` and in `entities`"),
    (rule("{content: {any: []}}"), "an empty list asks nothing"),
    (rule("{who: {}}"), "`who` asks nothing"),
    (rule("{who: {networks: [10.0.0.1/8]}}"), '"10.0.0.1/8" is not a network'),
    (rule("{app: {status: [sanctionned]}}"), 'unknown word "sanctionned"'),
    (rule("{when: {inside: {tz: Europe/Berln}}}"), 'unknown time zone "Europe/Berln"'),
    (rule('{when: {inside: {hours: "25:00-26:00"}}}'), "not a stretch of the day"),
    (rule(action="{type: tokenise}"), "redact says not what to take out"),
    (rule(action="{type: route}"), "route says not where to"),
    (rule(action="{type: redact}"), "redact says not what to take out"),
    (
        rule("{content: {any: [{labels: [SECRET]}]}}", "{type: redact}"),
        "redact cannot take out LABEL_SECRET: it says something of the whole text",
    ),
    (
        rule("{content: {all: [{categories: [label]}]}}", "{type: redact}"),
        "redact cannot take out label: it says something of the whole text",
    ),
    (
        rule("{content: {all: [{entities: [DOCUMENT]}]}}", "{type: redact}"),
        "redact cannot take out DOCUMENT: it says something of the whole text",
    ),
    (rule(action="{type: block, unwritable: monitor}"), "`unwritable` means nothing for block"),
    (rule(action='{type: block, message: "{count} people"}'), 'a message cannot hold "{count}"'),
    (rule(action='{type: block, message: "use {alternative}"}'), "the message names an alternative, but there is none"),
    (rule(more="    floor: true\n    rollout: {percent: 5}\n"), "a floor holds for everyone"),
    (rule(action="{type: monitor}", more="    floor: true\n"), "monitor is no floor"),
    (rule(more="  - {id: r, action: {type: block}}\n"), 'the id "r" is taken'),
    ("classes: [{name: A}, {name: A}]", 'the class "A" stands twice'),
    ("lists: {a: {}}", "a list needs either `items` or `file`"),
    ("lists: {a: {file: words.txt}}", 'cannot read the list "words.txt"'),
    ("inspection: [{hosts: [a], do: pass_through, owner: me, expires: '2030-01-01'}]", "pass_through needs `reason`"),
    ("inspection: [{do: refuse}]", "the entry holds for every connection"),
    ("defaults: {on_unknown: {timeot: block}}", 'unknown key "timeot"'),
]


@pytest.mark.parametrize(("text", "message"), ONE_OF_EACH, ids=[message for _, message in ONE_OF_EACH])
def test_each_contradiction_gives_one_message(text: str, message: str) -> None:
    (problem,) = problems(text)
    assert problem.split(": ", 1)[1].partition(" | ")[0] == message
    assert int(problem.split(":")[1]) >= 1


def test_the_message_of_the_manual() -> None:
    with pytest.raises(PolicyError) as raised:
        from_texts({"packs/default.yaml": HEAD + rule("{content: {any: [{entities: [EMIAL]}]}}")})
    assert str(raised.value) == (
        'packs/default.yaml:5:39: unknown entity "EMIAL"\n'
        "  5 |     match: {content: {any: [{entities: [EMIAL]}]}}\n"
        "    |                                         ^\n"
        '  help: did you mean "EMAIL"?'
    ).replace(":5:39:", ":5:41:")


def exception(more: str, rules: str = "[r]", floor: str = "") -> str:
    text = f"exceptions: [{{id: E, rules: {rules}, reason: t, owner: me, {more}}}]\n"
    return rule(more=floor) + text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (exception("expires: '2026-12-31'", rules="[rr]"), 'unknown rule "rr"'),
        (exception("expires: '2026-13-01'"), '"2026-13-01" is not a date'),
        (exception("expires: '2026-12-31'", floor="    floor: true\n"), 'the rule "r" is a floor'),
        (exception("expires: '2026-12-31', max_action: redact"), "redact says not what to take out"),
        (exception("ticket: '4312'"), 'the key "expires" is missing'),
        (exception("expires: '2026-12-31', ticket: 4312"), "expected text, found the number 4312"),
    ],
)
def test_exceptions(text: str, message: str) -> None:
    (problem,) = problems(text)
    assert message in problem


def test_a_date_ends_with_its_last_second() -> None:
    policy = from_texts({"a.yaml": HEAD + exception("expires: 2026-12-31")})
    assert policy.exceptions[0].expires == datetime(2027, 1, 1, tzinfo=UTC)


def test_defaults_and_classes_stand_in_one_file() -> None:
    other = HEAD + "defaults: {mode: shadow}\nclasses: [{name: B}]\n"
    found = problems("defaults: {mode: enforce}\nclasses: [{name: A}]\n", b_yaml=other)
    assert [p.partition(" | ")[0] for p in found] == [
        "b.yaml:3:11: `defaults` stands in two files of this policy set",
        "b.yaml:4:10: `classes` stands in two files of this policy set",
    ]


def test_ids_and_lists_are_shared_by_the_files_of_a_set() -> None:
    found = problems(rule(), b_yaml=HEAD + rule())
    assert found == ['b.yaml:4:9: the id "r" is taken | it stands first at a.yaml:4:9']
    policy = from_texts(
        {
            "a.yaml": HEAD + "lists: {keys: {items: [SECRET.*]}}",
            "b.yaml": HEAD + rule("{content: {any: [{entities: $keys}]}}"),
        }
    )
    assert policy.rules[0].match.content.any[0].entities == ("SECRET.*",)


def test_a_list_in_a_file_is_held_to_its_checksum() -> None:
    words = "US_SSN  # numbers\n\nIBAN_CODE\n"
    text = "lists: {keys: {file: lists/keys.txt, sha256: %s}}\n" + rule("{content: {any: [{entities: $keys}]}}")
    good = sha256(words.encode()).hexdigest()
    policy = from_texts({"p/a.yaml": HEAD + text % f"'{good}'", "p/lists/keys.txt": words})
    assert policy.rules[0].match.content.any[0].entities == ("US_SSN", "IBAN_CODE")
    with pytest.raises(PolicyError, match="the checksum of the list is another"):
        from_texts({"p/a.yaml": HEAD + text % f"'{good}'", "p/lists/keys.txt": words + "PERSON\n"})
    with pytest.raises(PolicyError, match="needs its checksum"):
        from_texts({"p/a.yaml": HEAD + "lists: {keys: {file: k.txt}}", "p/k.txt": words})


def test_a_list_lies_beside_its_file() -> None:
    assert "a file beside this one" in problems("lists: {a: {file: ../../secrets}}")[0]


def test_a_bare_word_sets_every_reason_and_a_map_some() -> None:
    every = from_texts({"a.yaml": HEAD + "defaults: {on_unknown: flag}"}).defaults.on_unknown
    assert set(every.values()) == {"flag"}
    some = from_texts({"a.yaml": HEAD + "defaults: {on_unknown: {timeout: flag}}"}).defaults.on_unknown
    assert (some["timeout"], some["media"], some["error"]) == ("flag", "by_status", "block")


def test_a_new_rule_never_enforces_by_accident() -> None:
    assert from_texts({"a.yaml": HEAD + rule()}).rules[0].mode == "shadow"
    assert from_texts({"a.yaml": HEAD + "defaults: {mode: enforce}\n" + rule()}).rules[0].mode == "enforce"


def test_an_unquoted_no_is_text() -> None:
    policy = from_texts({"a.yaml": HEAD + rule("{who: {groups: [no, on]}}")})
    assert policy.rules[0].match.who.groups == ("no", "on")


def test_app_status_is_merged_with_what_is_shipped() -> None:
    status = from_texts({"a.yaml": HEAD + "defaults: {app_status: {unknown: block}}"}).defaults.app_status
    assert (status["unknown"], status["prohibited"], status["tolerated"]) == (
        Action.BLOCK,
        Action.BLOCK,
        Action.MONITOR,
    )
