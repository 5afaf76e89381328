"""PAGE XML, ALTO XML and hOCR: three ways to say the same page."""

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from hwr.errors import DataError, PictureError
from hwr.lines.crops import Opener
from hwr.lines.folders import read_folder
from hwr.lines.problems import Kind, Problem

PAGE = """<?xml version="1.0" encoding="UTF-8"?>
<PcGts xmlns="http://schema.primaresearch.org/PAGE/gts/pagecontent/2013-07-15">
 <Page imageFilename="p.png" imageWidth="100" imageHeight="60"><TextRegion id="r">
  <Coords points="0,0 99,0 99,59 0,59"/>
  <TextLine id="a"><Coords points="10,5 89,5 89,24 10,24"/>
   <Word id="w"><Coords points="1,1 2,2 3,1"/><TextEquiv><Unicode>no</Unicode></TextEquiv></Word>
   <TextEquiv index="1"><Unicode>worse</Unicode></TextEquiv>
   <TextEquiv index="0"><Unicode>one e\u0301</Unicode></TextEquiv></TextLine>
  <TextLine id="b"><Coords points="10,30 50,28 89,30 89,49 10,49"/>
   <Word id="w1"><TextEquiv><Unicode>two</Unicode></TextEquiv></Word>
   <Word id="w2"><TextEquiv><Unicode>words</Unicode></TextEquiv></Word></TextLine>
 </TextRegion></Page></PcGts>"""

OLD_PAGE = """<PcGts xmlns="http://schema.primaresearch.org/PAGE/gts/pagecontent/2010-03-19">
 <Page><TextRegion><TextLine id="a"><Coords><Point x="10" y="5"/><Point x="89" y="5"/>
 <Point x="89" y="24"/><Point x="10" y="24"/></Coords>
 <TextEquiv><Unicode>one \u00e9</Unicode></TextEquiv></TextLine></TextRegion></Page></PcGts>"""

ALTO = """<?xml version="1.0"?>
<alto xmlns="http://www.loc.gov/standards/alto/ns-v4#"><Description>
 <MeasurementUnit>pixel</MeasurementUnit>
 <sourceImageInformation><fileName>C:\\\\scans\\\\p.png</fileName></sourceImageInformation>
 </Description><Layout><Page WIDTH="100" HEIGHT="60"><PrintSpace><TextBlock>
 <TextLine ID="a" HPOS="10" VPOS="5" WIDTH="80" HEIGHT="20">
  <String CONTENT="one"/><SP/><String CONTENT="\u00e9"/></TextLine>
 <TextLine ID="b" HPOS="10" VPOS="28" WIDTH="80" HEIGHT="22">
  <Shape><Polygon POINTS="10 30 50 28 89 30 89 49 10 49"/></Shape>
  <String CONTENT="two"/><String CONTENT="words"/></TextLine>
 </TextBlock></PrintSpace></Page></Layout></alto>"""

