"""Motion of a micro:bit, from its accelerometer: 50 samples per second, in thousandths of g."""

import gestures
from microbit import accelerometer, display, running_time, sleep

stream = gestures.Stream()
due = running_time()
while True:
    if stream.push(accelerometer.get_values()) is not None:
        display.show(stream.label[0])
    due += 20
    sleep(max(0, due - running_time()))
