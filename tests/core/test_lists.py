"""Lists of rows: what was shown of a version is remembered, and a row is made only to be shown anew."""

from dataclasses import dataclass

from stripe_lite.core.lists import Page, Unmade, listed
from stripe_lite.core.objects import StripeObject


@dataclass
class Stored:
    id: str
    version: int


class Thing(StripeObject):
    """What is shown of a row."""

    id: str
    version: int


def show(row: Stored) -> Thing:
    return Thing(id=row.id, version=row.version)


def test_only_rows_that_were_not_shown_as_they_are_now_are_made() -> None:
    made: list[tuple[str, int]] = []

    def page(*names: tuple[str, int]) -> Page[Stored]:
        def make(place: int) -> Stored:
            made.append(names[place])
            return Stored(*names[place])

        return Page(Unmade(names, make), has_more=False)

    first = listed(page(("th_2", 1), ("th_1", 1)), show, "/v1/things").dump()
    assert made == [("th_2", 1), ("th_1", 1)]
    assert listed(page(("th_2", 1), ("th_1", 1)), show, "/v1/things").dump() == first
    assert len(made) == 2
    changed = listed(page(("th_2", 2), ("th_1", 1)), show, "/v1/things").dump()
    assert made[2:] == [("th_2", 2)]
    assert changed == first.replace(b'"th_2","version":1', b'"th_2","version":2') != first


def test_rows_are_looked_at_by_place_and_by_range() -> None:
    rows = Unmade([("a", 1), ("b", 1), ("c", 1)], lambda place: Stored("abc"[place], 1))
    assert [row.id for row in rows] == ["a", "b", "c"]
    assert (rows[-1].id, [row.id for row in rows[:2]], len(rows)) == ("c", ["a", "b"], 3)
