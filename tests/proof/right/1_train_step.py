#!/usr/bin/env python3
"""The penalty comes in where a model of the author's own trains."""
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


class SparseAutoencoder(keras.Model):
    """Trains encoder and decoder together."""

    def __init__(self, encoder, decoder, lambtha, **kwargs):
        super().__init__(**kwargs)
        self.encoder = encoder
        self.decoder = decoder
        self.lambtha = lambtha
        self.tracker = keras.metrics.Mean(name='loss')

    @property
    def metrics(self):
        return [self.tracker]

    def call(self, inputs):
        return self.decoder(self.encoder(inputs))

    def total(self, x, y):
        code = self.encoder(x)
        entropy = keras.losses.binary_crossentropy(y, self.decoder(code))
        norm = tf.reduce_sum(tf.abs(code), axis=1)
        return tf.reduce_mean(entropy + self.lambtha * norm)

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.total(x, y)
        grads = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(
            grads_and_vars=zip(grads, self.trainable_weights))
        self.tracker.update_state(loss)
        return {'loss': self.tracker.result()}

    def test_step(self, data):
        x, y = data
        self.tracker.update_state(self.total(x, y))
        return {'loss': self.tracker.result()}


def autoencoder(input_dims, hidden_layers, latent_dims, lambtha):
    """Return encoder, decoder, sparse autoencoder."""
    encoder = keras.Sequential(
        [keras.Input((input_dims,))]
        + [layers.Dense(n, activation='relu') for n in hidden_layers]
        + [layers.Dense(latent_dims, activation='relu')])
    decoder = keras.Sequential(
        [keras.Input((latent_dims,))]
        + [layers.Dense(n, activation='relu') for n in hidden_layers[::-1]]
        + [layers.Dense(input_dims, activation='sigmoid')])
    auto = SparseAutoencoder(encoder, decoder, lambtha)
    auto.build((None, input_dims))
    auto.compile(optimizer='adam', loss='binary_crossentropy')
    return encoder, decoder, auto
