"""`python3 -m portal`: prepares the environment with the standard library alone, then runs the command."""

from __future__ import annotations

import sys

from portal.local import bootstrap


def main() -> None:
    """Hand over to the command line, inside an environment that holds exactly the locked packages."""
    bootstrap.prepare(sys.argv[1:])
    # Only now: everything behind the command line needs the locked packages.
    from portal.cli import main as command_line

    command_line(prog_name="python3 -m portal")


if __name__ == "__main__":
    main()
