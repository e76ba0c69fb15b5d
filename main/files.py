"""The files that a driver writes: weights, pictures and the page."""
import contextlib
import os
import tempfile
from pathlib import Path

from errors import UsageError, reason_of

# Bytes that must be free: no driver writes a larger file.
ROOM = 2 ** 23


@contextlib.contextmanager
def reported(option, path):
    """Raise a UsageError if a path cannot be written."""
    try:
        yield
    except OSError as error:
        raise UsageError(f'argument {option}: cannot write {path}: '
                         f'{reason_of(error)}') from None


def check_writable(folder):
    """Raise a UsageError unless pictures can be written to `folder`."""
    with reported('--plots', f'to {folder}'):
        folder.mkdir(parents=True, exist_ok=True)
        check_room(folder)


def check_room(folder):
    """Raise an OSError unless ROOM bytes can be written to `folder`."""
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(ROOM))


def check_weights(options):
    """Raise a UsageError unless weights can be written and read."""
    if options.load and not os.path.isfile(options.load):
        raise UsageError(f'argument --load: no such file: {options.load}')
    if not options.save:
        return
    if os.path.exists(options.save) and not os.path.isfile(options.save):
        raise UsageError(f'argument --save: not a file: {options.save}')
    with reported('--save', options.save):
        check_room(Path(os.path.realpath(options.save)).parent)


@contextlib.contextmanager
def written(option, path):
    """Give a path to write to; what it holds at the end becomes `path`.

    Raises:
        UsageError: if it cannot be written; then `path` is as it was.
    """
    target = Path(os.path.realpath(path))
    with reported(option, path), tempfile.TemporaryDirectory(
            dir=target.parent) as scratch:
        yield Path(scratch, path.name)
        os.replace(Path(scratch, path.name), target)
