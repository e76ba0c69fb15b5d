"""What the specification asks of 2-convolutional.py."""
from checker.requirements import Deterministic


class TestConvolutional(Deterministic):
    """A convolutional autoencoder: kernels, padding, pooling, upsampling.

    Where one of these differs, so do shapes or numbers: see
    checker.layers for what each layer must be.
    """
    task = 2
