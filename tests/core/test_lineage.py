from __future__ import annotations

import pytest
from aispace.errors import NotFound
from aispace.identity import SYSTEM
from aispace.lineage.service import Point
from aispace.models.schemas import ModelCreate, ModelUpdate
from aispace.platform import Platform
from classifier_setup import Classifier


@pytest.fixture
def world(platform: Platform) -> Classifier:
    return Classifier(platform)


def test_the_graph_goes_both_ways_and_hides_what_one_may_not_see(world: Classifier) -> None:
    lineage, models = world.platform.lineage, world.platform.models
    ids = [models.create(world.alice, ModelCreate(name=name)).id for name in ("one", "two", "three", "apart")]
    points = [
        Point(model_id, "V0001", name) for model_id, name in zip(ids, ("one", "two", "three", "apart"), strict=True)
    ]
    lineage.record(points[0], points[1], "saved")
    lineage.record(points[0], points[1], "saved")
    lineage.record(points[1], points[2], "evaluated")
    lineage.record(points[3], points[2], "code")
    graph = lineage.graph(world.alice, f"{ids[1]}:V0001")
    assert [(edge.from_, edge.to, edge.relation) for edge in graph.edges] == [
        (f"{ids[0]}:V0001", f"{ids[1]}:V0001", "saved"),
        (f"{ids[1]}:V0001", f"{ids[2]}:V0001", "evaluated"),
    ]
    assert {node.name for node in graph.nodes} == {"one", "two", "three"}
    assert len(lineage.graph(world.alice, ids[2]).edges) == 3
    with pytest.raises(NotFound):
        lineage.graph(world.bob, ids[1])
    models.update(world.alice, ids[1], ModelUpdate(visibility="public"))
    seen = lineage.graph(world.bob, ids[1])
    assert {node.name for node in seen.nodes} == {"two", None}
    assert all(node.exists for node in seen.nodes)
    assert [user["name"] for user in lineage.users_of(SYSTEM, ids[0])] == ["two V0001"]


def test_what_was_deleted_is_still_named_in_the_history_of_what_came_of_it(world: Classifier) -> None:
    lineage, models = world.platform.lineage, world.platform.models
    parent, child = (models.create(world.alice, ModelCreate(name=name)).id for name in ("parent", "child"))
    lineage.record(Point(parent, "V0001", "parent"), Point(child, "V0001", "child"), "start_model")
    models.delete(world.alice, parent)
    node = next(n for n in lineage.graph(world.alice, child).nodes if n.object_id == parent)
    assert (node.name, node.exists, node.visible) == ("parent", False, False)
    models.delete(world.alice, child)
    assert lineage.users_of(SYSTEM, parent) == []


def test_a_circle_ends(world: Classifier) -> None:
    lineage, models = world.platform.lineage, world.platform.models
    one, two = (models.create(world.alice, ModelCreate(name=name)).id for name in ("one", "two"))
    for source, target in ((one, two), (two, one)):
        lineage.record(Point(source, None, "x"), Point(target, None, "y"), "forked")
    assert len(lineage.graph(world.alice, one).edges) == 2
