"""`pleinair`, and `python -m realtime`: the command line."""

from realtime import entry
from realtime.cli import app


def main() -> None:
    """Run the command line; see `entry` for the exit codes."""
    entry.run(app)


if __name__ == "__main__":
    main()
