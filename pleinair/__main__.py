"""`python -m pleinair`: the command line."""

from realtime.__main__ import main

if __name__ == "__main__":
    main()
