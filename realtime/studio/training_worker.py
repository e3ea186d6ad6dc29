"""Worker process that trains a style: `pleinair train` at low priority.

It ends when the studio ends, with bundle and checkpoint written.
"""

from __future__ import annotations

import runpy
import sys

from realtime.studio.worker_process import lower_priority, read_commands

NICE = 10
"""A tenth of a core where the live picture wants all of it; lower, nothing would be learned."""
GRACE_SECONDS = 30.0
"""For the last checkpoint after the studio has ended."""


def main() -> None:
    """Run `pleinair` with the arguments of this process."""
    lower_priority(NICE)
    read_commands(grace_seconds=GRACE_SECONDS)
    sys.argv = ["pleinair", *sys.argv[1:]]
    # By name, as a shell does: the studio is a layer below the command line.
    runpy.run_module("realtime", run_name="__main__")


if __name__ == "__main__":
    main()
