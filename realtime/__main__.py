"""`python -m realtime` is `pleinair`."""

from realtime.cli import main

if __name__ == "__main__":
    main()
