"""The command line and what it is made of.

The sub-packages, from the bottom up: `terminal` and `transport`, `targets` (where a module can
run), `run` (verification, measurement, deployment), `workflow` (from data to a trained network),
`report`, `benchmark`, and `commands`, one file per verb. `cli` lists the verbs.
"""

__all__: list[str] = []


def __dir__() -> list[str]:
    return [name for name in globals() if name.startswith("__")]
