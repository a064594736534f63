"""The table of faults: of all processes that write it, and gone on with."""

from tests.faults.table import Table, Try


def test_rounds_beside_each_other_make_one_table_and_are_known_afterwards(tmp_path):
    file = tmp_path / "table.md"
    first, second = Table(file), Table(file)
    first.add(Try("store silent", 0, 0, 1.0))
    second.add(Try("store silent", 1, 2, 4.0))
    second.add(Try("store silent", 0, 0, 2.0))
    first.add(Try("disk full", 0, 0, 0.25))
    second.finish("redis 0")

    assert file.read_text().splitlines()[2:] == [
        "| disk full | 1 | 0 | 0 | 0.2 | 0.2 |",
        "| store silent | 3 | 1 | 2 | 2.0 | 4.0 |",
    ]
    again = Table(file)
    assert again.is_finished("redis 0")
    assert not again.is_finished("redis 1")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["table.md", "table.md.rows"]


def test_without_a_file_it_is_kept_here():
    table = Table()
    table.add(Try("disk full", 0, 0, 1.0))
    table.finish("disk 0")

    assert table.markdown().endswith("| disk full | 1 | 0 | 0 | 1.0 | 1.0 |")
    assert table.is_finished("disk 0")
