"""What the specification asks of 0-vanilla.py."""
from checks import LatentChecks


class TestVanilla(LatentChecks):
    """A vanilla autoencoder."""
    task = 0
