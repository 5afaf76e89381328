from pathlib import Path

import pytest
from PIL import Image

from hwr.errors import DataError
from hwr.lines.folders import pictures_in, read_folder
from hwr.lines.labelled import composed, page_of, typed
from hwr.lines.problems import Kind, Problem, printable


def found(folder: Path) -> list[tuple[str, str]]:
    return [(str(line.path.relative_to(folder)), line.text) for line in read_folder(folder)]


def test_pairs_sorted_by_name(tmp_path: Path) -> None:
    for name, text in (("b", "22\n"), ("a", "11\r\n"), ("c.d", " 3 ")):
        (tmp_path / f"{name}.png").touch()
        (tmp_path / f"{name}.gt.txt").write_bytes(text.encode())
    assert found(tmp_path) == [("a.png", "11"), ("b.png", "22"), ("c.d.png", " 3 ")]


def test_pictures_without_a_text_are_named(tmp_path: Path) -> None:
    for name in ("a.png", "b.png", "c.jpg"):
        (tmp_path / name).touch()
    (tmp_path / "a.gt.txt").write_text("1")
    with pytest.raises(DataError, match=r"no text for b\.png, c\.jpg"):
        read_folder(tmp_path)


def test_decomposed_file_names_are_found(tmp_path: Path) -> None:
    name = "e\u0301.png"
    (tmp_path / name).touch()
    for told in (name, "\u00e9.png"):
        (tmp_path / "labels.tsv").write_text(f"{told}\te\u0301\n", encoding="utf-8")
        assert found(tmp_path) == [(name, "\u00e9")]


def test_ocropus_names_with_two_endings(tmp_path: Path) -> None:
    (tmp_path / "010001.bin.png").touch()
    (tmp_path / "010001.gt.txt").write_text("5")
    assert found(tmp_path) == [("010001.bin.png", "5")]
    (tmp_path / "010001.nrm.png").touch()
    problems: list[Problem] = []
    assert [line.path.name for line in read_folder(tmp_path, problems)] == ["010001.bin.png"]
    (tmp_path / "010001.png").touch()
    assert [line.path.name for line in read_folder(tmp_path, problems)] == ["010001.png"]
    assert [Path(problem.name).name for problem in problems if problem.kind == Kind.PASSED] == [
        "010001.nrm.png",
        "010001.bin.png",
        "010001.nrm.png",
    ]
    (tmp_path / "010001.nrm.gt.txt").write_text("6")
    assert found(tmp_path) == [("010001.png", "5"), ("010001.nrm.png", "6")]


def test_names_with_dots_and_two_endings(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"Ms.12_{number}.bin.png").touch()
        (tmp_path / f"Ms.12_{number}.gt.txt").write_text(str(number))
    assert found(tmp_path) == [("Ms.12_1.bin.png", "1"), ("Ms.12_2.bin.png", "2")]
    (tmp_path / "labels.tsv").write_text("Ms.12_1.bin.png\t1\n")
    problems: list[Problem] = []
    assert len(read_folder(tmp_path, problems)) == 1
    assert [problem.name for problem in problems] == [str(tmp_path / "Ms.12_2.gt.txt")]


def test_endings_in_capitals(tmp_path: Path) -> None:
    (tmp_path / "A.PNG").touch()
    (tmp_path / "A.GT.TXT").write_text("7")
    assert found(tmp_path) == [("A.PNG", "7")]


def test_texts_are_composed(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    (tmp_path / "a.gt.txt").write_text("e\u0301", encoding="utf-8")
    assert found(tmp_path) == [("a.png", "\u00e9")]


def test_table_in_its_own_order_with_pictures_beside_or_in_images(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "z.png").touch()
    (tmp_path / "a.png").touch()
    (tmp_path / "labels.tsv").write_text("z.png\t7 7\na.png\t\n\n", encoding="utf-8")
    assert found(tmp_path) == [("images/z.png", "7 7"), ("a.png", "")]


def test_missing_pictures_are_named_together(tmp_path: Path) -> None:
    for number in range(7):
        (tmp_path / f"{number}.gt.txt").write_text("1")
    with pytest.raises(DataError, match=r"no picture for 0\.gt\.txt, 1.*, 4\.gt\.txt and 2 more"):
        read_folder(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a.png 1\n", "line 1: no TAB"),
        (b"b.png\t1\n", "no picture for b.png"),
        (b"\t1\n", "no picture for labels.tsv, line 1"),
        (b"a.png\t\xff\n", "not UTF-8"),
        (b"", "holds no texts"),
    ],
)
def test_unfit_tables_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "a.png").touch()
    (tmp_path / "labels.tsv").write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_folder(tmp_path)


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such folder"):
        read_folder(tmp_path / "none")


