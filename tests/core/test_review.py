"""Review of samples: accept, reject with a reason that stays, in bulk, and back."""

from __future__ import annotations

import aispace_runtime
import pytest
from aispace.datasets.requests import BulkAnnotate, ExportInspectRequest, UndoRequest
from aispace.datasets.schemas import (
    DatasetCreate,
    PublishRequest,
    SampleFilter,
    SampleRead,
    SampleUpdate,
    VersionSampleQuery,
)
from aispace.errors import Conflict
from aispace.identity import Principal
from aispace.platform import Platform
from kinds import archive, image, zipped
from pydantic import ValidationError
from samples import bring, check_counters, fill, said, samples, upload


def reviewed(sample: SampleRead) -> tuple[str, str, str, str]:
    assert sample.review is not None
    assert sample.review.by is not None
    return sample.state, sample.review.verdict, sample.review.reason, sample.review.by.id


def test_reason_of_a_rejection_is_kept_until_the_next_review(platform: Platform, alice: Principal) -> None:
    dataset = fill(platform, alice, 4)
    labelled = samples(platform, alice, dataset, state="labelled")[0]
    one = platform.datasets.samples
    reject = SampleUpdate(review="reject", reason="  not a 1  ")
    rejected = one.update(alice, dataset.id, labelled.id, reject, labelled.revision)
    assert reviewed(rejected) == ("rejected", "reject", "not a 1", "usr_alice")
    assert rejected.revision > labelled.revision

    mended = one.annotate(alice, dataset.id, labelled.id, said("2"), None)
    assert (mended.state, mended.review) == ("labelled", rejected.review)
    accepted = one.update(alice, dataset.id, labelled.id, SampleUpdate(review="accept"), None)
    assert reviewed(accepted) == ("reviewed", "accept", "", "usr_alice")
    withdrawn = one.update(alice, dataset.id, labelled.id, SampleUpdate(review="withdraw"), None)
    # It is as it was before: mended, and why it had been rejected.
    assert (withdrawn.state, withdrawn.review) == ("labelled", rejected.review)
    once_more = one.update(alice, dataset.id, labelled.id, SampleUpdate(review="withdraw"), None)
    assert (once_more.state, once_more.review) == ("labelled", None)
    assert withdrawn.annotation == accepted.annotation
    check_counters(platform, dataset.id)


def test_only_confirmed_samples_are_reviewed_in_bulk_and_undo_brings_reasons_back(
    platform: Platform, alice: Principal
) -> None:
    dataset = fill(platform, alice, 8)
    first = samples(platform, alice, dataset, state="labelled")[0]
    before = platform.datasets.samples.update(
        alice, dataset.id, first.id, SampleUpdate(review="reject", reason="blurred"), None
    )
    everything = BulkAnnotate(filter=SampleFilter(), review="accept")
    done = platform.datasets.bulk.annotate(alice, dataset.id, everything)
    assert (done.changed, done.skipped) == (6, 2)
    assert platform.datasets.get(alice, dataset.id).counts.reviewed == 6
    assert done.undo_token is not None
    platform.datasets.bulk.undo(alice, dataset.id, UndoRequest(undo_token=done.undo_token))
    after = platform.datasets.samples.get(alice, dataset.id, first.id)
    assert (after.state, after.review) == ("rejected", before.review)
    assert platform.datasets.get(alice, dataset.id).counts.reviewed == 0
    check_counters(platform, dataset.id)


