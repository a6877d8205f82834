"""Run the benchmark of recurrent cells: `python -m thumbnet.trainer.benchmark_cells`."""

import sys

from .benchmark.cells import main

if __name__ == "__main__":
    sys.exit(main())
