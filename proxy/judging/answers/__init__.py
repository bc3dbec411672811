"""Answers under rules with `direction: response`: what may leave when, what was found, the messages of WebSockets."""
