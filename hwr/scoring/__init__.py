"""How well lines were read: edits, rates with intervals, and pages that show the errors."""
