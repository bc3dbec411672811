"""One line of a trace in, a sentence out, as a security engineer would say it."""

from policies.trace import RuleTrace

_SAID = {
    "content.any": "looks for {required}; there is {observed}",
    "content.all": "looks for {required}; there is {observed}",
    "content.none": "leaves out {required}; there is {observed}",
    "who.users": "is about the users {required}; this is {observed}",
    "who.groups": "is about the groups {required}; the user is in {observed}",
    "who.not_groups": "is about groups that are {required}; the user is in {observed}",
    "who.networks": "is about the networks {required}; the client is at {observed}",
    "who.not_networks": "is about networks that are {required}; the client is at {observed}",
    "who.devices": "is about the devices {required}; this is {observed}",
    "app.ids": "is about the services {required}; this is {observed}",
    "app.categories": "is about services of the kind {required}; this one is {observed}",
    "app.status": "is about services that are {required}; this one is {observed}",
    "app.trust_zone": "is about the trust zone {required}; this service is in {observed}",
    "app.trust_zone_not": "is about services that are {required}; this one is in {observed}",
    "app.accounts": "is about accounts that are {required}; this one is {observed}",
    "app.tenants": "is about the tenants {required}; this is {observed}",
    "app.models": "is about the models {required}; asked for was {observed}",
    "app.residency_not": "is about services that keep data {required}; this one keeps it in {observed}",
    "activity": "is about {required}; this is {observed}",
    "direction": "is about the {required}; this is the {observed}",
    "tools": "asks for requests with tools = {required}; here it is {observed}",
    "when.inside": "holds within {required}; it was {observed}",
    "when.outside": "holds outside of {required}; it was {observed}",
    "condition": "asks whether {required}; here {observed}",
}
"""Key of a match to what is said where it failed. A test holds it to the keys that there are."""


def sentence(trace: RuleTrace) -> str:
    """Say why a rule did or did not match, without its name; empty where a match needs no reason."""
    if trace.matched is True:
        return trace.observed
    said = _SAID[trace.failed_key].format(required=trace.required, observed=trace.observed)
    return said if trace.matched is False else f"cannot be told: it {said}"
