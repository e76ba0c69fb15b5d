#!/usr/bin/env python3
"""Encoder, decoder and autoencoder are subclasses of Model."""
import tensorflow as tf


class Stack(tf.keras.Model):
    """Dense layers, one after another."""

    def __init__(self, sizes, last):
        super().__init__()
        self.stack = [tf.keras.layers.Dense(n, 'relu') for n in sizes[:-1]]
        self.top = tf.keras.layers.Dense(sizes[-1], last)

    def call(self, x):
        for layer in self.stack:
            x = layer(x)
        return self.top(x)


class AutoEncoder(tf.keras.Model):
    """What decodes what it encodes."""

    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def call(self, x):
        code = self.encoder(x)
        return self.decoder(code)


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Build the three and call each once, so that it has its weights."""
    encoder = Stack([*hidden_layers, latent_dims], 'relu')
    decoder = Stack([*reversed(hidden_layers), input_dims], 'sigmoid')
    auto = AutoEncoder(encoder, decoder)
    auto(tf.zeros((1, input_dims)))
    auto.compile(tf.keras.optimizers.Adam(), tf.keras.losses
                 .BinaryCrossentropy())
    return encoder, decoder, auto
