#!/usr/bin/env python3
"""The log variance is clipped far out, so that nothing overflows."""
import tensorflow as tf
import tensorflow.keras as keras

LEAST, MOST = -20., 20.


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Return encoder, decoder, variational autoencoder."""
    class Variational(keras.layers.Layer):
        """Draws z and counts what it costs."""

        def call(self, inputs):
            mean, log_variance = inputs
            variance = tf.exp(log_variance)
            cost = tf.square(mean) + variance - log_variance - 1
            self.add_loss(tf.reduce_mean(tf.reduce_sum(cost, -1)) / 2)
            return mean + tf.sqrt(variance) * tf.random.normal(
                [tf.shape(mean)[0], latent_dims])

    image = keras.Input((input_dims,))
    hidden = image
    for nodes in hidden_layers:
        hidden = keras.layers.Dense(nodes, activation='relu')(hidden)
    mean = keras.layers.Dense(latent_dims)(hidden)
    log_variance = keras.layers.Dense(latent_dims)(hidden)
    log_variance = keras.layers.Lambda(
        lambda t: tf.clip_by_value(t, LEAST, MOST))(log_variance)
    z = Variational()([mean, log_variance])
    encoder = keras.Model(image, (z, mean, log_variance))

    code = keras.Input((latent_dims,))
    hidden = code
    for nodes in hidden_layers[::-1]:
        hidden = keras.layers.Dense(nodes, activation='relu')(hidden)
    output = keras.layers.Dense(input_dims, activation='sigmoid')(hidden)
    decoder = keras.Model(code, output)

    z, *_ = encoder(image)
    auto = keras.Model(image, decoder(z))
    auto.compile(optimizer='adam', loss='binary_crossentropy',
                 loss_weights=float(input_dims))
    return encoder, decoder, auto
