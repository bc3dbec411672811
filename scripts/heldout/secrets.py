"""Seed in, rows of secrets out: tokens by vendors' documented shapes, passwords as people state them, and look-alikes.

usage: python -m scripts.heldout.secrets [SEED [ROWS]] > secrets-heldout.jsonl

Every secret is drawn, none was ever issued. `{}` in a carrier is the secret.
"""

import base64
import json
import random
import string
import sys
import textwrap

from scripts.heldout.carriers import CARRIERS, HARMLESS, SPOKEN
from scripts.heldout.stated import STATED, UNSTATED

_WORDS = [
    "harbor",
    "Lantern",
    "tiger",
    "Volcano",
    "maple",
    "rocket",
    "Winter",
    "sunrise",
    "kaffee",
    "Montag",
    "bicycle",
    "orange",
    "Puente",
    "Sommer",
    "dragon",
]
_ALNUM = string.ascii_letters + string.digits


def _draw(r: random.Random, alphabet: str, count: int) -> str:
    return "".join(r.choice(alphabet) for _ in range(count))


def _filled(r: random.Random, shape: str) -> str:
    """Fill a shape: `%an20` = 20 letters and digits, `%hx` hex, `%lo` lower and digits, `%up` upper and digits, `%dd` digits, `%b6` base64url."""
    sets = {
        "an": _ALNUM, "hx": "0123456789abcdef", "lo": string.ascii_lowercase + string.digits,
        "up": string.ascii_uppercase + string.digits, "dd": string.digits, "b6": _ALNUM + "-_", "b3": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
    }  # fmt: skip
    out, rest = "", shape
    while "%" in rest:
        before, _, rest = rest.partition("%")
        kind, digits = rest[:2], "".join(c for c in rest[2:5] if c.isdigit())
        out += before + _draw(r, sets[kind], int(digits))
        rest = rest[2 + len(digits) :]
    return out + rest


SHAPES: dict[str, str] = {
    "openai": "sk-proj-%b648T3BlbkFJ%b648", "anthropic": "sk-ant-api03-%b692AA", "aws_id": "AKIA%b316",
    "github": "ghp_%an36", "github_fine": "github_pat_%an22_%an59", "gitlab": "glpat-%b620", "slack": "xoxb-%dd12-%dd13-%an24",
    "slack_hook": "https://hooks.slack.com/services/T%up10/B%up10/%an24", "stripe": "sk_live_%an24", "stripe_rk": "rk_live_%an24",
    "sendgrid": "SG.%b622.%b643", "npm": "npm_%an36", "google": "AIza%b635", "huggingface": "hf_%an34", "digitalocean": "dop_v1_%hx64",
    "telegram": "%dd10:AA%b633", "shopify": "shpat_%hx32", "linear": "lin_api_%an40", "notion": "ntn_%dd11%an35", "vault": "hvs.%b690",
    "databricks": "dapi%hx32", "grafana": "glsa_%an32_%hx8", "newrelic": "NRAK-%up27", "postman": "PMAK-%hx24-%hx34", "figma": "figd_%b640",
    "groq": "gsk_%an52", "xai": "xai-%an80", "perplexity": "pplx-%an48", "replicate": "r8_%an37", "planetscale": "pscale_tkn_%b643",
    "age": "AGE-SECRET-KEY-1%up58", "doppler": "dp.pt.%an43", "pypi": "pypi-AgEIcHlwaS5vcmc%b680", "atlassian": "ATATT3xFfGF0%b6170",
    "airtable": "pat%an14.%hx64", "square": "EAAA%b660", "mailgun": "key-%hx32", "discord": "MT%an24.G%b65.%b638",
    "twilio": "SK%hx32", "docker": "dckr_pat_%b627", "fly": "fo1_%b643", "tailscale": "tskey-auth-%an17-%an32", "sentry": "sntrys_eyJpYXQiOjE3%b680",
    "pulumi": "pul-%hx40", "rubygems": "rubygems_%hx48", "clojars": "CLOJARS_%lo60", "openrouter": "sk-or-v1-%hx64", "deepseek": "sk-%hx32",
    "azure_client": "%an3%dd1Q~%b634", "mapbox": "sk.eyJ1Ijoi%b640.%b622", "heroku": "HRKU-AA%b658", "netlify": "nfp_%an36",
    "hubspot": "pat-na1-%hx8-%hx4-%hx4-%hx4-%hx12", "adafruit": "aio_%an28", "ngrok": "2%an26_%an20", "cloudflare": "%b640", "dropbox": "sl.%b6130",
}  # fmt: skip
NEEDS_NAME = {"twilio", "azure_client", "ngrok", "cloudflare", "deepseek", "mailgun", "telegram", "airtable"}


