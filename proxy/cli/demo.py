"""`hushgate demo`: see allow, redact and block within a minute, offline."""

import argparse

from proxy.cli.voice import Failure, note


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = subparsers.add_parser(
        "demo",
        help="a local AI service, the proxy and sample prompts in one terminal",
        epilog="example:\n  hushgate demo\n  hushgate demo --policies my-policy.yaml",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--policies", action="append", metavar="PATH", help="policies (default: pack:default)")
    parser.set_defaults(func=run)


def run(args: argparse.Namespace) -> int:
    """Run the demo and print its transcript."""
    from proxy.demo import session

    try:
        session.run(args.policies or ["pack:default"], lambda line: print(line, flush=True), note)
    except session.DemoError as error:
        raise Failure("the demo's proxy did not start", str(error)) from None
    return 0
