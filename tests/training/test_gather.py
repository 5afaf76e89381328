"""What happens to one's own lines before a training."""

from pathlib import Path

import pytest

from hwr.errors import ConfigError, DataError
from hwr.lines.problems import Kind, Problem
from hwr.nets.network import NetworkOptions
from hwr.nets.seq2seq import Seq2seqOptions
from hwr.training.config import parse_options
from hwr.training.data_options import DataOptions
from hwr.training.gather import BadLinesError, gather, write_left_out
from hwr.training.options import Options


@pytest.fixture
def lines(write_lines, tmp_path: Path) -> str:
    """Twelve lines of three pages."""
    texts = {f"p{page}_{row}": f"b{page}a" + "é" * row for page in (1, 2, 3) for row in range(4)}
    return str(write_lines(tmp_path / "lines", texts))


def options(train: str | tuple[str, ...] = (), val: str = "", **more: object) -> Options:
    alphabet = more.pop("given", None)
    places = (train,) if isinstance(train, str) else train
    data = DataOptions(places, (val,) if val else (), **more)
    return Options(data=data, alphabet=alphabet)


def test_without_lines_of_one_s_own_nothing_is_settled() -> None:
    gathered = gather(Options())
    assert gathered.options == Options()
    assert gathered.lines.train is gathered.lines.val is None


def test_pages_are_kept_apart_and_told(lines: str) -> None:
    said: list[str] = []
    gathered = gather(options(lines, val_share=0.3), say=said.append)
    train, val = gathered.lines.train, gathered.lines.val
    assert (len(train), len(val)) == (8, 4)
    assert not set(train.pages) & set(val.pages)
    assert gathered.options.alphabet == "123abé"
    assert said[0] == "data: 8 lines of 2 pages to train on, 4 lines of 1 pages to validate with"
    assert said[1] == "alphabet: 6 characters: 123abé"
    (page,) = {text[1] for text in val.texts}
    assert said[2].startswith(f"only in validation: '{page}' (U+003{page}) 4x, as in ")


def test_pages_so_large_that_far_more_is_kept_apart_are_told(lines: str) -> None:
    said: list[str] = []
    gathered = gather(options(lines, val_share=0.1), say=said.append)
    assert (len(gathered.lines.train), len(gathered.lines.val)) == (8, 4)
    assert said[0].startswith("data: 4 of 12 lines are kept apart to validate with")
    assert "not 0.1 of them" in said[0]


def test_a_single_line_has_to_be_kept_apart_in_any_case(write_lines, tmp_path: Path) -> None:
    folder = write_lines(tmp_path / "few", {f"p{page}_1": f"a{page}" for page in range(4)})
    said: list[str] = []
    gathered = gather(options(str(folder), val_share=0.1), say=said.append)
    assert (len(gathered.lines.train), len(gathered.lines.val)) == (3, 1)
    assert said[0] == "data: 3 lines of 3 pages to train on, 1 lines of 1 pages to validate with"


def test_lines_of_one_page_are_parted_all_the_same(write_lines, tmp_path: Path) -> None:
    folder = write_lines(tmp_path / "one", {f"q_{row}": f"a{row}" for row in range(6)})
    table = folder / "metadata.csv"
    rows = "".join(f"q_{row}.png,a{row},same\n" for row in range(6))
    table.write_text("file_name,text,page\n" + rows)
    said: list[str] = []
    gathered = gather(options(str(table)), say=said.append)
    assert (len(gathered.lines.train), len(gathered.lines.val)) == (5, 1)
    assert said[0].startswith("data: all lines are of one page")


def test_several_places_are_one_set(lines: str, write_lines, tmp_path: Path) -> None:
    more = str(write_lines(tmp_path / "more", {"x_1": "xy", "x_2": "yx"}))
    gathered = gather(options((lines, more), val=more, on_bad_line="skip"))
    # What stands in both is validated with.
    assert len(gathered.lines.train) == 12
    assert gathered.lines.val.texts == ["xy", "yx"]
    assert gathered.options.alphabet == "123abxyé"


def test_a_bad_line_stops_or_is_left_out(lines: str, tmp_path: Path) -> None:
    Path(lines, "p1_1.png").write_bytes(b"no picture")
    Path(lines, "p2_2.gt.txt").write_text(" ")
    with pytest.raises(DataError) as error:
        gather(options(lines))
    for part in ("lines that cannot be trained on: 2:", "p1_1.png", "p2_2.png", "--on-bad-line"):
        assert part in str(error.value)
    assert f"hwr check --train {lines}" in str(error.value)

    said: list[str] = []
    gathered = gather(options(lines, on_bad_line="skip"), say=said.append)
    assert len(gathered.lines.train) + len(gathered.lines.val) == 10
    assert said[-1].startswith("left out, as left-out.tsv tells: 2: ")
    write_left_out(gathered.left_out, tmp_path)
    written = (tmp_path / "left-out.tsv").read_text().splitlines()
    assert [Path(row.split("\t")[0]).name for row in written] == ["name", "p1_1.png", "p2_2.png"]
    write_left_out([], tmp_path)  # they were mended
    assert not (tmp_path / "left-out.tsv").exists()


def test_nothing_left_is_an_error(write_lines, tmp_path: Path) -> None:
    folder = write_lines(tmp_path / "one", {"a": "a"})
    (folder / "a.png").write_bytes(b"")
    with pytest.raises(DataError, match=r"data\.train: no line is left"):
        gather(options(str(folder), on_bad_line="skip"))


