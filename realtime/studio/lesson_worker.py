"""A process that learns a style: `pleinair train`, when nothing else wants the processor.

Whatever ends the studio ends it, too, with its bundle and its checkpoint written.
"""

from __future__ import annotations

import runpy
import sys

from realtime.studio.child import give_way, obey

NICE = 10
"""A tenth of a core where the live picture wants all of it; lower, nothing would be learned."""
GRACE_SECONDS = 30.0
"""For the last checkpoint when the studio ended."""


def main() -> None:
    """Run `pleinair` with the arguments of this process."""
    give_way(NICE)
    obey(grace_seconds=GRACE_SECONDS)
    sys.argv = ["pleinair", *sys.argv[1:]]
    # By its name, as a shell does: the studio lies below the command line.
    runpy.run_module("realtime", run_name="__main__")


if __name__ == "__main__":
    main()
