"""What the specification asks of 0-vanilla.py."""
from checker.requirements import Deterministic


class TestVanilla(Deterministic):
    """A vanilla autoencoder."""
    task = 0
