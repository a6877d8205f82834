"""Run the test functions of one file, on any Python: one line a test, then how many there were."""

import sys


def main(name):
    module = __import__(name)
    failed = 0
    tests = [key for key in sorted(dir(module)) if key.startswith("test_")]
    for key in tests:
        try:
            getattr(module, key)()
            print("ok", key)
        except Exception as error:
            failed += 1
            print("FAILED", key, type(error).__name__, error)
    print("%d tests, %d failed" % (len(tests), failed))


for folder in sys.argv[2:]:
    sys.path.insert(0, folder)
main(sys.argv[1])
