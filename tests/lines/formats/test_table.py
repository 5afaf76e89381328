import json
from pathlib import Path

import pytest

from hwr.errors import DataError
from hwr.lines.folders import read_folder
from hwr.lines.problems import Kind, Problem


def touched(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()


def test_a_list_given_as_a_file_with_pictures_in_images(tmp_path: Path) -> None:
    touched(tmp_path, "images/p_1.png")
    (tmp_path / "train.tsv").write_bytes(b"p_1.png\ta\x0b\xe2\x80\xa8b\r\n")
    (line,) = read_folder(tmp_path / "train.tsv")
    # One line of the list, though its text holds characters that end a line elsewhere.
    assert (line.path, line.text) == (tmp_path / "images/p_1.png", "a\x0b\u2028b")


@pytest.mark.parametrize("column", ["text", "transcription", "label"])
def test_csv(tmp_path: Path, column: str) -> None:
    touched(tmp_path, "a.png", "sub/b.png")
    (tmp_path / "metadata.csv").write_text(
        f'group,file_name,{column}\n7,a.png,"1,5 ""e\u0301"""\n8,sub/b.png,2\n',
        encoding="utf-8-sig",
    )
    first, second = read_folder(tmp_path)
    assert (first.text, first.page) == ('1,5 "\u00e9"', f"{tmp_path}/7")
    assert (second.path, second.text) == (tmp_path / "sub/b.png", "2")


def test_jsonl(tmp_path: Path) -> None:
    touched(tmp_path, "a.png", "b_1.png")
    rows = [{"file_name": "a.png", "text": "x", "page": 3}, {"file_name": "b_1.png", "text": "y"}]
    (tmp_path / "metadata.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert [(line.text, line.page) for line in read_folder(tmp_path)] == [
        ("x", f"{tmp_path}/3"),
        ("y", f"{tmp_path}/b"),
    ]


def test_all_pictures_of_one_page_that_was_told_stay_together(tmp_path: Path) -> None:
    touched(tmp_path, "a.png", "b.png")
    (tmp_path / "metadata.csv").write_text("file_name,text,page\na.png,1,p\nb.png,2,p\n")
    assert {line.page for line in read_folder(tmp_path)} == {f"{tmp_path}/p"}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("metadata.csv", "file,text\na.png,1\n", "needs the columns file_name and text"),
        ("metadata.csv", "file_name,text\na.png\n", "line 2: not as many columns"),
        ("metadata.csv", "file_name,text\na.png,1,5\n", "put texts with commas in quotes"),
        ("metadata.csv", "", "but has none"),
        ("metadata.csv", 'file_name,text\na.png,"1\n2"\n', "lines 2 to 3: a quote that is not"),
        ("labels.tsv", "a.png", "line 1: no TAB between file and text: 'a.png'"),
        ("labels.tsv", "file_name\ttext\na.png\t1\t2\n", "line 2: not as many columns"),
        ("metadata.jsonl", "{", "line 1: not a JSON object with file_name and text"),
        ("metadata.jsonl", '{"file_name": "a.png", "text": 5}', "must be texts"),
        ("metadata.jsonl", '["file_name"]', "needs the columns|not a JSON object"),
        ("metadata.jsonl", '{"file_name": "z.png", "text": "5"}', r"no picture for z\.png"),
    ],
)
def test_unfit_lists_are_refused(tmp_path: Path, name: str, content: str, message: str) -> None:
    touched(tmp_path, "a.png")
    (tmp_path / name).write_text(content)
    with pytest.raises(DataError, match=message):
        read_folder(tmp_path)


def test_tsv_with_a_header(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / name).touch()
    table = tmp_path / "labels.tsv"
    table.write_text('page\tfile_name\ttext\r\np1\ta.png\t"1, 2\r\np1\tb.png\t\r\n')
    lines = read_folder(tmp_path)
    assert [(line.path.name, line.text) for line in lines] == [("a.png", '"1, 2'), ("b.png", "")]
    assert {line.page for line in lines} == {f"{tmp_path}/p1"}


