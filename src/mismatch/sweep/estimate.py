"""What a run should take, before anything is known of it: fitted to a server core of 2026.

In: an arm. Out: seconds, right within a factor of about 1.5.
"""

from mismatch.config.arm import Arm

START_S = 7.0  # the workers start and import TensorFlow, while Hydra composes the jobs
COMPILE_S = 2.0  # one program
UNITS = 16
REPORT_S = 3.0  # tables, figures and page of a sweep


def seconds(arm: Arm) -> float:
    """Estimated seconds of one run once compiled; a model of one's own is taken for a GRU of `UNITS`."""
    units, batch, data = arm.model.units or UNITS, arm.train.batch, arm.data
    recurrent = arm.gru_steps * (0.004 + 6.3e-7 * batch * units * (arm.gru_width + units))
    recurrent *= (2 if arm.model.bidirectional else 1) * (1.6 if arm.model.cell == "lstm" else 1)
    step_ms = 0.1 + recurrent * (1.2 if arm.mask.kind != "none" else 1)
    step_ms += 1.1e-7 * batch * arm.front.flops(arm.steps, arm.width)
    if arm.train.engine != "compiled" or arm.bucketed:
        step_ms = 6 + 8 * step_ms
    step_ms += arm.control.delay_ms or 0.0
    evaluated = (arm.train.updates / arm.train.block + 1) * data.probe + data.test
    return 0.1 + step_ms / 1000 * (arm.train.updates + 0.3 * evaluated / batch)