@pytest.mark.parametrize(("change", "expected"), [("replace", "123abé"), ("unite", "xba123é")])
def test_the_alphabet_of_a_training_that_goes_on(change: str, expected: str, lines: str) -> None:
    assert gather(options(lines, alphabet=change), known="xba").options.alphabet == expected
    mixed = gather(options(lines, alphabet=change, composed=0.5), known="xba").options.alphabet
    assert set(mixed) == {*expected, *"0123456789"}
    given = options(lines, alphabet=change, given="éba321!")
    assert gather(given, known="xba").options.alphabet == "éba321!"


def test_unknown_characters_are_told_or_their_lines_left_out(lines: str) -> None:
    for asked in (options(lines, alphabet="keep"), options(lines, given="12ab3")):
        with pytest.raises(DataError, match=r"lacks: é: U\+00E9 .*18 times in 9 lines .*png"):
            gather(asked, known="123ab")
    gathered = gather(options(lines, alphabet="keep", on_bad_line="skip"), known="123ab")
    assert gathered.options.alphabet == "123ab"
    assert "é" not in "".join(gathered.lines.train.texts + gathered.lines.val.texts)
    assert len(gathered.lines.train) + len(gathered.lines.val) == 3


def test_validating_composed_training_needs_no_other_characters(
    write_lines, tmp_path: Path
) -> None:
    folder = str(write_lines(tmp_path / "numbers", {"a": "12", "b": "1,2"}))
    with pytest.raises(DataError, match="alphabet lacks: ,: "):
        gather(options(val=folder))
    gathered = gather(options(val=folder, on_bad_line="skip"))
    assert gathered.lines.train is None
    assert gathered.lines.val.texts == ["12"]
    assert gathered.options.characters == "0123456789"


def test_texts_are_not_longer_than_the_seq2seq_head_writes(lines: str) -> None:
    def asked(most: int) -> Options:
        network = NetworkOptions(seq2seq=Seq2seqOptions(max_length=most))
        return Options(data=DataOptions((lines,)), network=network, heads={"seq2seq": 1.0})

    assert gather(asked(6)).lines.longest == 6
    with pytest.raises(ConfigError, match=r"_3\.png: .* 6 characters.*seq2seq\.max_length 6"):
        gather(asked(5))


def test_the_digit_head_takes_no_lines_of_one_s_own() -> None:
    with pytest.raises(ValueError, match=r"digit head learns MNIST's digits alone.*--heads"):
        Options(heads={"ctc": 1.0, "digit": 1.0}, data=DataOptions(("x",)))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"val_share": 0.0}, "val_share"),
        ({"composed": 1.5}, "composed must be from 0 to 1"),
        ({"composed": 0.5}, r"give  data\.train"),
        ({"on_bad_line": "go"}, "on_bad_line must be one of stop, skip"),
        ({"alphabet": "new"}, "alphabet must be one of keep"),
    ],
)
def test_options_check_themselves(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        DataOptions(**wrong)


def test_the_check_that_shows_bad_lines_looks_as_the_training_does(lines: str) -> None:
    Path(lines, "p1_1.png").write_bytes(b"no picture")
    with pytest.raises(BadLinesError) as error:
        gather(options(lines))
    told = str(error.value.looked_at_by(["--config", "my options.yaml"]))
    assert f"by  hwr check --config 'my options.yaml' --train {lines}  and" in told


def test_an_alphabet_is_composed_as_texts_are(lines: str) -> None:
    data = {"data": {"train": lines}}
    given = parse_options(dict(data), "x", [("alphabet", "123abe\u0301")])
    assert gather(given).options.alphabet == "123ab\u00e9"
    # That of a model has its order, and its characters, whatever stands beside what.
    saved = parse_options(data | {"alphabet": "u\u0308"}, "x").to_dict()
    assert parse_options(saved, "x").characters == "u\u0308"


def test_remarks_are_told(lines: str, write_lines) -> None:
    write_lines(Path(lines), {"p1_0": "b1a  a"})
    write_lines(Path(lines, "more"), {"x": "1"})
    said: list[str] = []
    gather(options(lines), say=said.append)
    assert said[0].startswith(f"data: odd spaces in a text: {lines}/p1_0.png: 'b1a  a' has spaces")
    assert f"passed over: {lines}/more: its texts do not count" in said[0]


def test_names_of_lines_left_out_keep_to_their_row(tmp_path: Path) -> None:
    problem = Problem(Kind.EMPTY, "a\nb\t\udcff.png", "strike it out")
    write_left_out([problem], tmp_path)
    rows = (tmp_path / "left-out.tsv").read_text().splitlines()
    assert rows[1] == "a\\nb\\t\\udcff.png\tempty text\tstrike it out"


def test_the_characters_that_texts_may_hold_are_known_where_lines_are_bad(lines: str) -> None:
    Path(lines, "p1_1.png").write_bytes(b"no picture")
    for known, change, expected in (
        (None, "replace", "123abé"), ("xyz", "keep", "xyz"), ("xyz", "unite", "123abxyzé"),
    ):  # fmt: skip
        with pytest.raises(BadLinesError) as error:
            gather(options(lines, alphabet=change), known)
        assert error.value.characters == expected
