import json

from hwr.reading import Character, Reading


def test_json_and_back() -> None:
    reading = Reading("17", 0.9, (Character("1", 0.95, 2.0, 8.0), Character("7", 0.97, 9.0, 20.0)))
    assert Reading.from_json(json.loads(json.dumps(reading.to_json()))) == reading
