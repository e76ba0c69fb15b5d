"""What the README says of the files beside it is true."""
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / 'README.md').read_text(encoding='utf-8')
LINES = re.findall(r'\[`(.*?)`\]\((.*?)#L(\d+)\)', README)
FILES = set(re.findall(r'\]\((?!https://|#)(.*?)[#)]', README))


@pytest.mark.parametrize('code, name, number', LINES)
def test_line_shows_what_the_link_says(code, name, number):
    """A link to a line has code of that line as its text."""
    lines = (ROOT / name).read_text(encoding='utf-8').splitlines()
    assert code in lines[int(number) - 1]


@pytest.mark.parametrize('name', sorted(FILES))
def test_file_is_there(name):
    """A link leads to a file, a small one if it is a picture."""
    assert (ROOT / name).exists()
    if name.endswith('.png'):
        assert (ROOT / name).stat().st_size < 200_000


def test_headings_that_are_linked_exist():
    """A link within the page leads to a heading."""
    headings = {heading.lower().replace(' ', '-') for heading
                in re.findall('^## (.*)$', README, re.MULTILINE)}
    assert set(re.findall(r'\]\(#(.*?)\)', README)) == headings


def test_table_of_the_networks_is_what_the_models_say():
    """The table is what main/networks.py prints."""
    table = subprocess.run([sys.executable, ROOT / 'main' / 'networks.py'],
                           stdout=subprocess.PIPE, check=True).stdout
    assert table.decode('utf-8') in README