HOCR = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>x</title></head><body>
 <div class="ocr_page" title='image "p.png"; bbox 0 0 100 60; ppageno 0'><p class="ocr_par">
 <span class="ocr_line" id="a" title="bbox 10 5 90 25; baseline 0 -3">
  <span class="ocrx_word" title="bbox 10 5 40 25">one</span>
  <span class="ocrx_word" title="bbox 50 5 90 25"><em>&eacute;</em><br></span></span>
 <span class="ocr_line" id="b" title="bbox 10 28 90 50">two words</span></p></div></body></html>"""

PICTURE = "p.png"


def place(folder: Path, name: str, content: str, size: tuple[int, int] = (100, 60)) -> Path:
    folder.mkdir(exist_ok=True)
    Image.new("L", size, 255).save(folder / PICTURE)
    (folder / name).write_text(content, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("name", "content"),
    [("x.xml", PAGE), ("x.xml", ALTO), ("x.hocr", HOCR), ("x.html", HOCR)],
    ids=["page", "alto", "hocr", "html"],
)
def test_lines_with_texts_and_boxes(tmp_path: Path, name: str, content: str) -> None:
    one, two = read_folder(place(tmp_path, name, content))
    picture = tmp_path / PICTURE
    assert (one.path, one.text, one.page) == (picture, "one \u00e9", str(picture))
    assert (one.name, two.name) == (f"{picture}#a", f"{picture}#b")
    assert one.region
    assert one.region.box == (10, 5, 90, 25)
    assert two.region
    assert two.region.box == (10, 28, 90, 50)
    assert two.text == "two words"
    if name == "x.xml":
        corners = [[10, 30], [50, 28], [89, 30], [89, 49], [10, 49]]
        assert two.region.corners.tolist() == corners


def test_a_page_given_as_a_file(tmp_path: Path) -> None:
    assert len(read_folder(place(tmp_path, "x.xml", PAGE) / "x.xml")) == 2


def test_points_as_elements_and_the_picture_by_the_page_s_name(tmp_path: Path) -> None:
    (line,) = read_folder(place(tmp_path, "p.xml", OLD_PAGE))
    assert line.path == tmp_path / PICTURE
    assert line.region
    assert line.region.box == (10, 5, 90, 25)


def test_alto_hyphens(tmp_path: Path) -> None:
    hyphen = ALTO.replace('<String CONTENT="words"/>', '<String CONTENT="wo"/><HYP CONTENT="-"/>')
    assert read_folder(place(tmp_path, "x.xml", hyphen))[1].text == "two wo-"


def test_alto_box_serves_where_the_polygon_is_none(tmp_path: Path) -> None:
    drawn = '<Shape><Polygon POINTS="10 30 50 28"/></Shape>'
    content = ALTO.replace('POINTS="10 30 50 28 89 30 89 49 10 49"', 'POINTS="10 30 50 28"')
    boxed = read_folder(place(tmp_path / "a", "p.xml", content.replace("pixel", "Pixel")))
    assert boxed == read_folder(place(tmp_path / "a", "p.xml", content.replace(drawn, "")))
    assert [line.text for line in boxed] == ["one é", "two words"]


def test_strings_of_alto_that_no_space_parts_are_one_word(tmp_path: Path) -> None:
    parts = '<String CONTENT="two"/><String CONTENT="2"/><SP/><SP/><String CONTENT="words"/>'
    content = ALTO.replace('<String CONTENT="two"/><String CONTENT="words"/>', parts)
    assert read_folder(place(tmp_path, "x.xml", content))[1].text == "two2 words"


def test_pages_in_a_folder_below_their_pictures_are_read_once(tmp_path: Path) -> None:
    place(tmp_path, "mets.xml", '<mets xmlns="http://www.loc.gov/METS/"/>')
    for name, content in (("page", PAGE), ("alto", ALTO)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "p.xml").write_text(content, encoding="utf-8")
    problems: list[Problem] = []
    assert [line.name for line in read_folder(tmp_path, problems)] == [
        f"{tmp_path / PICTURE}#a",
        f"{tmp_path / PICTURE}#b",
    ]
    assert problems == []
    # Nor is what is wrong with a page told twice.
    for name, content in (("page", PAGE), ("alto", ALTO)):
        bad = content.replace("two", "").replace("words", "")
        (tmp_path / name / "p.xml").write_text(bad, encoding="utf-8")
    read_folder(tmp_path, problems)
    assert [problem.kind for problem in problems] == [Kind.NO_TEXT]


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><PcGts>&b;</PcGts>'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (PAGE[:300], "not XML, or cut short"),
        (BOMB, "declares entities"),
        (PAGE.replace("p.png", "q.png"), "no picture for x.xml: put q.png or x.png beside"),
        (PAGE.replace('imageWidth="100"', 'imageWidth="200"'), "has 100 x 60"),
        (PAGE.replace("10,5 89,5 89,24 10,24", "10,5 89,5"), "#a: .*fewer than three points"),
        (PAGE.replace("10,5 89,5 89,24 10,24", "10,5 89,5 7"), "#a: .*odd number"),
        (PAGE.replace(">two<", "><").replace(">words<", "><"), "no text for p.png#b"),
        (
            ALTO.replace("pixel", "mm10").replace(' HEIGHT="60"', ""),
            "measures in mm10 and does not",
        ),
        (
            ALTO.replace("pixel", "mm10").replace('HEIGHT="60"', 'HEIGHT="90"'),
            r"a page of 100 x 90 mm10 is of another shape than .*p\.png, of 100 x 60 pixels",
        ),
        (ALTO.replace('HPOS="10" VPOS="5"', 'VPOS="5"'), "neither a polygon nor a whole box"),
        (ALTO.replace('WIDTH="80" HEIGHT="20"', 'WIDTH="0" HEIGHT="20"'), "without any size"),
        (ALTO.replace("pixel", "furlong"), "measures in furlong, not in pixels"),
        (ALTO.replace("pixel", "mm10").replace('"60"', '"inf"'), "measures in mm10 and does"),
        (
            ALTO.replace("</Page>", "</Page><Page><TextLine/></Page>"),
            "holds 2 pages: export each as a file of its own",
        ),
        ("<html/>", "holds no texts"),
    ],
)
def test_unfit_pages_are_refused(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_folder(place(tmp_path, "x.xml", content))


def test_entities_are_refused_in_any_encoding(tmp_path: Path) -> None:
    place(tmp_path, "x.xml", "")
    (tmp_path / "x.xml").write_text(f'<?xml version="1.0" encoding="UTF-16"?>{BOMB}', "utf-16")
    with pytest.raises(DataError, match="declares entities"):
        read_folder(tmp_path / "x.xml")


def test_a_page_larger_than_pillow_likes_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100 * 60 - 1)
    lines = read_folder(place(tmp_path, "x.xml", PAGE))
    with pytest.raises(PictureError, match="more than 5999 pixels"):
        Opener().open(lines[0])
    assert not [warning for warning in recwarn if "DecompressionBomb" in str(warning.category)]


def measured(unit: str, across: float, down: float) -> str:
    """`ALTO` by a unit of which so many are a pixel."""

    def scaled(match: re.Match[str]) -> str:
        by = {"HPOS": across, "WIDTH": across, "VPOS": down, "HEIGHT": down}
        name, numbers = match[1], list(map(float, match[2].split()))
        scales = [by[name]] if name in by else [across, down] * (len(numbers) // 2)
        values = (n * scale for n, scale in zip(numbers, scales, strict=True))
        return f'{name}="{" ".join(map(str, values))}"'

    content = ALTO.replace("pixel", unit)
    return re.sub(r'(HPOS|VPOS|WIDTH|HEIGHT|POINTS)="([^"]*)"', scaled, content)


@pytest.mark.parametrize(("unit", "across"), [("mm10", 2), ("inch1200", 4.01)])
def test_alto_may_measure_in_millimetres_or_inches(
    tmp_path: Path, unit: str, across: float
) -> None:
    lines = read_folder(place(tmp_path, "x.xml", measured(unit, across, round(across))))
    boxes = [line.region.box for line in lines if line.region]
    assert boxes == [(10, 5, 90, 25), (10, 28, 90, 50)]


def test_alto_in_millimetres_may_be_of_a_turned_photograph(tmp_path: Path) -> None:
    place(tmp_path, "x.xml", measured("mm10", 2, 2).replace("p.png", "p.jpg"))
    turned = Image.new("L", (60, 100), 255)
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(tmp_path / "p.jpg", exif=exif)
    (tmp_path / PICTURE).unlink()
    one, two = read_folder(tmp_path)
    assert one.region
    assert one.region.box == (10, 5, 90, 25)
    assert not one.as_kept
    assert not two.as_kept


def test_one_bad_line_leaves_the_others(tmp_path: Path) -> None:
    problems: list[Problem] = []
    bad = PAGE.replace("10,5 89,5 89,24 10,24", "")
    (line,) = read_folder(place(tmp_path, "x.xml", bad), problems)
    assert line.line == "b"
    assert [(p.kind, p.name) for p in problems] == [(Kind.TABLE, f"{tmp_path / PICTURE}#a")]


def test_xml_of_another_kind_is_no_page(tmp_path: Path) -> None:
    place(tmp_path, "x.xml", "<html/>")
    with pytest.raises(DataError, match="neither PAGE XML nor ALTO XML: its root is html"):
        read_folder(tmp_path / "x.xml")


def test_hocr_without_a_page(tmp_path: Path) -> None:
    place(tmp_path, "x.hocr", "<html></html>")
    with pytest.raises(DataError, match="no page"):
        read_folder(tmp_path)


@pytest.mark.parametrize("orientation", [3, 6])
@pytest.mark.parametrize("told", ["100 60", "60 100", ""])
def test_lines_stand_where_they_were_drawn_on_a_turned_picture(
    tmp_path: Path, orientation: int, told: str
) -> None:
    """By the page's size; without it, or where it does not tell, on the picture as it is kept."""
    width, height = told.split() or ("", "")
    content = PAGE.replace('imageWidth="100"', f'imageWidth="{width}"')
    content = content.replace('imageHeight="60"', f'imageHeight="{height}"')
    content = content.replace("p.png", "p.jpg")
    rng = np.random.default_rng(0)
    kept = Image.fromarray(rng.integers(0, 256, (60, 100), np.uint8))
    exif = Image.Exif()
    exif[0x0112] = orientation
    kept.save(tmp_path / "p.jpg", exif=exif, quality=95)
    (tmp_path / "p.xml").write_text(content, encoding="utf-8")
    if told == "60 100" and orientation == 3:
        with pytest.raises(DataError, match="made for a picture of 60 x 100"):
            read_folder(tmp_path)
        return
    line = read_folder(tmp_path)[0]
    with Image.open(tmp_path / "p.jpg") as opened:
        seen = ImageOps.exif_transpose(opened) if told == "60 100" else opened
        expected = np.asarray(seen, np.float32)[5:25, 10:90] / 255
    np.testing.assert_allclose(Opener().open(line), expected, atol=1e-6)


