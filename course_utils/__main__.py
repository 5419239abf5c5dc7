"""`python -m course_utils doctor`: what is wrong with this installation, and what to type."""

import os
import sys


def _run() -> int:
    if sys.argv[1:] != ["doctor"]:
        print("Type: python -m course_utils doctor", file=sys.stderr)
        return 2
    # A file here that is named like one of Python's own modules is to be reported, not imported.
    sys.path[:] = [path for path in sys.path if os.path.abspath(path) != os.getcwd()]
    from course_utils.doctor import main

    return main()


if __name__ == "__main__":
    sys.exit(_run())
