import gzip
import shutil
from pathlib import Path

import numpy as np
import pytest

from hwr.errors import DataError
from hwr.lines.digits import load_digits, mnist_folder, parse_idx

NAME = "t10k-labels-idx1-ubyte.gz"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The test files in a folder of their own, to be damaged."""
    for path in mnist_folder().glob("t10k-*.gz"):
        shutil.copy(path, tmp_path)
    return tmp_path


def test_splits_have_their_sizes() -> None:
    counts = {split: len(load_digits(split).labels) for split in ("train", "val", "test")}
    assert counts == {"train": 55_000, "val": 5_000, "test": 10_000}
    assert load_digits("test").images.shape == (10_000, 28, 28)


def test_no_digit_is_in_two_splits() -> None:
    seen = [
        {image.tobytes() for image in load_digits(split).images}
        for split in ("train", "val", "test")
    ]
    assert not seen[0] & seen[1]
    assert not seen[0] & seen[2]
    assert not seen[1] & seen[2]


def test_first_test_digits_are_those_everybody_knows() -> None:
    assert load_digits("test").labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]


def test_missing_file_is_named(copy: Path) -> None:
    (copy / NAME).unlink()
    with pytest.raises(DataError, match=rf"{NAME}: cannot be read .*HWR_MNIST"):
        load_digits("test", copy)


def test_cut_short_file_is_named(copy: Path) -> None:
    content = (copy / NAME).read_bytes()
    (copy / NAME).write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match=rf"{NAME}: damaged, does not unpack"):
        load_digits("test", copy)


def test_a_changed_digit_is_noticed(copy: Path) -> None:
    content = bytearray(gzip.decompress((copy / NAME).read_bytes()))
    content[-1] ^= 1
    (copy / NAME).write_bytes(gzip.compress(bytes(content)))
    with pytest.raises(DataError, match=rf"{NAME}: damaged, its checksum"):
        load_digits("test", copy)


def test_not_gzip_is_named(copy: Path) -> None:
    (copy / NAME).write_bytes(b"hello")
    with pytest.raises(DataError, match=rf"{NAME}: damaged"):
        load_digits("test", copy)


def test_parse_idx() -> None:
    header = b"\0\0\x08\x02" + (2).to_bytes(4, "big") + (3).to_bytes(4, "big")
    np.testing.assert_array_equal(
        parse_idx(header + bytes(range(6)), "x"), np.arange(6).reshape(2, 3)
    )
    with pytest.raises(DataError, match="declares"):
        parse_idx(header + bytes(5), "x")
    with pytest.raises(DataError, match="cut short"):
        parse_idx(header[:6], "x")
    with pytest.raises(DataError, match="not an IDX"):
        parse_idx(b"PNG", "x")
