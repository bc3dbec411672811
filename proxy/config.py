"""Every setting of a deployment, declared once; a YAML file, the environment and flags in, a `Config` out.

Rules
1. Precedence: flag, then `HUSHGATE_<NAME>` in the environment, then the file, then the default.
2. An unknown key is an error with file, line and column. The environment is read here and nowhere else.
3. A setting is one row of `SETTINGS`; `--help`, the docs and the checks are made from the table.
"""

import difflib
import ipaddress
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import yaml

from proxy import identity_section as identity
from proxy.cores import usable

Value = str | int | float | bool | Path | tuple[str, ...] | tuple[int, ...] | None


class ConfigError(Exception):
    """A configuration that cannot be used: what is wrong, and a hint."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its YAML key, how its text is read, its default, what it is for, and whether it is a flag."""

    name: str
    kind: str  # one of `_READERS`
    default: Value
    help: str
    flag: bool = False


OWN_HOST = "hushgate.internal"
"""The shipped name of the proxy's own host."""

SETTINGS: tuple[Setting, ...] = (
    Setting("listen", "address", "127.0.0.1:8080", "where clients connect, HOST:PORT", flag=True),
    Setting("admin", "address", "127.0.0.1:8081", "where health, metrics, CA and PAC file are served", flag=True),
    Setting("policies", "list", ("pack:default",), "policy files, folders or shipped packs (pack:NAME)", flag=True),
    Setting("services", "path", None, "services.yaml of this deployment: status, trust zone, own hosts", flag=True),
    Setting("catalogue", "list", (), "further catalogue files, in the form of proxy/catalogue/endpoints/*.yaml"),
    Setting("switch_on", "list", (), "services with intercept: path that are to be decrypted all the same"),
    Setting("state", "path", Path("var"), "where keys, CA, audit log and caches live", flag=True),
    Setting("workers", "count", None, "worker processes; default: one per core", flag=True),
    Setting("inspectors", "count", None, "inspector processes, which run the detectors; default: one per two cores",
            flag=True),
    Setting("connect_to", "list", (), "HOST:PORT:HOST:PORT, dial another address (as curl's)", flag=True),
    Setting("upstream_ca", "path", None, "further roots (PEM) that upstream certificates may chain to", flag=True),
    Setting("detector_rules", "list", (), "files or folders with own secret rules, markings and recognisers"),
    Setting("detector_factories", "list", (), "further detectors, MODULE:FACTORY, that are on the Python path"),
    Setting("spacy_model", "text", None, "spaCy pipeline for names, a package or folder, instead of the shipped model"),
    Setting("families", "list", ("views", "secrets", "pii", "labels", "code", "addresses", "names", "documents",
            "fingerprint", "language"), "detector families; documents reads files, fingerprint uses STATE/index"),
    Setting("max_body", "bytes", 16 * 1024 * 1024, "decoded request bodies above this are unknown (too_large)"),
    Setting("max_in_flight", "bytes", 256 * 1024 * 1024, "request bytes a worker holds at once; above: 503"),
    Setting("max_in_flight_per_client", "bytes", 64 * 1024 * 1024, "the same, for one client address"),
    Setting("max_rate", "count", 5000, "requests a second that a worker takes on; above: 503"),
    Setting("max_rate_per_client", "count", 1000, "the same, for one client address"),
    Setting("max_memory", "bytes", 2 * 1024 * 1024 * 1024, "a worker whose resident memory exceeds this is renewed"),
    Setting("cache_bytes", "bytes", 64 * 1024 * 1024, "memory for findings of texts seen before, per worker"),
    Setting("vault_hours", "count", 72, "hours for which a known user's replaced values can be put back into answers"),
    Setting("allow_clients", "networks", ("127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
            "fc00::/7"), "networks that may use the proxy"),
    Setting("allow_destinations", "list", (), "networks or hosts that may be reached although they are private"),
    Setting("ports", "ports", (443, 8443), "ports that CONNECT may name"),
    Setting("max_connections", "count", 4096, "client connections a worker holds at once"),
    Setting("max_connections_per_client", "count", 512, "client connections a worker holds for one address"),
    Setting("head_timeout", "seconds", 10.0, "time for a client to send its request head"),
    Setting("connect_timeout", "seconds", 10.0, "time for an upstream to accept a connection"),
    Setting("idle_timeout", "seconds", 600.0, "time after which a silent connection is closed"),
    Setting("drain_timeout", "seconds", 30.0, "time for open exchanges to finish at stop"),
    Setting("durability", "durability", "ack", "ack: refusals and redactions wait for the disk; strict: all; async"),
    Setting("on_audit_failure", "on_audit_failure", "refuse_ai", "a record that cannot be written or waited for: "
            "refuse_ai refuses its request, allow_flagged lets it pass and counts it"),
    Setting("audit_segment", "bytes", 64 * 1024 * 1024, "size at which an audit file is closed"),
    Setting("audit_segment_age", "seconds", 3600.0, "age at which an audit file is closed"),
    Setting("audit_checkpoint", "seconds", 60.0, "time between signed checkpoints of the audit log"),
    Setting("audit_retention", "count", 395, "days after which closed audit files are erased; checkpoints stay"),
    Setting("node", "text", None, "this machine's name in the audit log; default: its host name"),
    Setting("identity", "identity", None, "who sends: a section (docs/identity.md), or the file that holds one"),
    Setting("own_host", "text", OWN_HOST, "host of the proxy's own pages, which only it answers"),
    Setting("log_level", "level", "info", "debug, info, warning or error"),
)  # fmt: skip
_BY_NAME = {setting.name: setting for setting in SETTINGS}