def test_hocr_of_a_file_with_several_pictures_is_refused(tmp_path: Path) -> None:
    pages = HOCR.replace("p.png", "p.tif")
    body = pages[pages.index(" <div") : pages.index("</body>")]
    place(tmp_path, "p.hocr", pages.replace("</body>", f"{body}</body>"))
    frames = [Image.new("L", (100, 60), grey) for grey in (255, 200)]
    frames[0].save(tmp_path / "p.tif", save_all=True, append_images=frames[1:])
    problems: list[Problem] = []
    assert not read_folder(tmp_path, problems)
    (problem,) = problems
    assert problem.kind == Kind.TABLE
    assert "2 pages are of" in problem.reason
    # A single picture may well be of two pages.
    frames[0].save(tmp_path / "p.tif")
    assert len(read_folder(tmp_path)) == 4


@pytest.mark.parametrize(("name", "content"), [("x.xml", PAGE), ("x.xml", ALTO), ("x.hocr", HOCR)])
def test_a_page_of_a_file_with_several_pictures_is_refused(
    tmp_path: Path, name: str, content: str
) -> None:
    """Which of them it is of, nothing tells."""
    place(tmp_path, name, content.replace("p.png", "p.tif"))
    frames = [Image.new("L", size, 200) for size in ((100, 60), (30, 18), (104, 58))]
    frames[0].save(tmp_path / "p.tif", save_all=True, append_images=frames[1:2])
    # With a thumbnail of itself it is but one.
    assert len(read_folder(tmp_path)) == 2
    frames[0].save(tmp_path / "p.tif", save_all=True, append_images=frames[1:])
    with pytest.raises(DataError, match=r"of .*p\.tif, a file with several pictures"):
        read_folder(tmp_path)


