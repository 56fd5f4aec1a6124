"""What does each way of making sequences fit a GRU cost, in accuracy, stability and time?

The rooms, in the order the data flows through them: `config`, `data`, `adapt`, `model`,
`train`, `measure`, `records`, `analysis`, `report`. `arm` strings the first six together.
"""

import os

# One thread per process: at these sizes two threads are slower than one, and results that do not
# depend on a thread count are the same on any machine with the same instruction set.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
