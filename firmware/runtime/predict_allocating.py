"""What a program on the board calls, with kernels that take heap while they run."""

from classify import answer
from enter import enter
from one_at_a_time import leave


def predict(values):
    """Return the answer to values; RuntimeError if another call still runs."""
    enter()
    try:
        return answer(values)
    except MemoryError:
        raise MemoryError("no heap for the kernels: in an interrupt, use --tier viper or thumb")
    finally:
        leave()
