"""`python -m train` is `pleinair train`."""

from train.cli import app

if __name__ == "__main__":
    app()
