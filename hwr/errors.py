"""What a user did wrong, said in one line: the file's name, what is wrong, the way out."""


class HwrError(Exception):
    """Base of every error that the command line prints as one line, with exit status 2."""


class PictureError(HwrError):
    """A picture cannot be opened or holds nothing to read."""


class DataError(HwrError):
    """A data set, or one line of it, cannot be used."""


class AlphabetError(DataError):
    """A text holds a character that the alphabet lacks."""


class ModelFileError(HwrError):
    """A model file is missing, damaged, or of another kind."""


class ConfigError(HwrError):
    """An option is unknown or has a value it cannot take."""


class MissingExtraError(HwrError):
    """A part of hwr was asked for whose packages are not installed."""

    def __init__(self, what: str, package: str | None, extra: str = "train") -> None:
        super().__init__(
            f"{what} needs the package {package!r}: install it with  pip install 'hwr[{extra}]'"
        )
