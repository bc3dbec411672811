import os

from proxy.inspector.alive import PATIENCE, Alive


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def pass_by(clock, alive, seconds):
    """Look every other second, as the zygote does; return whom the last look found silent."""
    for _ in range(int(seconds / 2)):
        clock.now += 2
        found = alive.overdue()
    return found


def test_who_keeps_its_word_is_alive_and_who_does_not_is_overdue():
    clock = Clock()
    alive = Alive(2, clock)
    alive.beat(0, 2)
    alive.beat(1, 30)
    assert pass_by(clock, alive, PATIENCE) == []
    assert pass_by(clock, alive, 4) == [0]
    alive.beat(0, 2)
    assert pass_by(clock, alive, 2) == []


def test_who_was_held_up_itself_gives_time():
    clock = Clock()
    alive = Alive(1, clock)
    alive.beat(0, 2)
    clock.now += 3600
    assert alive.overdue() == []
    assert pass_by(clock, alive, PATIENCE) == []
    assert pass_by(clock, alive, 2) == [0]


def test_a_child_is_heard():
    alive = Alive(1, Clock())
    alive.beat(0, -PATIENCE - 1)
    assert alive.overdue() == [0]
    pid = os.fork()
    if not pid:
        alive.beat(0, 5)
        os._exit(0)
    os.waitpid(pid, 0)
    assert alive.overdue() == []
