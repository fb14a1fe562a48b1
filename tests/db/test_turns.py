"""The lock that serves its waiters in the order in which they came."""

from __future__ import annotations

import threading

import pytest

from panel.db.turns import FifoLock


def test_one_at_a_time() -> None:
    lock, inside, most = FifoLock(), [0], [0]

    def work() -> None:
        for _ in range(200):
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (inside, most) == ([0], [1])


def test_first_come_first_served() -> None:
    lock = FifoLock()
    served: list[int] = []
    lock.acquire()
    threads = []
    for number in range(12):
        thread = threading.Thread(target=lambda number=number: _serve(lock, served, number))
        thread.start()
        threads.append(thread)
        while len(lock._waiting) <= number:  # it has joined the queue before the next one comes
            pass
    lock.release()
    for thread in threads:
        thread.join()
    assert served == list(range(12))


def test_one_who_waits_is_not_overtaken_by_one_who_comes_back() -> None:
    lock = FifoLock()
    served: list[int] = []
    lock.acquire()
    waiting = threading.Thread(target=lambda: _serve(lock, served, 1))
    waiting.start()
    while not lock._waiting:
        pass
    lock.release()
    _serve(lock, served, 2)
    waiting.join()
    assert served == [1, 2]


def test_an_error_inside_gives_the_turn_back() -> None:
    lock = FifoLock()
    with pytest.raises(ValueError, match="inside"), lock:
        raise ValueError("inside")
    with lock:
        pass


def _serve(lock: FifoLock, served: list[int], number: int) -> None:
    with lock:
        served.append(number)
