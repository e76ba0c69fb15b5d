"""The arguments of the command, and what a user can get wrong there."""
import argparse
import importlib.util
import os
import secrets
import sys
from fractions import Fraction
from pathlib import Path
from typing import NoReturn, Optional

from checker import __version__
from checker.command import problems
from checker.command.submissions import shown
from checker.grader.fork_client import missing_sandbox
from checker.grader.options import JUDGING
from checker.report import points, versions
from checker.specification import FILES

# The exit statuses, as in pytest.
OK, NOT_OK, INTERRUPTED, USAGE_ERROR, NOTHING_TO_CHECK = 0, 1, 2, 4, 5
INSTALL = f'{sys.executable} -m pip install -r requirements.txt'


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, with exit status 4."""

    def error(self, message: str) -> NoReturn:
        """End the process."""
        self.exit(USAGE_ERROR, f'{self.prog}: error: {message}\n')


def make_parser() -> Parser:
    """Return the parser of the command."""
    parser = Parser(
        prog='check.py', allow_abbrev=False,
        usage='%(prog)s [OPTION]... [--] [FILE|DIR|ZIP]...',
        description='Check numbered files.  A folder stands for its numbered '
        'files; without a path, the current folder is checked.  After -- a '
        'name may start with a dash.')
    add = parser.add_argument
    add('paths', nargs='*', metavar='FILE|DIR|ZIP', help='one numbered '
        'file, or a folder of them, or a class: a folder or zip file of these')
    add('--only', type=numbers, default=range(len(FILES)), metavar='0,3',
        help='check only the files with these numbers')
    add('-k', default='', metavar='EXPRESSION', help="run the checks that "
        "match, such as 'loss or noise'")
    add('--uploaded', action='store_true', help='do not check whether files '
        'are executable')
    add('--no-fix', action='store_true', help='hide how to fix a '
        'failure')
    add('-n', type=workers, metavar='N', help='files to check at a time '
        '(default: one a processor)')
    add('-x', action='store_true', help='stop after the first submission '
        'that does not pass')
    add('-q', action='store_true', help='show no failures')
    add('-v', action='store_true', help='show the failures of a class, too')
    for name, details in JUDGING.items():
        add(name, **details)
    add('--user', metavar='NAME', help='with --trust: run files as this user')
    add('--version', action='version', help='show all versions that judge',
        version=f'check.py {__version__}, {versions.full()}')
    add_results(parser)
    return parser


def add_results(parser: Parser) -> None:
    """Add the options about results."""
    add = parser.add_argument_group('results').add_argument
    add('--points', type=weights, metavar='0=20,3=25', help='points '
        'that each column is worth')
    add('--json', type=Path, metavar='FILE', help='write the record of the '
        'run: every check')
    add('--resume', action='store_true', help='check only what the '
        'record lacks, or what has changed')
    add('--join', type=Path, nargs='+', metavar='FILE', help='join the '
        'records of the parts of a class')
    add('--since', type=Path, metavar='FILE', help='compare with an older '
        'record')
    add('--grades', type=Path, metavar='FILE.csv', help='write a row for '
        'each submission and column')
    add('--gradebook', type=Path, metavar='FILE.csv', help='write a row for '
        'each submission, with its points')
    add('--classlist', type=Path, metavar='FILE.csv', help='fill the points '
        'into a list of Canvas or Moodle')
    add('--column', default='', metavar='NAME', help='the column of that '
        'list, if several have grades')
    add('--junitxml', type=Path, metavar='FILE.xml', help='write a JUnit '
        'file for the run')
    add('--junit-dir', type=Path, metavar='DIR', help='write a JUnit file '
        'for each submission')
    add('--feedback', type=Path, metavar='DIR', help='write a page for the '
        'class and one for each student')


def weights(text: str) -> dict[str, Fraction]:
    """Parse the weights of columns."""
    try:
        return points.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f'{str(error)!r} is not a column, = and a number, such as '
            '0=20') from None


def numbers(text: str) -> list[int]:
    """Parse the numbers of files, such as 0,3."""
    found = text.split(',')
    if not {*found} <= {*map(str, range(len(FILES)))}:
        raise argparse.ArgumentTypeError(
            f'{text!r} is not a list of numbers from 0 to '
            f'{len(FILES) - 1}, such as 0,3')
    return sorted({*map(int, found)})


def workers(text: str) -> Optional[int]:
    """Parse a number of workers; 'auto' is as many as processors."""
    return None if text == 'auto' else positive(text)


def positive(text: str) -> int:
    """Parse a whole number above 0."""
    if not (text.isascii() and text.isdigit() and int(text)):
        raise argparse.ArgumentTypeError(
            f'{text!r} is not a whole number above 0')
    return int(text)


def read(arguments: list[str]) -> argparse.Namespace:
    """Return the options; end the process if they cannot be carried out."""
    parser = make_parser()
    options = parser.parse_args(arguments)
    if '--' in arguments and not options.paths:
        parser.error('no file or folder after --')
    options.is_default = not options.paths and not options.join
    if options.is_default:
        # It exists even if the current folder was removed.
        options.paths = ['.']
    problem = problems.with_records(options) or problems.with_paths(options)
    if problem:
        parser.error(problem)
    if not options.join:
        check_machine(parser, options)
    # Last, so that nothing is made if something else is wrong.
    for name in ('feedback', 'junit_dir'):
        folder = getattr(options, name)
        problem = folder and problems.with_folder(folder)
        if problem:
            parser.error(f'--{name.replace("_", "-")}: cannot write to '
                         f'{shown(str(folder))}: {problem}')
    if options.seed is None:
        options.seed = secrets.randbits(128)
    options.n = options.n or processors()
    return options


def check_machine(parser: Parser, options: argparse.Namespace) -> None:
    """End the process if files cannot be run here."""
    if not importlib.util.find_spec('tensorflow'):
        parser.error(f'TensorFlow is not installed: {INSTALL}')
    missing = missing_sandbox()
    if missing and not options.trust:
        parser.error(f'cannot sandbox submissions here ({missing}); --trust '
                     'runs them unsandboxed, with your full privileges')
    options.trust = bool(missing)
    if not options.trust:
        # In the sandbox root keeps no rights.
        options.user = None
    problem = options.user and problems.with_user(options)
    if problem:
        parser.error(problem)


def processors() -> int:
    """Return how many processors there are for this process."""
    if hasattr(os, 'sched_getaffinity'):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
