#!/usr/bin/env python3
"""A step of its own, in which the optimizer knows what it moves."""
import tensorflow as tf
from tensorflow import keras


class Vanilla(keras.Model):
    """Trains encoder and decoder together."""

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.compute_loss(y=y, y_pred=self(x, training=True))
        weights = self.trainable_variables
        self.optimizer.build(weights)
        self.optimizer.apply(tape.gradient(loss, weights))
        return {'loss': loss}


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Return encoder, decoder, auto."""
    def stack(inputs, sizes, last):
        outputs = inputs
        for size in sizes[:-1]:
            outputs = keras.layers.Dense(size, activation='relu')(outputs)
        return keras.layers.Dense(sizes[-1], activation=last)(outputs)

    image, code = keras.Input((input_dims,)), keras.Input((latent_dims,))
    encoder = keras.Model(
        image, stack(image, [*hidden_layers, latent_dims], 'relu'))
    decoder = keras.Model(
        code, stack(code, [*hidden_layers[::-1], input_dims], 'sigmoid'))
    auto = Vanilla(image, decoder(encoder(image)))
    auto.compile('adam', 'binary_crossentropy')
    return encoder, decoder, auto
