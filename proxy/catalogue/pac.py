"""Host patterns in, a proxy auto-configuration file out: AI hosts through the proxy, everything else direct."""

import json
from collections.abc import Sequence

from proxy.catalogue.hosts import as_regex, is_wild

_TEMPLATE = """// Made by hushgate. AI hosts go through the proxy and never around it; everything else goes direct.
var hosts = %s;
var patterns = %s;
function FindProxyForURL(url, host) {
  host = host.toLowerCase().replace(/\\.$/, "");
  if (hosts[host] === 1) return %s;
  for (var i = 0; i < patterns.length; i++) {
    if (new RegExp(patterns[i]).test(host)) return %s;
  }
  return "DIRECT";
}
"""


def render(patterns: Sequence[str], proxy: str) -> str:
    """Return the file for a proxy at `proxy` (HOST:PORT)."""
    exact = {pattern: 1 for pattern in patterns if not is_wild(pattern)}
    wild = [f"^(?:{as_regex(pattern).pattern})$" for pattern in patterns if is_wild(pattern)]
    answer = json.dumps(f"PROXY {proxy}")
    return _TEMPLATE % (json.dumps(exact), json.dumps(wild), answer, answer)