def test_reject_in_bulk_is_undone_with_all_that_was_said_before(platform: Platform, alice: Principal) -> None:
    dataset = fill(platform, alice, 8)
    one, two, *_ = samples(platform, alice, dataset, state="labelled")
    update = platform.datasets.samples.update
    accepted = update(alice, dataset.id, one.id, SampleUpdate(review="accept"), None)
    update(alice, dataset.id, two.id, SampleUpdate(review="reject", reason="a 2"), None)
    mended = platform.datasets.samples.annotate(alice, dataset.id, two.id, said("2"), None)
    body = BulkAnnotate(filter=SampleFilter(), review="reject", reason="all wrong")
    done = platform.datasets.bulk.annotate(alice, dataset.id, body)
    assert platform.datasets.get(alice, dataset.id).counts.rejected == 6
    assert done.undo_token is not None
    undone = platform.datasets.bulk.undo(alice, dataset.id, UndoRequest(undo_token=done.undo_token))
    assert (undone.undone, undone.changed_meanwhile) == (6, 0)
    for before in (accepted, mended):
        after = platform.datasets.samples.get(alice, dataset.id, before.id)
        assert (after.state, after.review, after.annotation) == (before.state, before.review, before.annotation)
    check_counters(platform, dataset.id)


def test_reasons_travel_into_versions_and_what_can_carry_them(platform: Platform, alice: Principal) -> None:
    dataset = platform.datasets.create(alice, DatasetCreate(name="digits"))
    files = {f"{1 + n % 2}/{n}.png": image(8, 8, n) for n in range(4)}
    bring(platform, alice, dataset, upload(platform, alice, "digits.zip", zipped(files)))
    one, two, three, *_ = samples(platform, alice, dataset)
    update, publish = platform.datasets.samples.update, platform.datasets.versions.publish
    rejected = update(alice, dataset.id, one.id, SampleUpdate(review="reject", reason='a 7, "cut off"'), None)
    update(alice, dataset.id, two.id, SampleUpdate(review="reject", reason="a 2"), None)
    mended = platform.datasets.samples.annotate(alice, dataset.id, two.id, said("2"), None)
    accepted = update(alice, dataset.id, three.id, SampleUpdate(review="accept"), None)
    with pytest.raises(Conflict, match="1 rejected"):
        publish(alice, dataset.id, PublishRequest())
    version = publish(alice, dataset.id, PublishRequest(rejected=True)).version
    read = platform.datasets.versions.samples(alice, dataset.id, version, VersionSampleQuery()).items
    found = {s.path: (s.state, s.review) for s in read if s.review is not None}
    assert found == {s.path: (s.state, s.review) for s in (rejected, mended, accepted)}

    def losses(layout: str) -> dict[str, int]:
        request = ExportInspectRequest.model_validate({"layout": layout})
        return {n.code: n.n for n in platform.datasets.exports.inspect(alice, dataset.id, version, request).losses}

    assert "reviews" not in losses("manifest")
    assert losses("class_folders")["reviews"] == 3

    # Out by the manifest and in again: verdicts and reasons are there, said by who brought them.
    archived = archive(platform, alice, dataset, version, "manifest")
    again = platform.datasets.create(alice, DatasetCreate(name="again"))
    bring(platform, alice, again, upload(platform, alice, "again.zip", archived))
    come = {
        s.path: (s.state, s.review and (s.review.verdict, s.review.reason)) for s in samples(platform, alice, again)
    }
    assert come == {
        s.path: (s.state, s.review and (s.review.verdict, s.review.reason)) for s in samples(platform, alice, dataset)
    }

    # What learns from the version does not learn from what was rejected.
    mount = platform.datasets.resolve_for_run(alice, dataset.id, version)
    data = aispace_runtime.dataset(mount.path)
    [left_out] = {s.name for s in data} - {s.name for s in data.labelled}
    assert left_out == rejected.path
    assert {s.name: dict(s.review) for s in data if s.review}[rejected.path] == {
        "verdict": "reject", "reason": 'a 7, "cut off"',
    }  # fmt: skip


def test_what_nobody_confirmed_cannot_be_rejected(platform: Platform, alice: Principal) -> None:
    dataset = fill(platform, alice, 1)
    [sample] = samples(platform, alice, dataset)
    with pytest.raises(Conflict, match="Confirm it first"):
        platform.datasets.samples.update(alice, dataset.id, sample.id, SampleUpdate(review="reject"), None)


@pytest.mark.parametrize("body", [{"reason": "why"}, {"review": "reject", "reason": "x" * 201}, {"review": "maybe"}])
def test_a_review_without_sense_is_refused(body: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        SampleUpdate.model_validate(body)
