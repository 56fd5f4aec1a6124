"""A GRU whose training pass over a sequence is one hand-derived gradient: same numbers, less work.

Keras differentiates step by step, so each step adds its share to the weight gradients. Here the
backward loop only carries the state's gradient; the weight gradients follow in one product over all
steps (as cuDNN does; derivation in `_sequence`). Used for training inside the compiled blocks; the
forward-only pass stays Keras's own.
"""

from typing import Any

from mismatch.backend import keras, tf


@keras.saving.register_keras_serializable(package="mismatch")
class SequenceGRU(keras.layers.GRU):
    """`keras.layers.GRU` for its common case: tanh/sigmoid, reset_after, no dropout, last state only.

    Call arguments: as the parent's. Inputs (N, T, D) float32, mask (N, T) bool or None; output (N, units).
    """

    def inner_loop(self, sequences: Any, initial_state: Any, mask: Any, training: bool = False) -> Any:
        if not training:
            return super().inner_loop(sequences, initial_state, mask, training)
        start = initial_state[0] if isinstance(initial_state, (list, tuple)) else initial_state
        inputs = tf.transpose(sequences, [1, 0, 2])
        present = None if mask is None else tf.cast(tf.transpose(mask), inputs.dtype)[:, :, None]
        if self.go_backwards:
            inputs, present = inputs[::-1], None if present is None else present[::-1]
        cell = self.cell
        state = _sequence(inputs, present, start, cell.kernel.value, cell.recurrent_kernel.value, cell.bias.value)
        return state, state[:, None], [state]


def _sequence(inputs: Any, present: Any, start: Any, kernel: Any, recurrent: Any, bias: Any) -> Any:
    """Final state (N, H) of a GRU over `inputs` (T, N, D), carried where `present` (T, N, 1) is 0.

    With a = x W + b0 and i = h U + b1 per step: z = sigmoid(a_z + i_z), r = sigmoid(a_r + i_r),
    c = tanh(a_c + r i_c), h' = c + z (h - c). Given g = dL/dh': dz = g (h - c) z (1 - z),
    dc = g (1 - z)(1 - c^2), dr = dc i_c r (1 - r), di_c = dc r; dh = g z + [dz dr di_c] U^T.
    """
    units = int(recurrent.shape[0])
    steps, samples, features = inputs.shape

    def array(width: int) -> Any:
        return tf.TensorArray(inputs.dtype, steps, element_shape=(samples, width))

    @tf.custom_gradient
    def run(inputs: Any, start: Any, kernel: Any, recurrent: Any, bias: Any) -> Any:
        flat = tf.reshape(inputs, [steps * samples, features])
        projected = tf.reshape(flat @ kernel + bias[0], [steps, samples, 3 * units])

        def forward(t: Any, state: Any, gates: Any, inner: Any, states: Any) -> Any:
            a, i = projected[t], state @ recurrent + bias[1]
            zr = tf.sigmoid(a[:, : 2 * units] + i[:, : 2 * units])
            z, r, i_c = zr[:, :units], zr[:, units:], i[:, 2 * units :]
            c = tf.tanh(a[:, 2 * units :] + r * i_c)
            new = c + z * (state - c) if present is None else state + present[t] * (1 - z) * (c - state)
            return t + 1, new, gates.write(t, tf.concat([zr, c], 1)), inner.write(t, i_c), states.write(t, state)

        begin = (0, start, array(3 * units), array(units), array(units))
        _, final, gates, inner, states = tf.while_loop(
            lambda t, *_: t < steps, forward, begin, maximum_iterations=steps
        )
        gates, inner, states = gates.stack(), inner.stack(), states.stack()

        def gradient(upstream: Any, variables: Any = None) -> Any:
            transposed = tf.transpose(recurrent)

            def backward(t: Any, carried: Any, to_input: Any, to_state: Any) -> Any:
                z, r, c = tf.split(gates[t], 3, axis=1)
                g = carried if present is None else carried * present[t]
                dz = g * (states[t] - c) * z * (1 - z)
                dc = g * (1 - z) * (1 - c * c)
                dr = dc * inner[t] * r * (1 - r)
                dzr = tf.concat([dz, dr], 1)
                d_state = tf.concat([dzr, dc * r], 1)
                back = d_state @ transposed
                before = g * z + back if present is None else carried - g * (1 - z) + back
                return t - 1, before, to_input.write(t, tf.concat([dzr, dc], 1)), to_state.write(t, d_state)

            last = (steps - 1, upstream, array(3 * units), array(3 * units))
            _, d_start, to_input, to_state = tf.while_loop(
                lambda t, *_: t >= 0, backward, last, maximum_iterations=steps
            )
            to_input = tf.reshape(to_input.stack(), [steps * samples, 3 * units])
            to_state = tf.reshape(to_state.stack(), [steps * samples, 3 * units])
            d_kernel = tf.matmul(flat, to_input, transpose_a=True)
            d_recurrent = tf.matmul(tf.reshape(states, [steps * samples, units]), to_state, transpose_a=True)
            d_bias = tf.stack([tf.reduce_sum(to_input, 0), tf.reduce_sum(to_state, 0)])
            d_inputs = tf.reshape(tf.matmul(to_input, kernel, transpose_b=True), [steps, samples, features])
            return d_inputs, d_start, d_kernel, d_recurrent, d_bias

        return final, gradient

    return run(inputs, start, kernel, recurrent, bias)
