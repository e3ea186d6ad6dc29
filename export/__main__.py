"""`python -m export` is `pleinair export`."""

from export.cli import app

if __name__ == "__main__":
    app()
