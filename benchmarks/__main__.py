"""`python -m benchmarks` is `pleinair bench`."""

from benchmarks.cli import app

if __name__ == "__main__":
    app()