def test_hocr_boxes_with_decimals(tmp_path: Path) -> None:
    place(tmp_path, "p.hocr", HOCR.replace("bbox 10 5 90 25; baseline", "bbox 9.6 5.2 90.4 25; b"))
    line = read_folder(tmp_path)[0]
    assert line.region is not None
    assert line.region.box == (10, 5, 90, 25)


def test_readings_of_hocr_that_were_not_chosen_do_not_count(tmp_path: Path) -> None:
    chosen = '<span class="alternatives"><ins class="alt">two</ins><del class="alt"><b>t</b>o</del>'
    place(tmp_path, "p.hocr", HOCR.replace("two", f"{chosen}<del class='alt'>tow</del></span>", 1))
    assert [line.text for line in read_folder(tmp_path)] == ["one \u00e9", "two words"]


@pytest.mark.parametrize("apart", ["\n       ", ""], ids=["one a row", "all in one"])
def test_hocr_with_an_element_for_each_letter(tmp_path: Path, apart: str) -> None:
    """As Tesseract has it by hocr_char_boxes, and, unchosen, by lstm_choice_mode."""

    def word(text: str) -> str:
        letters = "".join(
            f"{apart}<span class='ocrx_cinfo' title='x_bboxes 1 1 2 2; x_conf 99'>{letter}</span>"
            f"{apart}<span class='ocrx_cinfo' id='lstm_choices_1_1'>"
            f"<span class='ocrx_cinfo' id='choice_1_1'>q</span></span>"
            for letter in text
        )
        return f"<span class='ocrx_word' title='bbox 1 1 2 2'>{letters}{apart}</span>"

    place(tmp_path, "p.hocr", HOCR.replace("two words", word("two") + apart + word("words")))
    assert [line.text for line in read_folder(tmp_path)] == ["one \u00e9", "two words"]