@pytest.mark.parametrize(
    ("head", "cell", "text"),
    [
        ('"file_name"\t"text"', '"a.png"\t"1,5"', "1,5"),
        ('"file_name"\t"text"', '"a.png"\t"say ""yes"""', 'say "yes"'),
        ("file_name\ttext", 'a.png\t"say ""yes"""', 'say "yes"'),
        # Quotes that are the text's own stay.
        ("file_name\ttext", 'a.png\t"yes"', '"yes"'),
        ("file_name\ttext", 'a.png\t"yes" or "no"', '"yes" or "no"'),
        ("file_name\ttext", 'a.png\t"', '"'),
        (None, 'a.png\t"say ""yes"""', 'say "yes"'),
        (None, 'a.png\t"yes"', '"yes"'),
    ],
)
def test_tsv_in_quotes(tmp_path: Path, head: str | None, cell: str, text: str) -> None:
    touched(tmp_path, "a.png")
    (tmp_path / "labels.tsv").write_text("\n".join(filter(None, (head, cell, ""))))
    assert [line.text for line in read_folder(tmp_path)] == [text]


@pytest.mark.parametrize("cell", ['"first', '"say \\"x\\""', '"a" or "b"'])
def test_cells_that_are_not_rightly_in_quotes_are_told(tmp_path: Path, cell: str) -> None:
    touched(tmp_path, "a.png", "b.png")
    rows = f'"file_name"\t"text"\n"a.png"\t{cell}\n"b.png"\t"2"\n'
    (tmp_path / "labels.tsv").write_text(rows)
    problems: list[Problem] = []
    assert [line.text for line in read_folder(tmp_path, problems)] == ["2"]
    names = [problem.name for problem in problems if problem.kind == Kind.TABLE]
    assert names == [f"{tmp_path}/labels.tsv, line 2"]


@pytest.mark.parametrize("cell", ['"Hello" he said', '"A" or "B"'])
def test_csv_that_would_lose_quotes_is_told_and_the_rest_read(tmp_path: Path, cell: str) -> None:
    touched(tmp_path, "a.png", "b.png", "c.png")
    (tmp_path / "metadata.csv").write_text(f"file_name,text\na.png,1\nb.png,{cell}\nc.png,3\n")
    problems: list[Problem] = []
    assert [line.text for line in read_folder(tmp_path, problems)] == ["1", "3"]
    names = [problem.name for problem in problems if problem.kind == Kind.TABLE]
    assert names == [f"{tmp_path}/metadata.csv, line 3"]


def test_other_columns_of_csv_may_hold_several_lines(tmp_path: Path) -> None:
    touched(tmp_path, "a.png", "b.png")
    rows = 'file_name,text,notes\na.png,1,"two\nlines"\nb.png,2,\n'
    (tmp_path / "metadata.csv").write_text(rows)
    assert [line.text for line in read_folder(tmp_path)] == ["1", "2"]


def test_a_quote_of_another_column_that_is_not_closed_loses_no_row(tmp_path: Path) -> None:
    touched(tmp_path, "a.png", "b.png")
    (tmp_path / "metadata.csv").write_text('file_name,text,page\na.png,1,"p\nb.png,2,p"\n')
    with pytest.raises(DataError, match="lines 2 to 3: a quote that is not closed"):
        read_folder(tmp_path)


def test_a_head_that_is_no_csv_is_told_as_such(tmp_path: Path) -> None:
    touched(tmp_path, "a.png")
    (tmp_path / "metadata.csv").write_text('"file_name" ,text\na.png,1\n')
    with pytest.raises(DataError, match="its head is not CSV"):
        read_folder(tmp_path)


def test_a_head_by_other_names_is_told(tmp_path: Path) -> None:
    touched(tmp_path, "a.png", "filename")
    (tmp_path / "labels.tsv").write_text("File\ttext\na.png\t1\n")
    with pytest.raises(DataError, match="needs the columns file_name and text"):
        read_folder(tmp_path)
    (tmp_path / "labels.tsv").write_text("filename\ttext\na.png\t1\n")
    assert [line.text for line in read_folder(tmp_path)] == ["text", "1"]


def test_listed_pictures_of_folders_are_of_a_page_each_where_names_are_just_numbers(
    tmp_path: Path,
) -> None:
    names = ["w1/000001.png", "w1/000002.png", "w2/000001.png", "w2/a_01.png"]
    touched(tmp_path, *names)
    (tmp_path / "train.tsv").write_text("".join(f"{name}\t1\n" for name in names))
    pages = [line.page for line in read_folder(tmp_path / "train.tsv")]
    assert pages == [f"{tmp_path}/{page}" for page in ("w1", "w1", "w2", "w2/a")]
    # Of one folder alone, which may well be all of the data, each is of its own.
    (tmp_path / "train.tsv").write_text("".join(f"{name}\t1\n" for name in names[:2]))
    assert len({line.page for line in read_folder(tmp_path / "train.tsv")}) == 2


