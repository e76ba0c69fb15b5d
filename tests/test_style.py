"""The house rules of such courses, for each file."""
import ast
import os
import stat

import pycodestyle
import pytest

from checker import source
from checker.fault import Fault
from checker.observation import Unjudgeable, printable
from checker.specification import PARAMETERS


# What whoever grades has set for files of their own.
pycodestyle.USER_CONFIG = None


def or_skip(function, argument):
    """Return what a function of checker.source gives; skip if nothing."""
    try:
        return function(argument)
    except Unjudgeable:
        pytest.skip('not checked: it takes that the file is there, in valid '
                    'Python')


@pytest.fixture
def content(submission):
    """The bytes of the file."""
    return or_skip(source.read, submission.path)


@pytest.fixture
def lines(content):
    """The lines of the file, ends kept."""
    return or_skip(source.lines, content)


@pytest.fixture
def tree(content):
    """The syntax tree of the file."""
    return or_skip(source.parse, content)


@pytest.fixture
def require(submission):
    """Fail with one sentence, which names the file, unless a condition."""
    def check(condition, required, found):
        if not condition:
            raise Fault(f'{submission.path.name}: {required}',
                        printable(found))
    return check


class Findings(pycodestyle.BaseReport):
    """What pycodestyle finds, as a list of lines."""

    def init_file(self, *arguments):
        """Start with nothing found."""
        super().init_file(*arguments)
        self.findings = []

    def error(self, line_number, offset, text, check):
        """Take note of a finding unless pycodestyle leaves it out."""
        if super().error(line_number, offset, text, check) is not None:
            self.findings.append(f'line {line_number}: {text}')

    def get_file_results(self):
        """Return the lines."""
        return self.findings


def is_autoencoder(node):
    """Tell whether a statement defines the function."""
    return isinstance(node, ast.FunctionDef) and node.name == 'autoencoder'


def documented(node):
    """Tell whether a module or function has a docstring with words."""
    return bool((ast.get_docstring(node) or '').strip())


def first_line(lines, node):
    """Return the line on which a statement begins."""
    return lines[node.lineno - 1].strip()


def statements(lines, tree):
    """Return what is at module level and runs when the file is imported."""
    return [node for node in tree.body if not (
        isinstance(node, ast.If) and '__main__' in first_line(lines, node))]


class TestStyle:
    """The house rules."""
    task = None

    def test_file_is_there(self, submission):
        """The file is there, in valid Python."""
        try:
            content = source.read(submission.path)
            source.lines(content), source.parse(content)
        except Unjudgeable as problem:
            raise Fault(f'{submission.path.name} must be there, in valid '
                        'Python', f'that it {problem}') from None

    def test_first_line(self, content, require):
        """The first line is #!/usr/bin/env python3."""
        first = content.partition(b'\n')[0]
        require(first == b'#!/usr/bin/env python3', 'the first line must be '
                '#!/usr/bin/env python3', repr(first[:80])[1:])

    def test_executable(self, submission, content, require):
        """The file is executable."""
        require(os.stat(submission.path).st_mode & stat.S_IXUSR,
                'the file must be executable (chmod +x)', 'that it is not')

    def test_ends_with_newline(self, content, require):
        """The file ends with a newline."""
        require(content.endswith(b'\n'), 'the file must end with a newline',
                repr(content[-20:])[1:])

    @pytest.mark.after('test_ends_with_newline')
    def test_pycodestyle(self, lines, require):
        """pycodestyle finds nothing."""
        # It takes minutes for what nobody writes.
        longest = max(map(len, lines))
        require(longest < 1000, 'lines must have 79 characters at most',
                f'one of {longest}')
        style = pycodestyle.StyleGuide(
            parse_argv=False, config_file='', reporter=Findings)
        findings = style.input_file('file', lines)
        require(not findings, 'pycodestyle must find nothing',
                f'{len(findings)}, the first in {(findings or [""])[0]}')

    def test_module_docstring(self, tree, require):
        """The module has a docstring."""
        require(documented(tree), 'the module must have a docstring', 'none')

    def test_function_docstring(self, tree, require):
        """The function has a docstring."""
        functions = [*filter(is_autoencoder, tree.body)]
        require(functions and all(map(documented, functions)),
                'autoencoder must have a docstring', 'none')

    def test_import(self, lines, tree, require):
        """Nothing but `import tensorflow.keras as keras` is imported."""
        wrong = [
            f'line {node.lineno}: {first_line(lines, node)}'
            for statement in statements(lines, tree)
            for node in ast.walk(statement)
            if isinstance(node, (ast.Import, ast.ImportFrom))
            and ast.unparse(node) not in (
                'import tensorflow.keras as keras',
                'from tensorflow import keras')]
        require(not wrong, 'nothing but `import tensorflow.keras as keras` '
                '(or `from tensorflow import keras`) may be imported',
                ', '.join(wrong[:3]))

    def test_one_definition(self, lines, tree, require):
        """Nothing but autoencoder is defined at module level."""
        others = [f'line {node.lineno}: {first_line(lines, node)}'
                  for node in statements(lines, tree)
                  if not isinstance(node, (ast.Import, ast.ImportFrom))
                  and not is_autoencoder(node)
                  and not (isinstance(node, ast.Expr)
                           and isinstance(node.value, ast.Constant))]
        require(not others, 'nothing but autoencoder may be at module level',
                ', '.join(others[:3]))

    def test_parameters(self, submission, tree, require):
        """The parameters have the names of the specification."""
        last = [node.args for node in tree.body if is_autoencoder(node)][-1:]
        found = tuple(argument.arg for given in last for argument in (
            *given.posonlyargs, *given.args, given.vararg,
            *given.kwonlyargs, given.kwarg) if argument)
        expected = PARAMETERS[submission.task]
        require(found == expected,
                f'the parameters must be {", ".join(expected)}',
                ', '.join(found) or 'none')
