"""The README tells the truth about the files beside it."""
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


def test_numbers_of_weights_are_what_the_models_say():
    """The table has the totals that main/networks.py prints."""
    printed = subprocess.run([sys.executable, ROOT / 'main' / 'networks.py'],
                             stdout=subprocess.PIPE, check=True).stdout
    totals = re.findall(r'=<br>([0-9,]+)', printed.decode('utf-8'))
    assert len(totals) == 4
    assert ' | '.join(totals) in README


def test_page_is_short():
    """It has 2,500 words, paragraphs of 80, and code of 80 columns."""
    assert len(README.split()) <= 2500
    code = re.findall('^```(?:sh|text)\n(.*?)^```', README, re.DOTALL
                      | re.MULTILINE)
    assert all(len(line) <= 80 for block in code
               for line in block.splitlines())
    text = re.sub('^```.*?^```', '', README, flags=re.DOTALL | re.MULTILINE)
    for paragraph in text.split('\n\n'):
        if not paragraph.startswith(('|', '-', '1.')):
            # A link to the literature is one word.
            words = re.sub(r'\[([^]]*)\]\([^)]*\)', 'link', paragraph)
            assert len(words.split()) <= 80, paragraph
