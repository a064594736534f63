"""The library's floor plan: which room stands on which floor, and that every arrow leads down."""

from tests.support.branches import SHARE
from tests.support.floor_plan import (
    FLOORS,
    MOST_BRANCHES,
    find_circles,
    list_public_classes,
    list_rooms,
    measure_functions,
    read_arrows,
)
from tests.support.modules import ROOT

FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


def test_every_room_stands_on_a_floor():
    assert list_rooms(read_arrows(ROOT)) == set(FLOOR_OF)


def test_arrows_lead_to_lower_floors():
    arrows = read_arrows(ROOT)

    wrong = {
        f"{start} -> {end}": files
        for (start, end), files in arrows.items()
        if FLOOR_OF.get(end, -1) >= FLOOR_OF.get(start, -1)
    }

    assert not wrong


def test_no_rooms_go_round_in_a_circle():
    assert find_circles(read_arrows(ROOT)) == []


def test_a_circle_would_be_seen():
    assert find_circles({("a", "b"): [], ("b", "c"): [], ("c", "a"): [], ("d", "a"): []}) == [
        {"a", "b", "c"}
    ]


def test_no_two_public_classes_share_a_name():
    twice = {name: homes for name, homes in list_public_classes(ROOT).items() if len(homes) > 1}

    assert not twice


def test_functions_turn_in_few_ways():
    sizes = list(measure_functions(ROOT))
    over = [size for size in sizes if size.branches > MOST_BRANCHES]

    assert len(over) <= SHARE * len(sizes), over
