#!/usr/bin/env python3
"""A subclass of Model with its own steps and trackers, as on keras.io."""
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


class Sampling(layers.Layer):
    def call(self, inputs):
        z_mean, z_log_var = inputs
        epsilon = tf.random.normal(shape=tf.shape(z_mean))
        return z_mean + tf.exp(0.5 * z_log_var) * epsilon


class VAE(keras.Model):
    def __init__(self, encoder, decoder, **kwargs):
        super().__init__(**kwargs)
        self.encoder = encoder
        self.decoder = decoder
        self.total = keras.metrics.Mean(name="vae_loss")
        self.entropy = keras.metrics.Mean(name="reconstruction_loss")
        self.kl = keras.metrics.Mean(name="kl_loss")

    @property
    def metrics(self):
        return [self.kl, self.entropy, self.total]

    def call(self, x):
        return self.decoder(self.encoder(x)[0])

    def losses_of(self, data):
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
        z, mean, log_var = self.encoder(x)
        entropy = keras.losses.binary_crossentropy(y, self.decoder(z))
        entropy = tf.reduce_mean(entropy) * x.shape[1]
        kl = -0.5 * (1 + log_var - tf.square(mean) - tf.exp(log_var))
        kl = tf.reduce_mean(tf.reduce_sum(kl, axis=1))
        return entropy + kl, entropy, kl

    def train_step(self, data):
        with tf.GradientTape() as tape:
            loss, *terms = self.losses_of(data)
        grads = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply_gradients(zip(grads, self.trainable_weights))
        return self.tell(loss, *terms)

    def test_step(self, data):
        return self.tell(*self.losses_of(data))

    def tell(self, loss, entropy, kl):
        self.total.update_state(loss)
        self.entropy.update_state(entropy)
        self.kl.update_state(kl)
        return {m.name: m.result() for m in self.metrics}


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Return encoder, decoder, variational autoencoder."""
    x = inputs = keras.Input((input_dims,))
    for units in hidden_layers:
        x = layers.Dense(units, activation="relu")(x)
    heads = [layers.Dense(latent_dims)(x), layers.Dense(latent_dims)(x)]
    encoder = keras.Model(inputs, [Sampling()(heads), *heads])
    x = codes = keras.Input((latent_dims,))
    for units in hidden_layers[::-1]:
        x = layers.Dense(units, activation="relu")(x)
    decoder = keras.Model(
        codes, layers.Dense(input_dims, activation="sigmoid")(x))
    vae = VAE(encoder, decoder)
    vae.build((None, input_dims))
    vae.compile(optimizer="adam", loss="binary_crossentropy")
    return encoder, decoder, vae