def test_words_of_hocr_without_anything_between_them(tmp_path: Path) -> None:
    words = "<span class='ocrx_word'>two</span><span class='ocrx_word'>words</span>"
    place(tmp_path, "p.hocr", HOCR.replace("two words", words))
    assert read_folder(tmp_path)[1].text == "two words"


@pytest.mark.parametrize("named", ["IMG/p.png", "IMG\\p.png"])
def test_ocr_d_names_pictures_from_its_workspace_on(tmp_path: Path, named: str) -> None:
    (tmp_path / "GT").mkdir()
    place(tmp_path / "IMG", "unused.txt", "")
    (tmp_path / "GT" / "x_1.xml").write_text(PAGE.replace("p.png", named), encoding="utf-8")
    problems: list[Problem] = []
    lines = read_folder(tmp_path, problems)
    assert [line.path for line in lines] == [tmp_path / "IMG" / "p.png"] * 2
    assert problems == []


@pytest.mark.parametrize("other", ["p.hocr", "OCR/p.xml"])
def test_pages_that_an_earlier_one_told_of_are_passed_over(tmp_path: Path, other: str) -> None:
    """What a program read may stand beside what was corrected."""
    first = "GT/p.xml" if "/" in other else "a.xml"
    for name, content in ((first, PAGE), (other, PAGE if "/" in other else HOCR)):
        place((tmp_path / name).parent, Path(name).name, content.replace("one", name))
    if "/" in other:
        (tmp_path / "OCR" / PICTURE).unlink()
        (tmp_path / "GT" / PICTURE).rename(tmp_path / PICTURE)
    problems: list[Problem] = []
    lines = read_folder(tmp_path, problems)
    assert [line.text for line in lines] == [f"{first} \u00e9", "two words"]
    (problem,) = problems
    assert problem.kind == Kind.PASSED
    assert problem.name == str(tmp_path / ("OCR" if "/" in other else other))
    assert f"stand in {tmp_path / ('GT' if '/' in other else first)}" in problem.reason


def test_a_point_in_no_picture_is_told(tmp_path: Path) -> None:
    place(tmp_path, "p.xml", PAGE.replace("89,24 10,24", "99999999999,24 10,24"))
    problems: list[Problem] = []
    assert [line.line for line in read_folder(tmp_path, problems)] == ["b"]
    assert "a point far outside of any picture" in problems[0].reason
    place(tmp_path, "p.xml", ALTO.replace('HPOS="10" VPOS="5"', 'HPOS="nan" VPOS="5"'))
    problems.clear()
    assert [line.line for line in read_folder(tmp_path, problems)] == ["b"]
    assert len(problems) == 1


