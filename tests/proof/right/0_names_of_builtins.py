#!/usr/bin/env python3
"""Variables, attributes and methods go by names that Python knows, too."""
import math

import numpy as np
import tensorflow.keras as K

__author__ = 'a student'
__version__ = '1.0'


class Toolbox:
    """Where the layers come from."""

    def __init__(self, act):
        self.tools = {'act': act}
        self.D = K.layers.Dense
        self.os = None

    def __repr__(self):
        return f'Toolbox({self.tools})'

    def open(self, units, compile=None):
        return self.D(units, activation=compile or self.tools['act'])


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Return encoder, decoder, autoencoder."""
    help = Toolbox('relu')
    vars = list(np.asarray(hidden_layers, dtype=int))
    assert math.isfinite(sum(vars)) and repr(help)

    input = eval = K.Input(shape=(input_dims,))
    for dir in vars:
        eval = help.open(int(dir))(eval)
    exec = help.open(latent_dims)(eval)
    encoder = K.Model(input, exec)

    input2 = globals = K.Input(shape=(latent_dims,))
    for dir in vars[::-1]:
        globals = help.open(int(dir))(globals)
    predict = help.open(input_dims, compile='sigmoid')(globals)
    decoder = K.Model(input2, predict)

    system = decoder(encoder(input))
    auto = K.Model(input, system)
    auto.compile('adam', loss='binary_crossentropy')
    return encoder, decoder, auto
