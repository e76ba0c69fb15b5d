"""Judges numbered files; see plugin.py for how it is used."""
import os

__version__ = '1.0.0'

# Several files are judged at a time; NumPy reads this when it is imported.
os.environ.setdefault('OPENBLAS_NUM_THREADS', '1')