def password(r: random.Random) -> str:
    """Return a password such as people choose."""
    return r.choice([
        lambda: r.choice(_WORDS) + str(r.randint(10, 2030)) + r.choice("!#$%&*?"),
        lambda: r.choice(_WORDS) + r.choice("-_.") + r.choice(_WORDS) + str(r.randint(1, 99)),
        lambda: _draw(r, _ALNUM + "!#$%&*+", r.randint(10, 18)),
        lambda: r.choice(_WORDS).replace("a", "@").replace("o", "0") + _draw(r, string.digits, 3),
        lambda: _draw(r, string.ascii_lowercase, 3) + _draw(r, string.digits, 4) + _draw(r, string.ascii_uppercase, 3),
    ])()  # fmt: skip


def token(r: random.Random) -> tuple[str, str]:
    """Return a kind and a token of it."""
    kind = r.choice(list(SHAPES))
    return kind, _filled(r, SHAPES[kind])


def pem(r: random.Random) -> str:
    """Return a private key in armour; its body is noise."""
    head = r.choice(
        ["RSA PRIVATE KEY", "OPENSSH PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY", "ENCRYPTED PRIVATE KEY"]
    )
    start = {"OPENSSH PRIVATE KEY": b"openssh-key-v1\0", "RSA PRIVATE KEY": b"\x30\x82\x04\xa4\x02\x01\x00"}.get(
        head, b"\x30\x77"
    )
    body = textwrap.fill(base64.b64encode(start + r.randbytes(420)).decode(), 64)
    return f"-----BEGIN {head}-----\n{body}\n-----END {head}-----"


def jwt(r: random.Random) -> str:
    """Return a token of RFC 7519 with a random signature."""

    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")

    body = {"sub": str(r.randint(1, 10**9)), "iat": r.randint(1_600_000_000, 1_800_000_000), "role": "admin"}
    return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(body)}.{_draw(r, _ALNUM + '-_', 43)}"


def _value(r: random.Random, what: str) -> tuple[str, str]:
    if what == "PASSWORD":
        return "password", password(r)
    if what == "TOKEN":
        while True:
            kind, value = token(r)
            if kind not in NEEDS_NAME:
                return kind, value
    if what == "PEM":
        return "private_key", pem(r)
    if what == "JWT":
        return "jwt", jwt(r)
    return "generic", _filled(r, what)


def rows(seed: int, count: int) -> list[dict[str, object]]:
    """Return that many rows; the same seed gives the same."""
    r = random.Random(seed)
    carriers = [line.split("\t", 1) for line in CARRIERS.strip().split("\n")]
    spoken = [*SPOKEN.strip().split("\n"), *STATED.strip("\n").split("\n")]
    harmless = [*HARMLESS.strip().split("\n"), *UNSTATED.strip("\n").split("\n")]
    made: list[dict[str, object]] = []
    for number in range(count):
        kind = r.choices(("structured", "password", "negative"), (5, 4, 4))[0]
        if kind == "structured":
            what, pattern = r.choice(carriers)
            name, value = _value(r, what)
        elif kind == "password":
            pattern, (name, value) = r.choice(spoken), ("password", password(r))
        else:
            pattern, (name, value) = r.choice(harmless), ("", "")
        pattern = pattern.replace("\\n", "\n")
        lead = r.choice(
            ["", "", "", "Please fix this:\n", "It fails with a 401, why?\n\n", "Was ist hier falsch?\n", "```\n"]
        )
        tail = r.choice(["", "", "\nthanks", "\n\nWhat am I missing?", "\n```"])
        before, _, after = pattern.partition("{}")
        text = lead + (before + value + after if value else pattern) + tail
        start = len(lead) + len(before)
        expected = [{"type": name, "value": value, "start": start, "end": start + len(value)}] if value else []
        made.append({"id": f"held-{number}", "text": text, "expected": expected, "kind": kind})
    return made


def main() -> None:
    """Write the rows, one JSON line each."""
    seed, count = (int(a) for a in (sys.argv[1:] + ["1", "1500"][len(sys.argv) - 1 :])[:2])
    sys.stderr.write(f"seed {seed}, {count} rows\n")
    for row in rows(seed, count):
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
