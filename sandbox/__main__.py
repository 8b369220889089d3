"""`python -m sandbox --port N`: the sandbox as a program."""

import argparse
import sys

from sandbox.server import run


def main() -> int:
    """Read the command line and serve; return the exit code."""
    parser = argparse.ArgumentParser(prog="sandbox", description="A Telegram that runs on your desk.")
    parser.add_argument("--port", type=int, default=0, help="loopback port to listen on; 0 takes a free one")
    return run(parser.parse_args().port)


if __name__ == "__main__":
    sys.exit(main())
