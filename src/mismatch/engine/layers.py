"""Two layers of the compiled engine: Keras's own numbers, with less work.

`SequenceGRU`: Keras differentiates step by step, so each step adds its share to the weight gradients.
Here the backward loop only carries the state's gradient; the weight gradients follow in one product over
many steps (as cuDNN does; derivation in `_sequence`). `MatmulConv1D`: XLA's convolution is some twenty
times slower on a CPU than the matrix product it amounts to. Used for training inside the compiled
blocks; that both agree with Keras is tested.
"""

from typing import Any

from mismatch.engine.backend import keras, tf

SPAN = 48 * 1024
"""States of a span of steps, in numbers; the arrays of a span are six times as large, and should fit a second cache."""


@keras.saving.register_keras_serializable(package="mismatch")
class SequenceGRU(keras.layers.GRU):
    """`keras.layers.GRU` for its common case: tanh/sigmoid, reset_after, no dropout, last state only.

    Call arguments: as the parent's. Inputs (N, T, D) float32, mask (N, T) bool or None; output (N, units).
    """

    def inner_loop(self, sequences: Any, initial_state: Any, mask: Any, training: bool = False) -> Any:
        start = initial_state[0] if isinstance(initial_state, (list, tuple)) else initial_state
        inputs = tf.transpose(sequences, [1, 0, 2])
        present = None if mask is None else tf.cast(tf.transpose(mask), inputs.dtype)[:, :, None]
        if self.go_backwards:
            inputs, present = inputs[::-1], None if present is None else present[::-1]
        cell = self.cell
        run = _sequence if training else _final_state
        state = run(inputs, present, start, cell.kernel.value, cell.recurrent_kernel.value, cell.bias.value)
        return state, state[:, None], [state]


