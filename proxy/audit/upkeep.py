"""Records of the trail itself and of those who work on it: starts, gaps, changes of settings, erasures, verdicts."""

import platform
from collections.abc import Sequence
from importlib.metadata import version

from proxy.audit import masking
from proxy.audit.heading import Record, head


def start(revision: str) -> Record:
    """Return the record of a start, with what runs."""
    return {
        **head("start"),
        "policy": {"rev": revision},
        "version": version("hushgate"),
        "python": platform.python_version(),
    }


def stop() -> Record:
    """Return the record of an orderly stop: a chain that ends without one was cut off."""
    return head("stop")


def policy_reload(revision: str, *, good: bool, problems: Sequence[str] = ()) -> Record:
    """Return the record of a reload. `revision` is in force after it; `problems` say why a bad one was not taken."""
    return {
        **head("policy_reload"),
        "policy": {"rev": revision},
        "good": good,
        "problems": [masking.line(str(problem), 300) for problem in problems[:20]],
    }


def config_change(changed: Sequence[str]) -> Record:
    """Return the record of settings that changed, by name; values may be secret."""
    return {**head("config_change"), "changed": sorted(changed)}


def heartbeat(records: int, errors: int) -> Record:
    """Return the sign of life of a chain, with how many records it wrote and could not write since its start."""
    return {**head("heartbeat"), "records": records, "errors": errors}


def audit_gap(count: int, first: str, last: str, reason: str = "unwritable") -> Record:
    """Return the record of `count` records that are missing or were late; `first` and `last` are their event ids."""
    return {**head("audit_gap"), "count": count, "first": first, "last": last, "reason": reason}


def torn(chain: str, size: int) -> Record:
    """Return the record of a line that a crash cut off in the middle, and that was taken out: `size` bytes."""
    gap = audit_gap(1, "", "", "torn")
    return {**gap, "chain_of": chain, "bytes": size}


def audit_erased(chain: str, first: int, last: int, reason: str, by: str = "") -> Record:
    """Return the record of records that were taken out of `chain`; `first` and `last` are their numbers in it."""
    where: Record = {"chain_of": chain, "first": first, "last": last}
    return {**head("audit_erased"), **where, "reason": reason, "by": masking.line(by)}


def verdict(event: str, *, good: bool, rules: Sequence[str], by: str) -> Record:
    """Return what an analyst made of a decision: `good` where its rules were right about it."""
    told: Record = {"event": event, "verdict": "tp" if good else "fp", "rules": list(rules), "by": masking.line(by)}
    return {**head("verdict"), **told}


def evidence_access(event: str, *, by: Sequence[str], why: str, opened: bool) -> Record:
    """Return the record of evidence that was asked for, by whose keys, and whether it opened."""
    told: Record = {"event": event, "by": [masking.line(name) for name in by], "why": masking.line(why)}
    return {**head("evidence_access"), **told, "opened": opened}
