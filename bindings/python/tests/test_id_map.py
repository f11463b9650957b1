"""Id maps, in every form that people write them."""

from __future__ import annotations

import os

import pytest

from pyspaces import Container, Error
from pyspaces._idmap import id_map_text
from support import GID_MAP, OUTSIDE_GID, OUTSIDE_UID, UID_MAP, call, needs_root, paused


def read_map(name="uid_map"):
    with open(f"/proc/self/{name}") as file:
        return [tuple(map(int, line.split())) for line in file]


def inside(**options):
    return call(lambda: (os.getuid(), read_map("uid_map")), newuser=True, **options)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        (False, None),
        (True, "root"),
        (0, "0"),
        (1000, "1000"),
        ("1000", "1000"),
        ("0 1000 1", "0 1000 1"),
        ("0 1000 1,1 1001 1", "0 1000 1,1 1001 1"),
        ("1000,1001", "1000,1001"),
        ("auto", "auto"),
        ([1000, 1001], "1000,1001"),
        (["1000", 1001], "1000,1001"),
        (["0 1000 1", "1 1001 1"], "0 1000 1,1 1001 1"),
        (["0 1000 1", 1001], "0 1000 1,1 1001 1"),
        ([(0, 1000, 1), (1, 100000, 65536)], "0 1000 1,1 100000 65536"),
        (range(5, 7), "5,6"),
    ],
)
def test_text_of_a_map(value, text):
    assert id_map_text(value, "uid_map") == text


@pytest.mark.parametrize("value", [1.5, b"0 1 1", [None], [True], {"0": 1.5}.values()])
def test_wrong_types_are_refused(value):
    with pytest.raises(TypeError, match="uid_map"):
        id_map_text(value, "uid_map")


@pytest.mark.parametrize("value", [-1, 2**32, [-1]])
def test_numbers_that_are_no_ids_are_refused(value):
    with pytest.raises(ValueError, match="is not an id"):
        id_map_text(value, "uid_map")


@pytest.mark.parametrize(
    "uid_map", [UID_MAP, OUTSIDE_UID, str(OUTSIDE_UID), [OUTSIDE_UID], [UID_MAP], (UID_MAP,)], ids=str
)
def test_the_given_id_is_root_inside_and_the_child_is_that_root(uid_map):
    uid, written = inside(uid_map=uid_map)
    assert written == [(0, OUTSIDE_UID, 1)]
    assert uid == 0


def test_seen_from_outside_the_child_is_that_user():
    with paused(newuser=True, uid_map=OUTSIDE_UID, gid_map=OUTSIDE_GID) as container:
        with open(f"/proc/{container.pid}/status") as status:
            ids = {line.split()[0]: line.split()[1:] for line in status if line.startswith(("Uid:", "Gid:"))}
        assert ids == {"Uid:": [str(OUTSIDE_UID)] * 4, "Gid:": [str(OUTSIDE_GID)] * 4}


def test_true_maps_the_caller_to_root():
    assert inside(uid_map=True) == (0, [(0, os.getuid(), 1)])


def test_map_zero_maps_the_caller_to_root():
    def look():
        return read_map("uid_map"), read_map("gid_map"), os.getuid(), os.getgid()

    expected = [(0, os.getuid(), 1)], [(0, os.getgid(), 1)], 0, 0
    assert call(look, newuser=True, map_zero=True) == expected


def test_the_default_maps_the_caller_to_root():
    assert inside() == (0, [(0, os.getuid(), 1)])


def test_gid_map_alone():
    assert call(lambda: (os.getgid(), read_map("gid_map")), newuser=True, gid_map=GID_MAP) == (
        0,
        [(0, OUTSIDE_GID, 1)],
    )


def test_a_map_implies_the_user_namespace():
    assert call(os.getuid, uid_map=UID_MAP) == 0
    assert call(read_map, map_zero=True) == [(0, os.getuid(), 1)]


def test_a_map_without_the_user_namespace_is_refused():
    with pytest.raises(ValueError, match="user"):
        Container(target=int, uid_map=UID_MAP, newuser=False).start()


@needs_root
def test_several_ranges():
    assert inside(uid_map="0 1000 1,1 2000 10") == (0, [(0, 1000, 1), (1, 2000, 10)])
    assert inside(uid_map="1000,1001") == (0, [(0, 1000, 1), (1, 1001, 1)])
    assert inside(uid_map=[1000, "1001"]) == (0, [(0, 1000, 1), (1, 1001, 1)])


@needs_root
def test_an_id_inside_by_choice():
    assert inside(uid_map="0 1000 10", uid=5)[0] == 5


@pytest.mark.parametrize("value", ["nonsense", "0 1000", "0 1000 0", "0 1000 1 1", "0 4294967295 2"])
def test_nonsense_is_refused(value):
    with pytest.raises(ValueError, match=r"linux\.uidMappings") as caught:
        Container(target=int, newuser=True, uid_map=value).start()
    assert isinstance(caught.value, Error)


def test_setgroups_can_be_denied():
    def denied():
        try:
            os.setgroups([0])
        except PermissionError:
            return True
        return False

    assert call(denied, newuser=True, map_zero=True, setgroups=False)
