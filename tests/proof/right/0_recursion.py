#!/usr/bin/env python3
"""A helper calls itself for each layer; sizes are taken from a copy."""
from functools import partial, reduce

from tensorflow import keras

Relu = partial(keras.layers.Dense, activation='relu')


def wrap(tensor, sizes):
    """Put a layer for each size on top of a tensor."""
    if not sizes:
        return tensor
    head, *tail = sizes
    return wrap(Relu(head)(tensor), tail)


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Return encoder, decoder, autoencoder."""
    encoder = keras.Model(
        image := keras.Input((input_dims,)),
        wrap(image, [*hidden_layers, latent_dims]))

    code = keras.Input((latent_dims,))
    hidden = reduce(lambda x, n: Relu(n)(x), hidden_layers[::-1], code)
    output = keras.layers.Dense(input_dims, 'sigmoid')(hidden)
    decoder = keras.Model(code, output)

    left, tensor = [encoder, decoder], image
    while left:
        tensor = left.pop(0)(tensor)
    auto = keras.Model(image, tensor)
    auto.compile(optimizer=keras.optimizers.Adam(),
                 loss=keras.losses.binary_crossentropy)
    return encoder, decoder, auto
