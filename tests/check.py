#!/usr/bin/env python3
"""Check the numbered files in folders: check.py [OPTION of pytest]... [DIR]...

Without DIR it is the folder in which this is started.  After -- a name may
start with anything.
"""
import os
import sys
from pathlib import Path

try:
    # All that the checker needs, so that what is missing is said in a line;
    # itself first, as it tells NumPy how many threads to use.
    import checker
    import numpy
    import pycodestyle
    import pytest
except ImportError as error:
    print(f'check.py: {error}; pip install -r requirements.txt for '
          f'{sys.executable}', file=sys.stderr)
    # As for all else that keeps anything from being checked.
    sys.exit(4)

CONFIGURATION = Path(__file__).resolve().parents[1] / 'pytest.ini'


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    """Take what pytest was given for submissions, whatever it is called."""
    submissions = config.option.submission
    if config.args_source is pytest.Config.ArgsSource.ARGS:
        submissions.extend(config.args)
    config.option.submission = submissions or [os.getcwd()]


def main(arguments):
    """Run pytest as the project configures it, not the folders themselves."""
    end = (*arguments, '--').index('--')
    # Else pytest would read '-k' as an option, and '@k' as a file of some.
    folders = [os.path.join('.', folder) for folder in arguments[end + 1:]]
    if '--' in arguments and not folders:
        print('ERROR: expected folders after --, found none', file=sys.stderr)
        return pytest.ExitCode.USAGE_ERROR
    # As a plugin this file reaches the processes of -n too.
    return pytest.main(['-c', str(CONFIGURATION), '--noconftest', '-p',
                        'check', *arguments[:end], *folders])


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
