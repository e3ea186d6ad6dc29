"""`python -m benchmarks` is `pleinair bench`."""

import sys

from realtime.__main__ import main

if __name__ == "__main__":
    sys.argv.insert(1, "bench")
    main()
