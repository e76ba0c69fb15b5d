"""Mistakes of the user, and what is said of an error.

Importing this module makes Ctrl-C print one line.
"""
import re
import sys
import textwrap
import traceback
from pathlib import Path

# Keras and TensorFlow start an error with one of these, or with a stack.
HEADING = re.compile(r'Exception encountered|Graph execution|Detected at|'
                     r'in user code|A total of|<stack|\s')


class UsageError(Exception):
    """The user made a mistake; the message is one line that names it."""


def show_error(kind, error, trace):
    """Say in one line that Ctrl-C ended a driver; show other errors whole."""
    if issubclass(kind, KeyboardInterrupt):
        print(f'{Path(sys.argv[0]).name}: interrupted', file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


sys.excepthook = show_error


def place_of(error, folder):
    """Return the file in a folder and the line that raised an error, or ''."""
    folder = folder.resolve()
    frames = [f'{Path(frame.filename).name}, line {frame.lineno}: '
              for frame in traceback.extract_tb(error.__traceback__)
              if folder == Path(frame.filename).resolve().parent]
    if isinstance(error, SyntaxError) and error.filename:
        frames = [f'{Path(error.filename).name}, line {error.lineno}: ']
    return ''.join(frames[-1:])


def reason_of(error):
    """Return the message of an error with a file, in one line."""
    # The text of a KeyError is a repr; that of an OSError may hold the path.
    said = getattr(error, 'strerror', None) or ''.join(
        map(str, error.args[:1]))
    return said.partition('\n')[0] or type(error).__name__


def message_of(error):
    """Return the line of an error that says what is wrong, shortened."""
    lines = [line for line in re.sub('\x1b.*?m', '', str(error)).splitlines()
             if line.strip()]
    telling = [line for line in lines if not HEADING.match(line)]
    return textwrap.shorten((telling or lines[-1:] or ['no message'])[0],
                            180, placeholder=' ...')