def test_pictures_in_knows_pictures_by_their_endings(tmp_path: Path) -> None:
    for name in ("b.JPG", "a.png", "c.gt.txt", "d.pdf"):
        (tmp_path / name).touch()
    assert [path.name for path in pictures_in(tmp_path)] == ["a.png", "b.JPG"]


def pages(folder: Path) -> dict[str, str]:
    return {
        str(line.path.relative_to(folder)): line.page.removeprefix(f"{folder}/")
        for line in read_folder(folder)
    }


def with_texts(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / f"{name}.png").touch()
        (folder / f"{name}.gt.txt").write_text("1")
    return folder


def test_pages_are_told_by_the_names_of_pictures(tmp_path: Path) -> None:
    with_texts(tmp_path, "will_12-0_003", "will_12-0_004", "will_12-1.5", "0007", "plain")
    assert pages(tmp_path) == {
        "will_12-0_003.png": "will_12-0",
        "will_12-0_004.png": "will_12-0",
        "will_12-1.5.png": "will_12-1",
        "0007.png": "0007",
        "plain.png": "plain",
    }


@pytest.mark.parametrize("made", ["bin", "nrm", "dew", "dewarped", "raw", "BIN"])
def test_how_a_picture_was_made_is_none_of_its_page_s_name(made: str) -> None:
    for number in ("0001", "0002"):
        assert page_of(Path(f"a/p12_{number}.{made}.png")) == str(Path("a/p12"))
    assert page_of(Path("a/p12.other.png")) == str(Path("a/p12.other"))


@pytest.mark.parametrize(
    "ids",
    [
        "region0001_region0001_line0003",
        "r_1_1_tl_3",
        "r1l3",
        "tr_2_tl_14",
        "line_7",
        "TextRegion-1",
    ],
)
def test_a_page_told_by_the_ids_of_its_regions_and_lines(ids: str) -> None:
    for page in ("OCR-D-GT_0001", "p12", "r2"):
        assert page_of(Path(f"a/{page}_{ids}.bin.png")) == str(Path("a", page))


@pytest.mark.parametrize("name", ["line_3", "r1", "collar5", "p_color4"])
def test_names_that_only_look_like_ids(name: str) -> None:
    assert page_of(Path(f"a/{name}.png")) == str(Path("a", name.removesuffix("_3")))


def test_splits_that_are_taken_together_are_told(tmp_path: Path) -> None:
    with_texts(tmp_path, "train/a", "Test/a", "more/a")
    problems: list[Problem] = []
    assert len(read_folder(tmp_path, problems)) == 3
    (problem,) = problems
    assert (problem.kind, problem.name) == (Kind.UNITED, str(tmp_path))
    assert problem.reason.startswith("Test, train: give each on its own")


def test_folders_of_pictures_without_texts_are_told(tmp_path: Path) -> None:
    with_texts(tmp_path, "a/x")
    for folder in ("b", "empty"):
        (tmp_path / folder).mkdir()
    for name in ("one.png", "two.png"):
        (tmp_path / "b" / name).touch()
    problems: list[Problem] = []
    assert len(read_folder(tmp_path, problems)) == 1
    (problem,) = problems
    assert (problem.kind, problem.name) == (Kind.PASSED, str(tmp_path / "b"))
    assert "2 pictures and no texts" in problem.reason


def test_names_that_would_make_one_page_of_all_tell_nothing(tmp_path: Path) -> None:
    with_texts(tmp_path, "line-1", "line-2")
    assert set(pages(tmp_path).values()) == {"line-1.png", "line-2.png"}


def test_folders_in_folders_are_pages_where_names_are_just_numbers(tmp_path: Path) -> None:
    with_texts(tmp_path, "b/010002", "a/01000a", "a/010001", "a/x_1")
    assert pages(tmp_path) == {
        "a/010001.png": "a",
        "a/01000a.png": "a",
        "a/x_1.png": "a/x",
        "b/010002.png": "b",
    }


