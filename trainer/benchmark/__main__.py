"""Run the benchmark of training: `python -m thumbnet.trainer.benchmark`."""

import sys

from .epoch_times import main

if __name__ == "__main__":
    sys.exit(main())
