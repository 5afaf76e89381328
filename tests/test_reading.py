import json

from hwr.reading import Alternative, Character, Reading


def test_json_and_back() -> None:
    reading = Reading("17", 0.9, (Character("1", 0.95, 2.0, 8.0), Character("7", 0.97, 9.0, 20.0)))
    assert Reading.from_json(json.loads(json.dumps(reading.to_json()))) == reading


def test_json_without_places_and_with_alternatives() -> None:
    reading = Reading("1", 0.5, (Character("1", 0.5),), (Alternative("7", 0.3),), cut=True)
    content = reading.to_json()
    assert content["characters"] == [{"text": "1", "confidence": 0.5, "x0": None, "x1": None}]
    assert content["alternatives"] == [{"text": "7", "confidence": 0.3}]
    assert Reading.from_json(json.loads(json.dumps(content))) == reading


def test_json_that_read_prints_is_taken_back() -> None:
    reading = Reading("1", 0.5, (Character("1", 0.5),))
    assert Reading.from_json({"path": "a.png"} | reading.to_json()) == reading
