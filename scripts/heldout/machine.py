"""A random source in, what machines print out: logs, traces and data in forms that the detector's training had not."""

import json
import random
from collections.abc import Callable

_HOSTS = ["web-3", "db01", "ip-10-0-4-7", "gw", "node-a7f"]
_SAID = ["connection reset by peer", "retrying in 5s", "request served", "disk almost full", "user logged in", "cache miss for key", "job finished", "worker 4 exited with status 1"]  # fmt: skip
_LEVELS = ["INFO", "WARN", "ERROR", "DEBUG"]


def _clock(r: random.Random) -> str:
    return f"{r.randint(0, 23):02d}:{r.randint(0, 59):02d}:{r.randint(0, 59):02d}"


def _lines(r: random.Random, make: Callable[[], str]) -> list[str]:
    return [make() for _ in range(r.randint(4, 14))]


def _syslog(r: random.Random) -> list[str]:
    return _lines(
        r,
        lambda: (
            f"Mar {r.randint(1, 28):2d} {_clock(r)} {r.choice(_HOSTS)} sshd[{r.randint(100, 9999)}]: {r.choice(_SAID)}"
        ),
    )


def _spring(r: random.Random) -> list[str]:
    return _lines(r, lambda: f"2026-03-{r.randint(1, 28):02d} {_clock(r)}.{r.randint(0, 999):03d}  {r.choice(_LEVELS)} {r.randint(1, 9)} --- [  main] c.e.shop.{r.choice(['Cart', 'Order'])}Service : {r.choice(_SAID)}")  # fmt: skip


def _logfmt(r: random.Random) -> list[str]:
    return _lines(r, lambda: f'ts=2026-03-11T{_clock(r)}Z level={r.choice(_LEVELS).lower()} component=tsdb msg="{r.choice(_SAID)}" dur={r.random():.3f}s')  # fmt: skip


def _klog(r: random.Random) -> list[str]:
    return _lines(r, lambda: f"{r.choice('IWE')}03{r.randint(10, 28)} {_clock(r)}.{r.randint(0, 999999):06d}       1 controller.go:{r.randint(10, 900)}] {r.choice(_SAID)}")  # fmt: skip


def _combined(r: random.Random) -> list[str]:
    return _lines(r, lambda: f'203.0.113.{r.randint(1, 254)} - - [11/Mar/2026:{_clock(r)} +0000] "GET /{r.choice(["", "cart", "api/v1/items"])} HTTP/1.1" {r.choice([200, 304, 404, 500])} {r.randint(100, 9000)} "-" "Mozilla/5.0"')  # fmt: skip


def _java(r: random.Random) -> list[str]:
    head = f"java.lang.{r.choice(['IllegalState', 'NullPointer', 'IndexOutOfBounds'])}Exception: {r.choice(_SAID)}"
    return [head, *(f"\tat com.example.{r.choice(['shop', 'auth'])}.{r.choice(['Cart', 'Token'])}.{r.choice(['load', 'save'])}({r.choice(['Cart', 'Token'])}.java:{r.randint(10, 400)})" for _ in range(r.randint(3, 8))), "Caused by: java.io.IOException: closed", "\t... 12 more"]  # fmt: skip


def _node(r: random.Random) -> list[str]:
    return [f"TypeError: Cannot read properties of undefined (reading '{r.choice(['id', 'map'])}')", *(f"    at {r.choice(['Object.load', 'async run', 'Server.<anonymous>'])} (/app/src/{r.choice(['index', 'cart'])}.js:{r.randint(1, 300)}:{r.randint(1, 60)})" for _ in range(r.randint(3, 7)))]  # fmt: skip


def _dotnet(r: random.Random) -> list[str]:
    return [f"Unhandled exception. System.InvalidOperationException: {r.choice(_SAID)}", *(f"   at Shop.{r.choice(['Cart', 'Api'])}.{r.choice(['Load', 'Get'])}(String id) in C:\\src\\{r.choice(['Cart', 'Api'])}.cs:line {r.randint(3, 200)}" for _ in range(r.randint(3, 6)))]  # fmt: skip


def _ruby(r: random.Random) -> list[str]:
    return [f"/srv/app/models/cart.rb:{r.randint(1, 90)}:in `total': undefined method `+' for nil (NoMethodError)", *(f"\tfrom /srv/app/{r.choice(['lib', 'models'])}/{r.choice(['a', 'b'])}.rb:{r.randint(1, 90)}:in `{r.choice(['call', 'run'])}'" for _ in range(r.randint(3, 6)))]  # fmt: skip


def _gopanic(r: random.Random) -> list[str]:
    return ["panic: runtime error: index out of range [5] with length 3", "", "goroutine 1 [running]:", "main.total(0xc000012345, 0x3)", f"\t/home/dev/shop/main.go:{r.randint(3, 90)} +0x1d", "main.main()", f"\t/home/dev/shop/main.go:{r.randint(3, 90)} +0x5c", "exit status 2"]  # fmt: skip


def _json(r: random.Random) -> list[str]:
    rows = [{"id": r.randint(1, 999), "state": r.choice(["open", "done"]), "tags": ["a", "b"], "price": round(r.random() * 90, 2)} for _ in range(r.randint(2, 5))]  # fmt: skip
    return json.dumps(rows, indent=r.choice([1, 2, 4])).split("\n")


def _csv(r: random.Random) -> list[str]:
    sign = r.choice([",", ";", "\t", "|"])
    return [sign.join(["id", "city", "total", "date"]), *(sign.join([str(r.randint(1, 999)), r.choice(["Leeds", "Graz"]), f"{r.random() * 90:.2f}", f"2026-02-{r.randint(1, 28):02d}"]) for _ in range(r.randint(3, 9)))]  # fmt: skip


MACHINES: dict[str, Callable[[random.Random], list[str]]] = {
    "syslog": _syslog, "spring": _spring, "logfmt": _logfmt, "klog": _klog, "combined": _combined, "java": _java, "node": _node,
    "dotnet": _dotnet, "ruby": _ruby, "gopanic": _gopanic, "json": _json, "csv": _csv,
}  # fmt: skip
