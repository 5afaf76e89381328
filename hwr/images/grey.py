"""What a picture is, once opened."""

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.float32]
"""[height, width], 0 black to 1 white."""
