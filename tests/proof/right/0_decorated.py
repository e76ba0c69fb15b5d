#!/usr/bin/env python3
"""The function is decorated, has hints, an attribute and a schedule."""
import functools
from typing import List, Tuple

import tensorflow as tf
from tensorflow import keras


def counted(function):
    """Count the calls of a function."""
    @functools.wraps(function)
    def inner(*args, **kwargs):
        inner.calls += 1
        return function(*args, **kwargs)

    inner.calls = 0
    return inner


@tf.function
def squash(x: tf.Tensor) -> tf.Tensor:
    """Return the logistic function."""
    return 1. / (1. + tf.exp(-x))


@counted
def autoencoder(input_dims: int, hidden_layers: List[int],
                latent_dims: int) -> Tuple[keras.Model, ...]:
    """Return encoder, decoder, autoencoder."""
    inputs: keras.KerasTensor = keras.Input(shape=(input_dims,))
    x = inputs
    for units in hidden_layers:
        x = keras.layers.Dense(units)(x)
        x = keras.layers.ReLU()(x)
    x = keras.layers.ReLU()(keras.layers.Dense(latent_dims)(x))
    encoder = keras.Model(inputs, x)

    codes = keras.Input(shape=(latent_dims,))
    x = codes
    for units in reversed(hidden_layers):
        x = keras.layers.Dense(units)(x)
        x = keras.layers.ReLU(max_value=None)(x)
    outputs = keras.layers.Dense(input_dims, activation=squash)(x)
    decoder = keras.Model(codes, outputs)

    auto = keras.Model(inputs, decoder(encoder(inputs)))
    rate = keras.optimizers.schedules.ExponentialDecay(1e-3, 1000, 0.9)
    auto.compile(keras.optimizers.Adam(rate), 'binary_crossentropy')
    return encoder, decoder, auto
