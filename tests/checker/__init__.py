"""Checks numbered files; CONTRIBUTING.md shows its parts."""
import os

__version__ = '1.0.0'

# Several files are judged at a time; NumPy reads this when it is imported.
os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')
