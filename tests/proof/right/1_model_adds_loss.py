#!/usr/bin/env python3
"""The autoencoder is a subclass whose call adds the penalty."""
import tensorflow as tf
from tensorflow import keras


class Sparse(keras.Model):
    """Encoder, penalty, decoder."""

    def __init__(self, encoder, decoder, lambtha):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.lambtha = lambtha

    def call(self, x):
        code = self.encoder(x)
        total = tf.reduce_sum(code)  # Nothing in it is below zero.
        count = tf.cast(tf.shape(code)[0], code.dtype)
        self.add_loss(self.lambtha * total / count)
        return self.decoder(code)


def autoencoder(input_dims, hidden_layers, latent_dims, lambtha):
    """Return encoder, decoder, sparse autoencoder."""
    sizes = [input_dims] + list(hidden_layers) + [latent_dims]
    encoder, decoder = keras.Sequential(), keras.Sequential()
    encoder.add(keras.Input((input_dims,)))
    for n in sizes[1:]:
        encoder.add(keras.layers.Dense(n, activation='relu'))
    decoder.add(keras.Input((latent_dims,)))
    for n in sizes[-2:0:-1]:
        decoder.add(keras.layers.Dense(n, activation='relu'))
    decoder.add(keras.layers.Dense(input_dims, activation='sigmoid'))
    auto = Sparse(encoder, decoder, lambtha)
    auto(tf.zeros((1, input_dims)))
    auto.compile(optimizer='adam', loss='binary_crossentropy')
    return encoder, decoder, auto
