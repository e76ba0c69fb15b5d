"""Preloaded first in the server that children are forked from: mutes it.

Imports write notices to standard error there; children have their own.
"""
import os

os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
