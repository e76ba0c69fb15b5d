#!/usr/bin/env python3
"""A subclass of Model, built from inputs and outputs, computes the loss."""
import tensorflow as tf
from tensorflow import keras


class Variational(keras.Model):
    """A functional model with another loss."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.elbo = keras.metrics.Mean(name='loss')

    @property
    def metrics(self):
        return [self.elbo]

    def compute_loss(self, x=None, y=None, y_pred=None, *args, **kwargs):
        """Add the KL divergence, for which x is encoded again."""
        entropy = super().compute_loss(x, y, y_pred, *args, **kwargs)
        _, mean, log_var = self.get_layer('encoder')(x)
        kl = tf.square(mean) + tf.exp(log_var) - log_var - 1
        loss = entropy + tf.reduce_mean(tf.reduce_sum(kl, axis=1)) / 2
        self.elbo.update_state(loss)
        return loss


def draw(mean, log_var):
    """Return a sample."""
    return mean + tf.exp(log_var / 2) * tf.random.normal(tf.shape(mean))


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Return encoder, decoder, variational autoencoder."""
    dense = keras.layers.Dense
    h = image = keras.Input((input_dims,))
    for n in hidden_layers:
        h = dense(n, activation='relu')(h)
    heads = [dense(latent_dims, name=s)(h) for s in ('mean', 'log_var')]
    z = keras.layers.Lambda(lambda pair: draw(*pair))(heads)
    encoder = keras.Model(image, [z, *heads], name='encoder')
    h = code = keras.Input((latent_dims,))
    for n in hidden_layers[::-1]:
        h = dense(n, activation='relu')(h)
    decoder = keras.Model(code, dense(input_dims, activation='sigmoid')(h))

    auto = Variational(inputs=image, outputs=decoder(encoder(image)[0]))
    auto.compile(optimizer='adam', loss='binary_crossentropy',
                 loss_weights=[input_dims])
    return encoder, decoder, auto
