"""An audit record of a decision in, the facts that the rules were asked with out: without a text, for another policy.

Rules
1. A row of findings becomes facts again: one a different value where every digest was kept, else one a level of score.
2. What the log cannot tell exactly is given as bounds: `least` holds what was there for certain, `most` what may have
   been there. They differ where scores were rounded to tenths, and where values of two rows cannot be told apart.
3. What the log does not hold at all is a gap, in words: rows that were left out, findings below the floor, a masked
   model. Detectors that did not run are the caller's to compare (`ran`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from policies.facts import Facts, FindingFact
from proxy.audit.masking import HIDDEN

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Replay:
    """One decision, ready to be decided again."""

    event: str
    at: datetime
    least: Facts
    most: Facts
    gaps: tuple[str, ...]
    decided: Mapping[str, Any] = field(repr=False)  # the record's own `decision`
    below: bool = False  # something was found that was too unsure for a row

    @property
    def exact(self) -> bool:
        """Tell whether the facts are those of the decision, and not bounds."""
        return self.least is self.most and not self.gaps


def replay(record: Mapping[str, Any]) -> Replay | None:
    """Return what a record of type `decision` holds, None where no policy decided. Raises KeyError for other types."""
    app, req, facts, decided = record["app"], record["req"], record["facts"], record["decision"]
    if decided.get("at") is None:
        return None  # the inspection failed: see proxy.audit.record.failure
    rows: Sequence[Row] = facts["findings"]
    base = Facts(
        user=record["who"]["user"],
        groups=tuple(record["who"]["groups"]),
        address=record["who"]["ip"],
        device=record["who"]["device"],
        app=app["id"],
        host=app["host"],
        category=app["category"],
        status=app["status"],
        trust_zone=app["trust_zone"],
        residency=tuple(app.get("residency", ())),
        account=app["account"],
        tenant=app["tenant"],
        model="" if req["model"] == HIDDEN else req["model"],
        activity=req["activity"],
        direction=req.get("direction", "request"),
        bytes=req["bytes"],
        tools=req["tools"],
        rewritable=req["rewritable"],
        unknown=tuple(facts["unknown"]),
        ran=frozenset(facts["ran"]),
        languages=tuple((each["in"], each["language"]) for each in facts.get("languages", ())),
        answers=tuple((each["rule"], each["answer"]) for each in facts.get("answers", ())),
    )
    gaps = [f"{facts['omitted']} findings have no row"] if facts["omitted"] else []
    gaps += ["the model is masked"] if req["model"] == HIDDEN else []
    least = replace(base, findings=tuple(_findings(rows, most=False)))
    certain = not any(row.get("rounded") for row in rows) and all(map(_whole, rows))
    most = least if certain else replace(base, findings=tuple(_findings(rows, most=True)))
    at = datetime.fromisoformat(decided["at"])
    return Replay(record["id"], at, least, most, tuple(gaps), decided, bool(facts.get("below", 0)))


def _whole(row: Row) -> bool:
    """Tell whether the different values of a row can be counted exactly: all have a digest, or none has."""
    return len(row["digests"]) == row["distinct"] or not row["digests"]


def _findings(rows: Sequence[Row], *, most: bool) -> Iterator[FindingFact]:
    # A reference a fact: the verdict on the replayed facts then redacts as the one on the real ones did.
    facts = (fact for row in rows for fact in _row(row, most=most))
    return (replace(fact, ref=number) for number, fact in enumerate(facts))


def _row(row: Row, *, most: bool) -> Iterator[FindingFact]:
    """Yield the facts of one row. `most` takes scores at the upper end, and values of other rows for different ones."""
    digests = list(row["digests"]) if _whole(row) else []
    for level, count, distinct in row["by"]:
        score = min(1.0, level + 0.0999) if most and row.get("rounded") else level
        base = FindingFact(
            entity=row["entity"],
            category=row["category"],
            score=score,
            place=row["in"],
            writable=row["writable"],
            decided=row["decided"],
            count=count,
            distinct=distinct,
            language=row.get("language", ""),
            kind=row.get("kind", ""),
            lines=row.get("lines", 0),
            source=row.get("source", ""),
            overlap=row.get("overlap", 0.0),
        )
        known, digests = digests[:distinct], digests[distinct:]
        if known and len(known) == distinct:
            rest = count - len(known) + 1
            for n, digest in enumerate(known):
                yield replace(base, digest=digest, count=1 if n else rest, distinct=1)
        elif distinct and not known and not _whole(row) and not most:
            # For certain there is as many as this row holds; of all rows only the caller of `most` may add them up.
            yield replace(base, digest=f"some of {row['entity']}", distinct=1, count=count)
            yield from _more(base, distinct)
        else:
            yield base


def _more(base: FindingFact, distinct: int) -> Iterator[FindingFact]:
    """Yield values that may be the same as another row's: each by a name that only its number makes."""
    for n in range(1, min(distinct, 1000)):
        yield replace(base, digest=f"some of {base.entity} {n}", count=0, distinct=1)
