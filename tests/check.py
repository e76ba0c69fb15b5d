#!/usr/bin/env python3
"""Check numbered files; see check.py --help."""
import os
import sys

try:
    # All that the checker needs, so that one line says what is missing; the
    # checker comes first, because it tells NumPy how many threads to use.
    import checker
    import autograd
    import jsonschema
    import junitparser
    import numpy
    import pycodestyle
    import pytest
except ImportError as error:
    print(f'check.py: error: {error}; {sys.executable} -m pip install -r '
          'requirements.txt', file=sys.stderr)
    sys.exit(4)

from checker.command.main import main

if __name__ == '__main__':
    try:
        sys.exit(main(sys.argv[1:]))
    except BrokenPipeError:
        # The reader of the output, such as head, has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
