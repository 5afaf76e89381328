import os
from pathlib import Path

import pytest
import yaml

from hwr.errors import ConfigError
from hwr.training.config import load_options, parse_options, read_yaml
from hwr.training.options import Budget, Options

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("path", sorted((ROOT / "configs").glob("*.yaml")), ids=lambda p: p.name)
def test_every_shipped_config_parses_and_survives_a_round_trip(path: Path) -> None:
    options = load_options(path)
    written = yaml.safe_dump(options.to_dict())
    assert parse_options(yaml.safe_load(written), "again") == options


def test_an_empty_file_is_all_defaults(tmp_path: Path) -> None:
    (tmp_path / "empty.yaml").write_text("")
    assert load_options(tmp_path / "empty.yaml") == Options()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "trainign: {batch: 3}",
            r"unknown option 'trainign' \(there are image, heads, alphabet, data, lines",
        ),
        ("training: {btach: 3}", r"unknown option 'training.btach' \(there are budget, batch"),
        ("network: {encoder: {stem: [{chanels: 3}]}}", r"'network.encoder.stem.0.chanels'"),
        ("training: {batch: none}", "training.batch: input should be a valid integer"),
        ("training: {batch: 0}", "training: batch must be at least 1"),
        ("training: {budget: soon}", "'soon' is no budget"),
        ("training: {average: 1}", "average must be at least 0 and below 1"),
        ("network: {encoder: {hidden: 0}}", "network.encoder: hidden"),
        ("network: {encoder: {stem: [{channels: 4, kernel: 2}]}}", "kernel must be odd"),
        ("network: {ctc: {split: 0}}", "network.ctc: split"),
        ("heads: {}", "heads must hold at least one of ctc, seq2seq"),
        ("heads: {ctc: 0}", "the weight of 'ctc' must be above zero"),
        ("heads: {crf: 1}", "heads.crf"),
        ("lines: {grow: -1}", "grow must not be negative"),
        ("heads: {seq2seq: 1}\nlines: {max_length: 31}", "must not be below lines.max_length"),
        ("network: {seq2seq: {merge: 0}}", "network.seq2seq: merge"),
        ("training: {sampling: 1.0}", "sampling must be at least 0 and below 1"),
        ("training: {cross_entropy: {smoothing: 1}}", "smoothing"),
        ("training: {cross_entropy: {classes: {x: 2}}}", "'x' is not in the alphabet"),
        ("image: {height: 3}", "height"),
        ("lines: {presets: {touching: .inf}}", "the share of 'touching' must be a number"),
        ("data: {train: 2024}", "data.train: 2024 is not the name .*: put it in quotes"),
        ("data: {train: [a, 2024-02-03]}", r"data.train: datetime.*: put it in quotes"),
        ("data: {train: 2024-02-30}", "not YAML: day is out of range"),
        ("data: {train: ''}", "data.train: an empty name"),
        ("data: {train: }", "data.train: is empty: give a folder or a list of lines, or leave it"),
        ("data: {train: {a: b}}", "data.train: give a list, such as"),
        ("data: lines", "data: give a section, such as"),
        ("heads: ctc", "heads: give a section, such as"),
        ("heads: {digit: 1}\nimage: {clean: {deslant: true}}", "image.clean: cleans lines"),
        ("lines: {presets: {fancy: 1}}", "no such preset: 'fancy'"),
        ("lines: {presets: {plain: 0}}", "at least one with a share"),
        ("lines: {min_length: 4, max_length: 3}", "min_length"),
        ("lines: {alphabet: 12a}", "no picture of 'a'"),
        ("- 3", "not a set of options"),
        ("a: [", "not YAML"),
        ("training: {batch: 3}\ntraining: {seed: 3}", "'training' stands twice"),
        ("training: {seed: -1}", "seed must be at least 0"),
        ("image: &a {height: 9}\nlines: {<<: *a, grow: 1, grow: 2}", "'grow' stands twice"),
    ],
)
def test_errors_name_file_and_option(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(content)
    with pytest.raises(ConfigError, match=message) as error:
        load_options(path)
    assert "bad.yaml" in str(error.value)
    assert "\n" not in str(error.value)
    assert ": :" not in str(error.value)


def test_sections_may_be_merged(tmp_path: Path) -> None:
    """Whichever of them is made first: what is merged may replace what it merges itself."""
    (tmp_path / "a.yaml").write_text(
        "network:\n"
        "  encoder: {stem: [&b {channels: 4, kernel: 3}, {<<: *b, channels: 6}]}\n"
        "heads: {<<: {ctc: 1.0, seq2seq: 1.0}, ctc: 0.5}\n"
    )
    options = load_options(tmp_path / "a.yaml")
    assert options.heads == {"ctc": 0.5, "seq2seq": 1.0}
    assert [layer.channels for layer in options.network.encoder.stem] == [4, 6]
    (tmp_path / "b.yaml").write_text("x: {y: &b {<<: &a {z: 1}, z: 2}}\nw: {<<: *b, z: 3}\n")
    assert read_yaml(tmp_path / "b.yaml") == {"x": {"y": {"z": 2}}, "w": {"z": 3}}


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.yaml: cannot be read"):
        load_options(tmp_path / "none.yaml")


def test_names_that_are_not_utf_8_are_to_be_renamed(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("")
    name = os.fsdecode(b"na\xefve")
    with pytest.raises(ConfigError, match="rename what is not UTF-8") as error:
        load_options(tmp_path / "a.yaml", [("data.train", f'["{name}"]')])
    str(error.value).encode()  # it can be printed


def test_sections_may_be_empty(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("training:\nlines:\n")
    assert load_options(tmp_path / "a.yaml") == Options()
    assert load_options(tmp_path / "a.yaml", [("training.batch", "5")]).training.batch == 5
    (tmp_path / "a.yaml").write_text("data: {train: b, augment: }\nnetwork: {encoder: , ctc: }\n")
    assert load_options(tmp_path / "a.yaml") == parse_options({"data": {"train": "b"}}, "test")


def test_a_number_of_yaml_is_the_name_of_a_precision(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("training: {precision: 32}\n")
    assert load_options(tmp_path / "a.yaml").training.precision == "32"


def test_a_day_that_is_none_may_be_a_folder_where_it_is_typed(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("")
    options = load_options(tmp_path / "a.yaml", [("data.train", "2024-02-30")])
    assert options.data.train == ("2024-02-30",)


def test_overrides_replace_what_the_file_says(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("training: {batch: 3}\n")
    options = load_options(
        tmp_path / "a.yaml",
        [
            ("training.batch", "5"),
            ("training.learning_rate", "4e-3"),
            ("lines.presets", "{plain: 1}"),
            ("lines.alphabet", "017"),
            ("training.precision", "32"),
            ("training.budget", "90 steps"),
        ],
    )
    assert options.training.batch == 5
    assert options.training.learning_rate == 0.004
    assert options.lines.presets == {"plain": 1.0}
    assert options.lines.alphabet == "017"
    assert options.training.precision == "32"


def test_overrides_are_checked_like_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("training: {batch: 3}\n")
    with pytest.raises(ConfigError, match=r"unknown option 'training\.btach'"):
        load_options(tmp_path / "a.yaml", [("training.btach", "5")])
    with pytest.raises(
        ConfigError, match=r"a\.yaml: --training\.batch\.size: .batch. is a value, not"
    ):
        load_options(tmp_path / "a.yaml", [("training.batch.size", "5")])


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("4 minutes", Budget(4, "minutes")),
        ("0.5 minutes", Budget(0.5, "minutes")),
        ("1 epoch", Budget(1, "epochs")),
        (" 2000  steps", Budget(2000, "steps")),
    ],
)
def test_budgets(text: str, budget: Budget) -> None:
    assert Budget.parse(text) == budget


@pytest.mark.parametrize(
    "text", ["", "4", "minutes", "0 steps", "-1 steps", "4 weeks", "nan steps"]
)
def test_no_budgets(text: str) -> None:
    with pytest.raises(ValueError, match="no budget"):
        Budget.parse(text)