def test_a_page_is_the_same_however_the_way_to_it_is_told(tmp_path: Path) -> None:
    touched(tmp_path, "w1/p_1.png", "w1/p_2.png")
    pages = set()
    for list_of in ("a", "b"):
        (tmp_path / list_of).mkdir()
        row = f"../{'a/../' * (list_of == 'b')}w1/p_{1 + (list_of == 'b')}.png\t1\n"
        (tmp_path / list_of / "x.tsv").write_text(row + "../w1/q.png\t1\n")
        touched(tmp_path, "w1/q.png")
        pages.add(read_folder(tmp_path / list_of / "x.tsv")[0].page)
    assert pages == {f"{tmp_path}/w1/p"}


@pytest.mark.parametrize("within", ["", "images/"])
def test_splits_that_are_folders_of_one_list_are_told(tmp_path: Path, within: str) -> None:
    for name in ("train", "test"):
        (tmp_path / within / name).mkdir(parents=True)
        (tmp_path / within / name / "1.png").touch()
    rows = f"file_name,text\n{within}train/1.png,1\n{within}test/1.png,2\n"
    (tmp_path / "metadata.csv").write_text(rows)
    problems: list[Problem] = []
    assert len(read_folder(tmp_path, problems)) == 2
    (problem,) = problems
    assert problem.kind == Kind.UNITED
    assert "train, test, by its folders" in problem.reason


def test_a_quote_that_is_not_closed_is_told_with_its_rows(tmp_path: Path) -> None:
    touched(tmp_path, "a.png", "b.png", "c.png", "d.png")
    rows = 'file_name,text\na.png,1\nb.png,"2\nc.png,3\nd.png,4\n'
    (tmp_path / "metadata.csv").write_text(rows)
    problems: list[Problem] = []
    assert [line.text for line in read_folder(tmp_path, problems)] == ["1"]
    names = [problem.name for problem in problems if problem.kind == Kind.TABLE]
    assert names == [f"{tmp_path}/metadata.csv, lines 3 to 5"]


@pytest.mark.parametrize("head", ["", "file_name\ttext\n"])
def test_a_text_keeps_what_ends_no_line(tmp_path: Path, head: str) -> None:
    touched(tmp_path, "a.png")
    (tmp_path / "labels.tsv").write_bytes(f"{head}a.png\tone\rtwo\r\n\r\n".encode())
    assert [line.text for line in read_folder(tmp_path)] == ["one\rtwo"]


def test_names_that_windows_writes(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.png").touch()
    (tmp_path / "labels.tsv").write_text("sub\\a.png\t1\n")
    assert [line.path for line in read_folder(tmp_path)] == [tmp_path / "sub" / "a.png"]


def test_columns_the_wrong_way_round(tmp_path: Path) -> None:
    (tmp_path / "labels.tsv").write_text(f"{300 * 'x'}\ta.png\n")
    with pytest.raises(DataError, match="no picture for xxx"):
        read_folder(tmp_path)


def test_halves_of_characters_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    (tmp_path / "metadata.jsonl").write_text('{"file_name": "a.png", "text": "1\\ud800"}\n')
    with pytest.raises(DataError, match=r"metadata\.jsonl, line 1"):
        read_folder(tmp_path)


@pytest.mark.parametrize("name", ["metadata.csv", "metadata.jsonl"])
def test_splits_of_a_list_taken_together_are_told(tmp_path: Path, name: str) -> None:
    touched(tmp_path, "a.png", "b.png", "c.png")

    def told(*splits: str | None) -> list[Problem]:
        rows = [(f"{file}.png", split) for file, split in zip("abc", splits, strict=True)]
        if name.endswith("csv"):
            content = "\n".join(f"{file},1,{split or ''}" for file, split in rows)
            content = f"file_name,text,split\n{content}\n"
        else:
            keys = ("file_name", "text", "split")
            content = "\n".join(
                json.dumps(dict(zip(keys, (f, "1", s), strict=True))) for f, s in rows
            )
        (tmp_path / name).write_text(content)
        problems: list[Problem] = []
        assert len(read_folder(tmp_path, problems)) == 3
        return problems

    (problem,) = told("train", "test", "train")
    assert (problem.kind, problem.name) == (Kind.UNITED, str(tmp_path / name))
    assert "train, test, by its column split" in problem.reason
    assert "train, none" in told("train", None, "train")[0].reason
    assert told("train", "train", "train") == []
