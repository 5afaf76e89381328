"""hwr reads lines of handwriting: digit strings first, any alphabet by the same road."""

from hwr.alphabet import Alphabet
from hwr.errors import HwrError
from hwr.reading import Alternative, Character, Reading
from hwr.recognizer import Recognizer
from hwr.version import __version__

__all__ = [
    "Alphabet",
    "Alternative",
    "Character",
    "HwrError",
    "Reading",
    "Recognizer",
    "__version__",
]
