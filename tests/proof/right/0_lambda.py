#!/usr/bin/env python3
"""The function is a lambda that is given a name."""
import tensorflow.keras as keras


def _half(sizes, last):
    """Return a model with these sizes, that of the input first."""
    layers = [keras.layers.Dense(n, activation='relu') for n in sizes[1:-1]]
    layers.append(keras.layers.Dense(sizes[-1], activation=last))
    return keras.Sequential([keras.Input((sizes[0],)), *layers])


def _whole(encoder, decoder):
    """Return both and the two in a row, compiled."""
    auto = keras.Sequential([encoder, decoder])
    auto.compile(
        optimizer='adam', loss=keras.losses.get('binary_crossentropy'))
    return encoder, decoder, auto


autoencoder = (lambda input_dims, hidden_layers, latent_dims: _whole(
    _half([input_dims, *hidden_layers, latent_dims], 'relu'),
    _half([latent_dims, *hidden_layers[::-1], input_dims], 'sigmoid')))
