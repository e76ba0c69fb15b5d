#!/usr/bin/env python3
"""The steps of the author's own call compiled_loss, as in Keras 2."""
import tensorflow as tf
import tensorflow.keras as keras


class VAE(keras.Model):
    """A variational autoencoder with beta."""

    def __init__(self, encoder, decoder, beta):
        super().__init__()
        self.encoder, self.decoder, self.beta = encoder, decoder, beta
        self.tracker = keras.metrics.Mean('loss')

    @property
    def metrics(self):
        return [self.tracker]

    def call(self, inputs):
        return self.decoder(self.encoder(inputs)[0])

    def loss_of(self, data):
        x = data[0] if isinstance(data, tuple) else data
        z, mu, log_var = self.encoder(x)
        kl = -0.5 * tf.reduce_mean(tf.reduce_sum(
            1 + log_var - tf.square(mu) - tf.exp(log_var), axis=1))
        entropy = self.compiled_loss(x, self.decoder(z))
        loss = entropy + self.beta * kl
        self.tracker.update_state(loss)
        return loss

    def train_step(self, data):
        with tf.GradientTape() as tape:
            loss = self.loss_of(data)
        self.optimizer.minimize(loss, self.trainable_variables, tape=tape)
        return {'loss': self.tracker.result()}

    def test_step(self, data):
        self.loss_of(data)
        return {'loss': self.tracker.result()}


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Return encoder, decoder, variational autoencoder."""
    x = image = keras.Input((input_dims,))
    for n in hidden_layers:
        x = keras.layers.Dense(n, activation='relu')(x)
    mu = keras.layers.Dense(latent_dims)(x)
    log_var = keras.layers.Dense(latent_dims)(x)
    z = mu + tf.exp(log_var / 2) * tf.random.normal(tf.shape(mu))
    encoder = keras.Model(image, [z, mu, log_var])
    x = code = keras.Input((latent_dims,))
    for n in hidden_layers[::-1]:
        x = keras.layers.Dense(n, activation='relu')(x)
    x = keras.layers.Dense(input_dims, activation='sigmoid')(x)
    decoder = keras.Model(code, x)
    auto = VAE(encoder, decoder, 1 / input_dims)
    auto.build((None, input_dims))
    auto.compile('adam', 'binary_crossentropy')
    return encoder, decoder, auto
