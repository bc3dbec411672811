"""Answers on their way back: placeholders become values again, while the answer streams."""
