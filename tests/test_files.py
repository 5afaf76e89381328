import os
from pathlib import Path

import pytest

from hwr.cli.write import write_json
from hwr.errors import DataError
from hwr.files import (
    is_file,
    is_folder,
    is_special,
    is_there,
    names_in,
    new_folder,
    whole_file,
)  # fmt: skip


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    with whole_file(path) as beside:
        beside.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert names_in(tmp_path) == [path.name]


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a"

    def write(content: str | None) -> None:
        with whole_file(path) as beside:
            beside.write_text("half")
            if content is None:
                raise KeyboardInterrupt
            beside.write_text(content)

    with pytest.raises(KeyboardInterrupt):
        write(None)
    assert not names_in(tmp_path)
    path.mkdir()
    with pytest.raises(IsADirectoryError):
        write("whole")
    assert names_in(tmp_path) == [path.name]
    with pytest.raises(DataError, match="is there already"), new_folder(path):
        pass


@pytest.mark.parametrize("name", [300 * "x", "a\0b"])
def test_names_that_no_file_can_have(tmp_path: Path, name: str) -> None:
    assert not is_file(tmp_path / name)
    assert not is_folder(tmp_path / name)
    assert not is_there(tmp_path / name)
    assert not is_special(tmp_path / name)


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be written"), new_folder(tmp_path / (300 * "x")):
        raise AssertionError
    with pytest.raises(DataError, match="cannot be written"):
        write_json(tmp_path / (300 * "x"), {})


def test_no_other_file_is_taken_for_the_unfinished_one(tmp_path: Path) -> None:
    (tmp_path / "a.part").write_text("mine")
    with whole_file(tmp_path / "a") as beside:
        beside.write_text("new")
    assert names_in(tmp_path) == ["a", "a.part"]
    assert (tmp_path / "a.part").read_text() == "mine"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are none here")
def test_a_pipe_keeps_its_place(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(OSError, match="it is a pipe or a device"), whole_file(path):
        raise AssertionError
    assert path.is_fifo()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are none here")
def test_pipes_are_not_among_what_a_folder_holds(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "to-it.png").symlink_to("pipe.png")
    (tmp_path / "lost.png").symlink_to("nowhere.png")  # which whoever opens it tells
    (tmp_path / "round").symlink_to("round")
    (tmp_path / "a.png").touch()
    (tmp_path / "within").mkdir()
    assert names_in(tmp_path) == ["a.png", "lost.png", "round", "within"]
    assert names_in(tmp_path, folders=True) == ["within"]


def test_what_a_link_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "old.json").write_text("old")
    link = tmp_path / "latest.json"
    link.symlink_to("runs/old.json")
    write_json(link, {"new": 1})
    assert link.is_symlink()
    assert "new" in (tmp_path / "runs" / "old.json").read_text()
    assert names_in(tmp_path / "runs") == ["old.json"]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="there is none here")
def test_a_link_of_the_system_to_an_open_file_stays(tmp_path: Path) -> None:
    """As /dev/stdout, which who may do anything would replace."""
    with (tmp_path / "out.txt").open("w") as file:
        file.write("printed")
        file.flush()
        place = Path(f"/proc/self/fd/{file.fileno()}")
        with pytest.raises(DataError, match="it is a pipe or a device: name a file"):
            write_json(place, {})
        assert place.is_symlink()
    assert (tmp_path / "out.txt").read_text() == "printed"
