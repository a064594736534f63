"""Round trips that tasks share: who goes together, and who hears of what went wrong."""

import asyncio

import pytest

from aggregator.net.shared_trips import SharedTrips


def test_what_is_handed_in_together_goes_in_one_trip():
    trips = []

    def carry(asked):
        trips.append(list(asked))
        return [number * 10 for number in asked]

    async def ask():
        shared = SharedTrips(carry)
        together = await asyncio.gather(*(shared.hand_in(number) for number in (1, 2, 3)))
        return together, await shared.hand_in(4)

    assert asyncio.run(ask()) == ([10, 20, 30], 40)
    assert trips == [[1, 2, 3], [4]]


def test_everybody_on_a_failed_trip_hears_of_it_and_the_next_one_goes():
    def carry(asked):
        if 2 in asked:
            raise LookupError("away")
        return asked

    async def ask():
        shared = SharedTrips(carry)
        failed = await asyncio.gather(shared.hand_in(1), shared.hand_in(2), return_exceptions=True)
        return failed, await shared.hand_in(3)

    failed, answer = asyncio.run(ask())
    assert [type(error) for error in failed] == [LookupError, LookupError]
    assert answer == 3


def test_a_task_that_is_cancelled_takes_nothing_from_the_others():
    async def ask():
        shared = SharedTrips(list)
        first = asyncio.create_task(shared.hand_in(1))
        second = asyncio.create_task(shared.hand_in(2))
        await asyncio.sleep(0)
        first.cancel()
        answer = await second
        with pytest.raises(asyncio.CancelledError):
            await first
        return answer

    assert asyncio.run(ask()) == 2
