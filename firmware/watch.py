"""Classify the readings of a sensor, for `thumbnet watch`: one JSON line for each decision.

Before it comes a line for each reading: the time in ms and the numbers.
"""

import json
import time

from pace import Pace


def watch(module, rate, read):
    """Classify readings at a rate until Ctrl-C."""
    print(json.dumps({"labels": list(getattr(module, "LABELS", ()))}))
    streams = hasattr(module, "Stream")
    stream = module.Stream() if streams else None
    left = module.WINDOW if streams else 1
    pace = Pace(rate)
    while True:
        sample = read()
        stamp = pace.stamp()
        begun = time.ticks_us()
        index = stream.push(sample) if stream else module.predict(list(sample))
        line = {"us": time.ticks_diff(time.ticks_us(), begun), "index": index}
        print(stamp, *sample, sep=",")
        left -= 1
        if left == 0:
            left = module.HOP if streams else 1
            if stream:
                line["values"] = list(module.VALUES)
                line["scores"] = list(module.SCORES)
            else:
                line["values"] = list(sample)
                line["scores"] = list(module.scores(line["values"]))
            print(json.dumps(line))
        pace.wait()
