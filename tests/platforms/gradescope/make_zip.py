#!/usr/bin/env python3
"""Make the zip file to upload to Gradescope: make_zip.py FILE.zip"""
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
# What Gradescope looks for, and what checks submissions.
ENTRIES = 'setup.sh', 'run_autograder'
CHECKER = ('requirements.txt', 'pytest.ini', '[0-3]-*.py', 'tests/*.py',
           'tests/checker/**/*', 'tests/platforms/**/*')


def main() -> None:
    """Write the zip file."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED) as file:
        for name in ENTRIES:
            file.write(HERE / name, name)
        for path in sorted({path for pattern in CHECKER
                            for path in ROOT.glob(pattern)}):
            if path.is_file() and '__pycache__' not in path.parts:
                file.write(path, Path('autoencoders', path.relative_to(ROOT)))


if __name__ == '__main__':
    main()