@keras.saving.register_keras_serializable(package="mismatch")
class MatmulConv1D(keras.layers.Conv1D):
    """`keras.layers.Conv1D` for padding ``same``, as one matrix product over shifted copies.

    Call arguments: inputs (N, T, D) float32; output (N, ceil(T / stride), filters).
    """

    def call(self, inputs: Any) -> Any:
        size, stride, steps = self.kernel_size[0], self.strides[0], inputs.shape[1]
        last = (-(-steps // stride) - 1) * stride  # where the last window starts, in the padded steps
        missing = max(last + size - steps, 0)
        padded = tf.pad(inputs, [[0, 0], [missing // 2, missing - missing // 2], [0, 0]])
        windows = tf.concat([padded[:, shift : shift + last + 1 : stride] for shift in range(size)], axis=-1)
        matrix = tf.reshape(self.kernel.value, [-1, self.filters])
        return self.activation(tf.matmul(windows, matrix) + self.bias.value)


def _step(a: Any, state: Any, present: Any, recurrent: Any, bias: Any) -> tuple[Any, Any, Any]:
    """One step from gate inputs `a` (N, 3H): the new state, the gates [z r c] and the inner product i_c."""
    units = int(recurrent.shape[0])
    i = state @ recurrent + bias[1]
    zr = tf.sigmoid(a[:, : 2 * units] + i[:, : 2 * units])
    z, r, i_c = zr[:, :units], zr[:, units:], i[:, 2 * units :]
    c = tf.tanh(a[:, 2 * units :] + r * i_c)
    new = c + z * (state - c) if present is None else state + present * (1 - z) * (c - state)
    return new, tf.concat([zr, c], 1), i_c


def _final_state(inputs: Any, present: Any, start: Any, kernel: Any, recurrent: Any, bias: Any) -> Any:
    """The state (N, H) after all steps.

    The state is carried in an array of states, not as a loop variable: XLA updates a loop variable in place,
    cannot prove that input and output do not overlap, and leaves the step unvectorised, three times slower.
    (In `_sequence` the arrays written beside it make up for it; there the plain variable is faster.)
    Gate inputs are made step by step: those of all steps would not fit the cache.
    """
    steps = inputs.shape[0]

    def forward(t: Any, states: Any) -> Any:
        now = None if present is None else present[t]
        new, *_ = _step(inputs[t] @ kernel + bias[0], states.read(t), now, recurrent, bias)
        return t + 1, states.write(t + 1, new)

    states = tf.TensorArray(tf.float32, steps + 1, element_shape=start.shape).write(0, start)
    return tf.while_loop(lambda t, _: t < steps, forward, (0, states), maximum_iterations=steps)[1].read(steps)


def _sequence(inputs: Any, present: Any, start: Any, kernel: Any, recurrent: Any, bias: Any) -> Any:
    """Final state (N, H) of a GRU over `inputs` (T, N, D), carried where `present` (T, N, 1) is 0.

    With a = x W + b0 and i = h U + b1 per step: z = sigmoid(a_z + i_z), r = sigmoid(a_r + i_r),
    c = tanh(a_c + r i_c), h' = c + z (h - c). Given g = dL/dh': dz = g (h - c) z (1 - z),
    dc = g (1 - z)(1 - c^2), dr = dc i_c r (1 - r), di_c = dc r; dh = g z + [dz dr di_c] U^T.

    Steps go in spans (`_span`): what belongs to one, its gate inputs forward and their gradients backward, is used up
    before it leaves the processor's cache. Gates and states of all steps must be kept in between.
    """
    units = int(recurrent.shape[0])
    steps, samples, features = inputs.shape
    span = _span(steps, samples, units)
    spans = steps // span

    def array(width: int, count: int) -> Any:
        return tf.TensorArray(tf.float32, count, element_shape=(samples, width))

    def rows(kept: Any, place: Any) -> Any:
        """(span N, width) of an array (T, N, width): the rows of a span."""
        return tf.reshape(kept, [spans, span * samples, kept.shape[2]])[place]

    @tf.custom_gradient
    def run(inputs: Any, start: Any, kernel: Any, recurrent: Any, bias: Any) -> Any:
        def forward(place: Any, *kept: Any) -> Any:
            projected = tf.reshape(rows(inputs, place) @ kernel + bias[0], [span, samples, 3 * units])

            def step(at: Any, state: Any, gates: Any, inner: Any, states: Any) -> Any:
                t = place * span + at
                now = None if present is None else present[t]
                new, zrc, i_c = _step(projected[at], state, now, recurrent, bias)
                return at + 1, new, gates.write(t, zrc), inner.write(t, i_c), states.write(t, state)

            loop = tf.while_loop(lambda at, *_: at < span, step, (0, *kept), maximum_iterations=span)
            return place + 1, *loop[1:]

        begin = (0, start, array(3 * units, steps), array(units, steps), array(units, steps))
        loop = tf.while_loop(lambda place, *_: place < spans, forward, begin, maximum_iterations=spans)
        gates, inner, states = (kept.stack() for kept in loop[2:])

        def gradient(upstream: Any, variables: Any = None) -> Any:
            transposed = tf.transpose(recurrent)

            def backward(place: Any, carried: Any, d_inputs: Any, d_kernel: Any, d_recurrent: Any, d_bias: Any) -> Any:
                def step(at: Any, carried: Any, to_input: Any, to_state: Any) -> Any:
                    t = place * span + at
                    z, r, c = tf.split(gates[t], 3, axis=1)
                    g = carried if present is None else carried * present[t]
                    dz = g * (states[t] - c) * z * (1 - z)
                    dc = g * (1 - z) * (1 - c * c)
                    dr = dc * inner[t] * r * (1 - r)
                    dzr = tf.concat([dz, dr], 1)
                    d_state = tf.concat([dzr, dc * r], 1)
                    back = d_state @ transposed
                    before = g * z + back if present is None else carried - g * (1 - z) + back
                    return at - 1, before, to_input.write(at, tf.concat([dzr, dc], 1)), to_state.write(at, d_state)

                last = (span - 1, carried, array(3 * units, span), array(3 * units, span))
                loop = tf.while_loop(lambda at, *_: at >= 0, step, last, maximum_iterations=span)
                to_input, to_state = (tf.reshape(kept.stack(), [-1, 3 * units]) for kept in loop[2:])
                return (
                    place - 1,
                    loop[1],
                    d_inputs.write(place, tf.matmul(to_input, kernel, transpose_b=True)),
                    d_kernel + tf.matmul(rows(inputs, place), to_input, transpose_a=True),
                    d_recurrent + tf.matmul(rows(states, place), to_state, transpose_a=True),
                    d_bias + tf.stack([tf.reduce_sum(to_input, 0), tf.reduce_sum(to_state, 0)]),
                )

            d_inputs = tf.TensorArray(tf.float32, spans, element_shape=(span * samples, features))
            begin = (spans - 1, upstream, d_inputs, *(tf.zeros_like(each) for each in (kernel, recurrent, bias)))
            loop = tf.while_loop(lambda place, *_: place >= 0, backward, begin, maximum_iterations=spans)
            return tf.reshape(loop[2].stack(), [steps, samples, features]), loop[1], *loop[3:]

        return loop[1], gradient

    return run(inputs, start, kernel, recurrent, bias)


def _span(steps: int, samples: int, units: int) -> int:
    """How many steps go together: all, or a divisor of theirs that keeps SPAN numbers of states at most."""
    most = max(1, SPAN // (samples * units))
    return next((each for each in range(most, most // 4, -1) if steps % each == 0), steps)