@dataclass(frozen=True, slots=True)
class Config:
    """The settings in force; see `SETTINGS` for what each is for."""

    listen: str
    admin: str
    policies: tuple[str, ...]
    services: Path | None
    catalogue: tuple[str, ...]
    switch_on: tuple[str, ...]
    state: Path
    workers: int
    inspectors: int
    connect_to: tuple[str, ...]
    upstream_ca: Path | None
    detector_rules: tuple[str, ...]
    detector_factories: tuple[str, ...]
    spacy_model: str | None
    families: tuple[str, ...]
    max_body: int
    max_in_flight: int
    max_in_flight_per_client: int
    max_rate: int
    max_rate_per_client: int
    max_memory: int
    cache_bytes: int
    vault_hours: int
    allow_clients: tuple[str, ...]
    allow_destinations: tuple[str, ...]
    ports: tuple[int, ...]
    max_connections: int
    max_connections_per_client: int
    head_timeout: float
    connect_timeout: float
    idle_timeout: float
    drain_timeout: float
    durability: str
    on_audit_failure: str
    audit_segment: int
    audit_segment_age: float
    audit_checkpoint: float
    audit_retention: int
    node: str | None
    identity: str | None
    own_host: str
    log_level: str


def load(flags: Mapping[str, object], file: Path | None = None, environment: Mapping[str, str] | None = None) -> Config:
    """Return the configuration. Raises ConfigError; all of a file's unknown keys are named at once."""
    env = os.environ if environment is None else environment
    given = _read_file(file) if file else {}
    values: dict[str, Value] = {}
    for setting in SETTINGS:
        raw: object = flags.get(setting.name)
        where = f"--{setting.name.replace('_', '-')}"
        variable = f"HUSHGATE_{setting.name.upper()}"
        if raw is None and variable in env:
            raw, where = env[variable], variable
        if raw is None and setting.name in given:
            raw, where = given[setting.name]
        values[setting.name] = setting.default if raw is None else _read(setting, raw, where)
    for name, cores in (("workers", 1), ("inspectors", 2)):
        values[name] = values[name] or max(1, usable() // cores)
    return Config(**values)  # type: ignore[arg-type]


def from_json(settings: Mapping[str, object]) -> Config:
    """Return the configuration that the supervisor sent: `to_json` in reverse."""
    return load({name: value for name, value in settings.items() if value is not None}, None, {})


def to_json(config: Config) -> dict[str, object]:
    """Return the settings as JSON values. Paths are absolute: who gets them may stand in another folder."""
    values = {setting.name: getattr(config, setting.name) for setting in SETTINGS}
    return {
        name: str(value.absolute()) if isinstance(value, Path) else list(value) if isinstance(value, tuple) else value
        for name, value in values.items()
    }


def split_address(address: str) -> tuple[str, int]:
    """Return `HOST:PORT` or `[HOST]:PORT` as a pair. Raises ConfigError."""
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535 or not host:
        raise ConfigError(f"{address!r} is not an address", "write HOST:PORT, for example 127.0.0.1:8080")
    return host.strip("[]"), int(port)


def connect_map(entries: Sequence[str]) -> dict[tuple[str, int], tuple[str, int]]:
    """Return `HOST:PORT:HOST:PORT` entries as a map from what is asked for to what is dialled. Raises ConfigError."""
    result = {}
    for entry in entries:
        fields = entry.split(":")
        if len(fields) != 4 or not fields[1].isdigit() or not fields[3].isdigit():
            raise ConfigError(f"connect_to {entry!r} is not HOST:PORT:HOST:PORT", "IPv6 is written as a name here")
        result[(fields[0].lower(), int(fields[1]))] = (fields[2], int(fields[3]))
    return result


def _read_file(file: Path) -> dict[str, tuple[object, str]]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read {file}: {getattr(error, 'strerror', None) or 'not UTF-8'}") from None
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else str(file)
        raise ConfigError(f"{place}: {error.problem}") from None
    if node is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        raise ConfigError(f"{file}: a configuration is a mapping of settings", "see deploy/config.example.yaml")
    result: dict[str, tuple[object, str]] = {}
    wrong: list[str] = []
    hints: list[str] = []
    for key, value in node.value:
        place = f"{file}:{key.start_mark.line + 1}:{key.start_mark.column + 1}"
        if key.value not in _BY_NAME:
            wrong.append(f"{place}: unknown setting {key.value!r}")
            close = difflib.get_close_matches(str(key.value), _BY_NAME, 1)
            hints += [f"did you mean {close[0]!r}"] if close else []
        elif key.value in result:
            wrong.append(f"{place}: {key.value!r} is given twice")
        else:
            inline = _BY_NAME[key.value].kind == "identity" and isinstance(value, yaml.MappingNode)
            result[key.value] = (_identity_inline(file, text) if inline else _plain(value), place)
    if wrong:
        raise ConfigError("; ".join(wrong), "; ".join(hints))
    return result


def _plain(node: yaml.Node) -> object:
    """Return scalars as text and sequences as lists of text: the setting's own type reads them."""
    if isinstance(node, yaml.SequenceNode):
        return [str(item.value) for item in node.value]
    if isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null":
        return None
    return str(node.value)


def _read(setting: Setting, raw: object, where: str) -> Value:
    try:
        return _READERS[setting.kind](raw)
    except ValueError as error:
        detail = str(error) or f"{raw!r} is not {setting.kind}"
        raise ConfigError(f"{where}: {detail}", setting.help) from None


def _list(raw: object) -> tuple[str, ...]:
    if isinstance(raw, str):
        return tuple(item.strip() for item in raw.split(",") if item.strip())
    return tuple(str(item) for item in cast("list[object]", raw))


def _count(raw: object) -> int:
    number = int(str(raw))
    if number < 1:
        raise ValueError(f"{number} is less than 1")
    return number


def _bytes(raw: object) -> int:
    text = str(raw).strip().lower().removesuffix("ib").removesuffix("b")
    factor = {"k": 1024, "m": 1024**2, "g": 1024**3}.get(text[-1:], 1)
    digits = text[:-1] if factor > 1 else text
    if not digits.strip().isdigit():
        raise ValueError(f"{raw!r} is not a size such as 16m")
    return int(digits) * factor


def _seconds(raw: object) -> float:
    number = float(str(raw))
    if not 0 < number < 86400:
        raise ValueError(f"{raw!r} is not a time in seconds")
    return number


def _address(raw: object) -> str:
    try:
        split_address(str(raw))
    except ConfigError as error:
        raise ValueError(str(error)) from None
    return str(raw)


def _networks(raw: object) -> tuple[str, ...]:
    return tuple(str(ipaddress.ip_network(item)) for item in _list(raw))


def _choice(*choices: str) -> Callable[[object], Value]:
    def read(raw: object) -> Value:
        if str(raw) not in choices:
            raise ValueError(f"{raw!r} is none of {', '.join(choices)}")
        return str(raw)

    return read


def _identity_inline(file: Path, text: str) -> str:
    try:
        return identity.from_config(str(file), text)
    except identity.SectionError as error:
        raise ConfigError(str(error), "docs/identity.md says what may stand there") from None


def _identity(raw: object) -> str:
    """Return the section as JSON: what was checked already, or what a file holds."""
    text = str(raw)
    if text.startswith("{"):
        return text
    try:
        return identity.from_text(text, Path(text).read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"cannot read {text}: {error.strerror}") from None


_READERS: dict[str, Callable[[object], Value]] = {
    "text": str,
    "path": lambda raw: Path(str(raw)),
    "list": _list,
    "count": _count,
    "bytes": _bytes,
    "seconds": _seconds,
    "address": _address,
    "networks": _networks,
    "ports": lambda raw: tuple(int(port) for port in _list(raw)),
    "identity": _identity,
    "durability": _choice("ack", "strict", "async"),
    "on_audit_failure": _choice("refuse_ai", "allow_flagged"),
    "level": _choice("debug", "info", "warning", "error"),
}


_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "VIRTUAL_ENV", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE")


_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def child_environment() -> dict[str, str]:
    """Return the environment of our children: what the interpreter needs, one BLAS thread, none of our settings."""
    kept = {name: value for name, value in os.environ.items() if name in _INHERITED}
    return kept | _ONE_THREAD


def spare_threads() -> None:
    """Let numpy use one thread unless somebody set another number: our matrices are small, and threads wait more than
    they work (ten times as long on a busy machine). Call it before numpy is imported."""
    for name, value in _ONE_THREAD.items():
        os.environ.setdefault(name, value)


def colours_wanted() -> bool:
    """Tell whether a terminal may be coloured (https://no-color.org)."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
