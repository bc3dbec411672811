"""Scanners of others that are installed here: each as a function from a text to nothing, to be timed."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

Peer = Callable[[str], object]


def presidio() -> Peer:
    """Return Presidio's own recognisers, those that are on by default, without the spaCy pipeline around them.

    The network that its e-mail recogniser would ask for a list of domains is not asked: the shipped list is taken.
    """
    analyzer, tldextract = import_module("presidio_analyzer"), import_module("tldextract")
    vars(tldextract)["extract"] = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    registry = analyzer.RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"])
    own = [r for r in registry.recognizers if r.name != "SpacyRecognizer"]

    def scan(text: str) -> object:
        return [recogniser.analyze(text, recogniser.supported_entities, None) for recogniser in own]

    return scan


def detect_secrets() -> Peer:
    """Return detect-secrets, line by line, with its default plugins."""
    scan, settings = import_module("detect_secrets.core.scan"), import_module("detect_secrets.settings")

    def lines(text: str) -> object:
        with settings.default_settings():
            return [list(scan.scan_line(line)) for line in text.splitlines()]

    return lines


PEERS = {
    "Presidio patterns": ("presidio_analyzer", presidio),
    "detect-secrets": ("detect_secrets", detect_secrets),
}
"""Name to the package that it needs and its factory."""


def installed() -> dict[str, Peer]:
    """Return the peers whose package is here."""
    return {name: made() for name, (package, made) in PEERS.items() if find_spec(package) is not None}


NEVER = {
    "llm-guard": "it needs a Python below 3.13",
    "LLM-Shield": "it needs an environment of its own, with a python-dateutil older than ours",
}
"""Peers of the same scope that cannot be installed beside hushgate, and why."""


def absent() -> list[str]:
    """Return a sentence for each peer that the figures leave out, so that nobody takes its absence for a win."""
    missing = {name: "it is not installed" for name, (package, _) in PEERS.items() if find_spec(package) is None}
    return [f"not beside it: {name}; {why}" for name, why in (missing | NEVER).items()]
