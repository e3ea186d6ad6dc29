"""`python -m train` is `pleinair train`."""

from realtime import entry
from train.cli import app

if __name__ == "__main__":
    entry.run(app)
