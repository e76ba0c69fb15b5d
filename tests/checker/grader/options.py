"""The options that pytest and the command share: how a file is judged."""
import argparse
from typing import Any


def seconds(text: str) -> float:
    """Parse a time limit."""
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number < 1e6:
        raise argparse.ArgumentTypeError(
            f'{text!r} is not a number above 0 and below 1,000,000')
    return number


def seed(text: str) -> int:
    """Parse a seed."""
    if not (text.isascii() and text.isdigit() and len(text) < 100):
        raise argparse.ArgumentTypeError(f'{text!r} is not a whole number')
    return int(text)


# {option: the arguments of argparse's add_argument()}
JUDGING: dict[str, dict[str, Any]] = {
    '--time-limit': {
        'type': seconds, 'default': 60., 'metavar': 'SECONDS',
        'help': 'for each numbered file (default: 60)'},
    '--trust': {
        'action': 'store_true', 'help': 'if there is no sandbox here: '
        'run files with your full rights'},
    '--seed': {
        'type': seed, 'metavar': 'N', 'help': 'repeat a run; new files could '
        'guess it'}}