def test_pages_that_a_list_tells_stay_in_a_folder_of_folders(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    rows = ["file_name,text,page"]
    for number in range(4):
        (tmp_path / "train" / f"{number:05}.png").touch()
        rows.append(f"{number:05}.png,{number},writer{number % 2}")
    (tmp_path / "train" / "metadata.csv").write_text("\n".join(rows))
    told = [line.page for line in read_folder(tmp_path / "train")]
    assert len(set(told)) == 2
    assert [line.page for line in read_folder(tmp_path)] == told


def test_a_folder_that_holds_texts_itself_counts_alone(tmp_path: Path) -> None:
    with_texts(tmp_path, "a/1", "2")
    assert list(pages(tmp_path)) == ["2.png"]


def test_of_several_forms_the_list_counts(tmp_path: Path) -> None:
    with_texts(tmp_path, "a", "b")
    (tmp_path / "labels.tsv").write_text("b.png\t2\n")
    assert found(tmp_path) == [("b.png", "2")]


def test_what_is_wrong_is_collected_and_the_rest_returned(tmp_path: Path) -> None:
    with_texts(tmp_path, "a", "b", "c")
    (tmp_path / "a.png").unlink()
    (tmp_path / "b.gt.txt").unlink()
    (tmp_path / "d.png").touch()
    (tmp_path / "d.gt.txt").write_bytes(b"\xff")
    problems: list[Problem] = []
    assert [line.path.name for line in read_folder(tmp_path, problems)] == ["c.png"]
    assert [(problem.kind, Path(problem.name).name) for problem in problems] == [
        (Kind.NO_PICTURE, "a.gt.txt"),
        (Kind.TABLE, "d.gt.txt"),
        (Kind.NO_TEXT, "b.png"),
    ]


def test_a_file_that_is_no_list_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.zip").touch()
    with pytest.raises(DataError, match="not a list of lines"):
        read_folder(tmp_path / "x.zip")


def test_what_macos_leaves_is_passed_over(tmp_path: Path) -> None:
    for name in ("1.png", "._1.png", ".hidden.png"):
        (tmp_path / name).touch()
    (tmp_path / "1.gt.txt").write_text("1")
    (tmp_path / "._1.gt.txt").write_bytes(b"\x00\x05\x16\xff")
    assert found(tmp_path) == [("1.png", "1")]
    assert [path.name for path in pictures_in(tmp_path)] == ["1.png"]


def test_a_link_to_a_folder_above_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.png").touch()
    (tmp_path / "a" / "1.gt.txt").write_text("1")
    for name in ("round", "and round"):
        (tmp_path / name).symlink_to(tmp_path)
    (tmp_path / "a" / "out").symlink_to(tmp_path)
    assert found(tmp_path) == [("a/1.png", "1")]
    (tmp_path / "b" / "c").mkdir(parents=True)
    (tmp_path / "b" / "round").symlink_to(tmp_path)
    with pytest.raises(DataError, match="holds no texts"):
        read_folder(tmp_path / "b")


def test_texts_that_do_not_count_are_told(tmp_path: Path) -> None:
    for name in ("1.png", "1.jpg", "2.png", "more/3.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
        (tmp_path / name).with_suffix(".gt.txt").write_text("1")
    problems: list[Problem] = []
    assert [line.path.name for line in read_folder(tmp_path, problems)] == ["1.png", "2.png"]
    assert [(p.kind, p.name) for p in problems] == [
        (Kind.PASSED, str(tmp_path / "1.jpg")),
        (Kind.PASSED, str(tmp_path / "more")),
    ]
    assert len(read_folder(tmp_path)) == 2  # a remark stops nothing


def passed(folder: Path) -> list[tuple[str, str]]:
    problems: list[Problem] = []
    read_folder(folder, problems)
    assert all(problem.kind == Kind.PASSED for problem in problems), problems
    return [(str(Path(p.name).relative_to(folder)), p.reason) for p in problems]


def test_pairs_beside_a_list_are_told_unless_it_lists_them(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.png").touch()
        (tmp_path / f"{name}.gt.txt").write_text("1")
    table = tmp_path / "labels.tsv"
    table.write_text("a.png\t1\nb.png\t1\nc.png\t1\n")
    assert passed(tmp_path) == []
    table.write_text("b.png\t1\n")
    ((name, why),) = passed(tmp_path)
    assert name == "a.gt.txt"
    assert why.startswith("2 texts (a.gt.txt, c.gt.txt) of pictures that labels.tsv does not list")
    (tmp_path / "metadata.csv").write_text("file_name,text\na.png,1\n")
    assert passed(tmp_path)[0] == (
        "metadata.csv",
        "does not count beside labels.tsv: give it on its own",
    )


def test_pictures_without_a_text_are_told_in_every_form(tmp_path: Path) -> None:
    def pictures(*names: str) -> None:
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            Image.new("L", (100, 60)).save(tmp_path / name)

    pictures(*(f"list/{name}.png" for name in "abcdef"), "list/images/g.png")
    (tmp_path / "list/labels.tsv").write_text("a.png\t1\nlost.png\t2\n")
    problems: list[Problem] = []
    read_folder(tmp_path / "list", problems)
    told = [(Path(p.name).name, p.reason) for p in problems if p.kind == Kind.PASSED]
    assert told == [
        ("b.png", "5 pictures (b.png, c.png, d.png and 2 more): not in labels.tsv"),
        ("g.png", "1 picture (g.png): not in labels.tsv"),
    ]
    pictures("page/1.png", "page/1.bin.png", "page/2.png", "page/3.png")
    (tmp_path / "page/1.hocr").write_text(hocr_line("1.png", "one"))
    (tmp_path / "page/3.hocr").write_text(hocr_line("3.png", ""))
    problems.clear()
    assert len(read_folder(tmp_path / "page", problems)) == 1
    assert [(p.kind, Path(p.name).name, p.reason) for p in problems] == [
        (
            Kind.PASSED,
            "3.hocr",
            "no line stands on it: draw its lines, or export it with them, if it has any",
        ),
        (Kind.PASSED, "2.png", "1 picture (2.png): of no page"),
    ]
    pictures("above/0.png", "above/1.png", "above/within/2.png")
    (tmp_path / "above/within/2.gt.txt").write_text("2")
    assert passed(tmp_path / "above") == [
        ("0.png", "2 pictures (0.png, 1.png): no text as NAME.gt.txt, in a list or on a page")
    ]


def hocr_line(picture: str, text: str) -> str:
    line = f"<span class='ocr_line' title='bbox 1 1 90 50'>{text}</span>" if text else ""
    page = f"<div class='ocr_page' title='image {picture}; bbox 0 0 100 60'>{line}</div>"
    return f"<html><body>{page}</body></html>"


def test_what_hides_texts_is_told_where_none_is_left(tmp_path: Path) -> None:
    Image.new("L", (100, 60)).save(tmp_path / "a.png")
    (tmp_path / "a.gt.txt").write_text("1")
    (tmp_path / "labels.tsv").touch()
    with pytest.raises(DataError, match=r"holds no texts: .*a\.gt\.txt.*labels\.tsv does not list"):
        read_folder(tmp_path)
    page = tmp_path / "a.hocr"
    page.write_text(hocr_line("a.png", ""))
    with pytest.raises(
        DataError, match=r"a\.hocr: holds no texts: give one .*no line stands on it"
    ):
        read_folder(page)


def test_pictures_of_other_kinds_are_not_told_as_missing(tmp_path: Path) -> None:
    Image.new("L", (100, 60)).save(tmp_path / "a.png")
    (tmp_path / "b.HEIC").touch()
    for name in "abc":
        (tmp_path / f"{name}.gt.txt").write_text("1")
    problems: list[Problem] = []
    read_folder(tmp_path, problems)
    assert [problem.reason for problem in problems] == [
        "b.HEIC is of a kind that is not read: save it as PNG or JPEG",
        "put the picture of the same name beside the text",
    ]


def test_a_line_of_hocr_may_be_broken(tmp_path: Path) -> None:
    Image.new("L", (100, 60)).save(tmp_path / "a.png")
    (tmp_path / "a.hocr").write_text(hocr_line("a.png", "12<br/>34<wbr>5"))
    (line,) = read_folder(tmp_path)
    assert line.text == "12 345"


def test_a_list_may_begin_with_an_empty_line(tmp_path: Path) -> None:
    Image.new("L", (100, 60)).save(tmp_path / "a.png")
    (tmp_path / "labels.tsv").write_text("\n\nfile_name\ttext\tpage\na.png\t1\tp1\n")
    (line,) = read_folder(tmp_path)
    assert (line.text, Path(line.page).name) == ("1", "p1")


@pytest.mark.parametrize("form", ["list", "pairs", "page"])
@pytest.mark.parametrize("within", ["list", "pairs", "page"])
def test_folders_within_that_hold_lines_are_told(tmp_path: Path, form: str, within: str) -> None:
    for folder, kind in ((tmp_path, form), (tmp_path / "deep" / "more", within)):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "p.png").touch()
        name, content = {
            "list": ("labels.tsv", "p.png\t1\n"),
            "pairs": ("p.gt.txt", "1"),
            "page": (
                "p.xml",
                '<PcGts><Page><TextLine id="a"><Coords points="1,1 9,1 9,9"/><TextEquiv><Unicode>1'
                "</Unicode></TextEquiv></TextLine></Page></PcGts>",
            ),
        }[kind]
        (folder / name).write_text(content)
    ((name, why),) = passed(tmp_path)
    assert name == "deep/more"
    assert why == f"its texts do not count beside those of {tmp_path}: give it on its own"
    assert len(read_folder(tmp_path)) == 1


def test_folders_of_listed_pictures_are_no_others(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.png").touch()
    (tmp_path / "deep" / "a.gt.txt").write_text("1")
    (tmp_path / "labels.tsv").write_text("deep/a.png\t1\n")
    assert passed(tmp_path) == []


def test_pages_beside_pairs_are_told_and_their_pictures_not_blamed(tmp_path: Path) -> None:
    for name in ("a.png", "p.png", "q.png"):
        (tmp_path / name).touch()
    (tmp_path / "a.gt.txt").write_text("1")
    (tmp_path / "p.xml").write_text("<PcGts><Page/></PcGts>")
    (tmp_path / "q.xml").write_text("<mets/>")
    problems: list[Problem] = []
    assert len(read_folder(tmp_path, problems)) == 1
    assert [(p.kind, Path(p.name).name) for p in problems] == [
        (Kind.NO_TEXT, "q.png"),
        (Kind.PASSED, "p.xml"),
    ]


def test_texts_of_one_name_in_two_writings(tmp_path: Path) -> None:
    (tmp_path / "x.png").touch()
    (tmp_path / "x.GT.TXT").write_text("1")
    (tmp_path / "x.gt.txt").write_text("2")
    assert found(tmp_path) == [("x.png", "2")]
    ((name, why),) = passed(tmp_path)
    assert name == "x.GT.TXT"
    assert why.startswith("x.gt.txt counts")


def test_remarks_alone_are_no_lines(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "a.png").touch()
    (tmp_path / "more" / "a.gt.txt").write_text("1")
    (tmp_path / "labels.tsv").write_text("")
    with pytest.raises(DataError, match="holds no texts"):
        read_folder(tmp_path, [])


def test_other_kinds_of_problems_are_counted(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / name).touch()
    (tmp_path / "a.gt.txt").write_bytes(b"\xff")
    (tmp_path / "c.gt.txt").write_text("1")
    with pytest.raises(DataError, match=r"not UTF-8 .*\(2 of other kinds: see  hwr check "):
        read_folder(tmp_path)


def test_links_round_and_round_and_closed_folders_hide_no_others(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "z"):
        folder.mkdir(exist_ok=True)
        (folder / "a.png").touch()
        (folder / "a.gt.txt").write_text("1")
    (tmp_path / "b").symlink_to(tmp_path / "b")
    (tmp_path / "c").symlink_to("/")
    assert [name for name, _ in passed(tmp_path)] == ["z"]


def test_names_in_messages_stay_names() -> None:
    kept = "a 10.15\u202fPM\u00a0\u200c.png"
    assert printable(kept) == kept
    assert printable("a\nb\t\udcff\u2028") == r"a\nb\t\udcff\u2028"


def test_marks_of_an_alphabet_join_no_letter_where_it_is_typed() -> None:
    characters = "emz\u00e9\u00fc\u0301\u0304"
    assert composed(characters) != characters
    assert composed(typed(characters)) == typed(characters)
    assert sorted(typed(characters)) == sorted(characters)
