"""`python -m export` is `pleinair export`."""

from export.cli import app
from realtime import entry

if __name__ == "__main__":
    entry.run(app)