def test_a_name_that_no_file_can_have_is_none(tmp_path: Path) -> None:
    place(tmp_path, "p.xml", PAGE.replace('"p.png"', f'"{300 * "x"}.png"'))
    assert len(read_folder(tmp_path)) == 2  # the picture called like the page


def test_hocr_of_a_turned_photograph(tmp_path: Path) -> None:
    kept = Image.fromarray(np.random.default_rng(0).integers(0, 256, (100, 60), np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6
    kept.save(tmp_path / "p.png", exif=exif)
    for size, turned in (("100 60", True), ("60 100", False), ("58 40", False)):
        (tmp_path / "p.hocr").write_text(HOCR.replace("bbox 0 0 100 60", f"bbox 0 0 {size}"))
        assert [line.as_kept for line in read_folder(tmp_path)] == 2 * [not turned]


def hocr_page(name: str, text: str) -> str:
    return (
        f"<div class='ocr_page' title='image \"{name}\"; bbox 0 0 100 60'>"
        f"<span class='ocr_line' id='l' title='bbox 10 5 90 25'>{text}</span></div>"
    )


@pytest.mark.parametrize("left", [15, 25, 60])
def test_hocr_cut_short_is_refused(tmp_path: Path, left: int) -> None:
    Image.new("L", (100, 60)).save(tmp_path / "p.png")
    whole = f"<html><body>{hocr_page('p.png', 'one')}{hocr_page('p.png', 'two')}</body></html>"
    (tmp_path / "p.hocr").write_text(whole)
    assert [line.text for line in read_folder(tmp_path)] == ["one", "two"]
    # HTML allows this to be left out.
    (tmp_path / "p.hocr").write_text(whole.removesuffix("</html>"))
    assert [line.text for line in read_folder(tmp_path)] == ["one", "two"]
    (tmp_path / "p.hocr").write_text(whole[:-left])
    with pytest.raises(DataError, match=r"p\.hocr: cut short"):
        read_folder(tmp_path)


def test_html_that_the_parser_does_not_know_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(self: HTMLParser, data: str) -> None:  # so some versions say of  <![foo]>
        raise AssertionError("unknown status keyword 'foo' in marked section")

    monkeypatch.setattr(HTMLParser, "feed", unknown)
    place(tmp_path, "p.hocr", f"<html><body><![foo]>{hocr_page('p.png', 'one')}</body></html>")
    with pytest.raises(DataError, match=r"p\.hocr: not HTML \(unknown status"):
        read_folder(tmp_path)


def test_hocr_of_several_pages_has_a_picture_for_each(tmp_path: Path) -> None:
    Image.new("L", (100, 60)).save(tmp_path / "book.jpg")
    Image.new("L", (100, 60)).save(tmp_path / "2.png")
    (tmp_path / "book.hocr").write_text(hocr_page("1.png", "one") + hocr_page("2.png", "two"))
    problems: list[Problem] = []
    (line,) = read_folder(tmp_path, problems)
    assert (line.path.name, line.text) == ("2.png", "two")
    ((kind, why),) = [(problem.kind, problem.reason) for problem in problems]
    assert kind == Kind.NO_PICTURE
    assert why == "put 1.png beside the page"
    # That of a single page may be called as the file is.
    (tmp_path / "book.hocr").write_text(hocr_page("1.png", "one"))
    (line,) = read_folder(tmp_path)
    assert line.path.name == "book.jpg"


def test_points_are_numbers_in_any_form_and_nothing_else(tmp_path: Path) -> None:
    Image.new("L", (1000, 200)).save(tmp_path / "p.png")

    def page(points: str) -> None:
        line = f'<TextLine id="a"><Coords points="{points}"/><TextEquiv><Unicode>1</Unicode>'
        (tmp_path / "p.xml").write_text(
            f"<PcGts><Page>{line}</TextEquiv></TextLine></Page></PcGts>"
        )

    page("2e1,10 8e2,10 8e2,107 2e1,107")
    (line,) = read_folder(tmp_path)
    assert line.region is not None
    assert line.region.box == (20, 10, 801, 108)
    page("20,10 800px,10 800,107")
    with pytest.raises(DataError, match="does not say where it stands"):
        read_folder(tmp_path)


def test_a_text_of_a_region_without_lines_is_told(tmp_path: Path) -> None:
    lone = '<TextRegion id="n"><TextEquiv><Unicode>7</Unicode></TextEquiv></TextRegion>'
    problems: list[Problem] = []
    place(tmp_path, "p.xml", PAGE.replace("</Page>", f'{lone}<TextRegion id="bare"/></Page>'))
    assert len(read_folder(tmp_path, problems)) == 2
    (problem,) = problems
    assert problem.name == f"{tmp_path / PICTURE}#n"
    assert "a text without lines" in problem.reason
    blank = lone.replace("7", "\n ")
    place(tmp_path, "p.xml", PAGE.replace("</Page>", f"{blank}</Page>"))
    assert len(read_folder(tmp_path)) == 2


@pytest.mark.parametrize(
    "told", ["200 120", "50 30", "30 50", "101 60"], ids=["twice", "half", "half, turned", "wider"]
)
def test_hocr_of_the_same_page_at_another_size_is_told(tmp_path: Path, told: str) -> None:
    place(tmp_path, "p.hocr", HOCR.replace("bbox 0 0 100 60", f"bbox 0 0 {told}"))
    with pytest.raises(DataError, match=r"p\.hocr: made for a picture of .* has 100 x 60"):
        read_folder(tmp_path)


def test_hocr_of_ocropus_is_passed_over_for_the_lines_it_was_made_of(tmp_path: Path) -> None:
    page = "<div class='ocr_page' title='file book/0001.bin.png'>"
    line = "<span class='ocr_line' title='bbox 0 1 2 3'>x</span></div>"
    (tmp_path / "book.html").write_text(f"<html><body>{2 * (page + line)}</body></html>")
    folder = place(tmp_path / "0001", "010001.gt.txt", "one")
    (folder / PICTURE).rename(folder / "010001.bin.png")
    problems: list[Problem] = []
    (one,) = read_folder(tmp_path, problems)
    assert (one.text, one.path.name) == ("one", "010001.bin.png")
    (problem,) = problems
    assert (problem.kind, problem.name) == (Kind.PASSED, str(tmp_path / "book.html"))
    with pytest.raises(DataError, match="of OCRopus, whose boxes count rows from below"):
        read_folder(tmp_path / "book.html")


@pytest.mark.parametrize("given", [".", "p.xml", "../page", "../page/p.xml", ".."])
def test_pictures_above_are_found_from_within_the_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    (tmp_path / "page" / "deeper").mkdir(parents=True)
    (tmp_path / "page" / "p.xml").write_text(PAGE, encoding="utf-8")
    Image.new("L", (100, 60)).save(tmp_path / PICTURE)
    within = ("page", "deeper") if given == ".." else ("page",)
    monkeypatch.chdir(tmp_path.joinpath(*within))
    lines = read_folder(Path(given))
    assert [line.path.resolve() for line in lines] == [(tmp_path / PICTURE).resolve()] * 2


def test_of_a_picture_s_pages_those_as_page_xml_count_before_those_as_alto(tmp_path: Path) -> None:
    place(tmp_path / "page", "p.xml", PAGE)
    place(tmp_path / "alto", "p.xml", ALTO)
    (tmp_path / "alto" / "q.xml").write_text(ALTO.replace("p.png", "q.png"), encoding="utf-8")
    for folder in ("page", "alto"):
        (tmp_path / folder / PICTURE).unlink()
    for name in (PICTURE, "q.png"):
        Image.new("L", (100, 60)).save(tmp_path / name)
    problems: list[Problem] = []
    lines = read_folder(tmp_path, problems)
    assert [line.path.name for line in lines] == ["p.png", "p.png", "q.png", "q.png"]
    assert lines[0].text == "one \u00e9"
    assert [(p.kind, p.name) for p in problems] == [(Kind.PASSED, str(tmp_path / "alto"))]


TURNED = {
    "PAGE": ("p.xml", PAGE.replace('<TextRegion id="r"', '<TextRegion id="r" orientation="{}"')),
    "page around": ("p.xml", PAGE.replace("<Page ", '<Page orientation="{}" ')),
    "ALTO": ("p.xml", ALTO.replace("<TextBlock", '<TextBlock ROTATION="{}"')),
    "hOCR": ("p.hocr", HOCR.replace("baseline 0 -3", "textangle {}; x_size 9")),
}


@pytest.mark.parametrize("form", TURNED)
@pytest.mark.parametrize(
    ("angle", "turns"), [("90", 1), ("-90.0", 3), ("178.5", 2), ("270", 3), ("12", 0), ("nan", 0)]
)
def test_turned_lines_are_brought_upright(
    tmp_path: Path, form: str, angle: str, turns: int
) -> None:
    """An angle of 90 degrees is that of a line that runs from the bottom to the top."""
    name, content = TURNED[form]
    place(tmp_path, name, content.format(angle))
    kept = np.random.default_rng(0).integers(0, 256, (60, 100), np.uint8)
    Image.fromarray(kept).save(tmp_path / PICTURE)
    line = read_folder(tmp_path)[0]
    upright = kept[5:25, 10:90].astype(np.float32) / 255
    for _ in range(turns):
        upright = upright[::-1].T  # what stood at the left stands above now
    np.testing.assert_allclose(Opener().open(line), upright, atol=1e-6)


def test_of_regions_within_each_other_the_inner_one_tells_how_they_are_turned(
    tmp_path: Path,
) -> None:
    whole = PAGE.replace("<Page ", '<Page orientation="90" ')
    inner = '<TextRegion id="i" orientation="0">'
    line = re.search(r'<TextLine id="b">.*</TextLine>', whole, re.DOTALL)
    assert line
    place(tmp_path, "p.xml", whole.replace(line[0], f"{inner}{line[0]}</TextRegion>"))
    assert [line.turns for line in read_folder(tmp_path)] == [1, 0]


def test_text_on_its_side_within_an_upright_region(tmp_path: Path) -> None:
    for told, turns in (
        ('readingOrientation="90"', 1),
        ('orientation="90" readingOrientation="-90"', 0),
        ('orientation="90" readingOrientation="90"', 2),
    ):
        place(tmp_path, "p.xml", PAGE.replace("<TextRegion", f"<TextRegion {told}"))
        assert [line.turns for line in read_folder(tmp_path)] == [turns, turns]


def test_of_a_caption_that_holds_lines_these_count(tmp_path: Path) -> None:
    line = re.search(r'<span class="ocr_line" id="b".*?</span>', HOCR)
    assert line
    caption = '<div class="ocr_caption" title="bbox 1 1 99 59">{}</div>'
    place(tmp_path, "p.hocr", HOCR.replace(line[0], caption.format(line[0] + line[0])))
    assert [line.text for line in read_folder(tmp_path)] == ["one \u00e9", "two words", "two words"]
    place(tmp_path, "p.hocr", HOCR.replace(line[0], caption.format("of <b>itself</b>")))
    assert [line.text for line in read_folder(tmp_path)] == ["one \u00e9", "of itself"]
    place(tmp_path, "p.hocr", HOCR.replace(line[0], caption.format("Fig. 1" + line[0])))
    with pytest.raises(DataError, match=r"#line2: .*text of its own beside a line within it"):
        read_folder(tmp_path)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_hocr_that_is_not_utf_8_is_told(tmp_path: Path, encoding: str) -> None:
    place(tmp_path, "p.html", "")
    (tmp_path / "p.html").write_bytes(HOCR.replace("two", "zw\u00f6lf").encode(encoding))
    with pytest.raises(DataError, match=r"p\.html: not UTF-8 text .*: save it as UTF-8"):
        read_folder(tmp_path)
