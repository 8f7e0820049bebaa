"""Review of samples: accept, reject with a reason that stays, in bulk, and back."""

from __future__ import annotations

import pytest
from aispace.datasets.requests import BulkAnnotate, UndoRequest
from aispace.datasets.schemas import SampleFilter, SampleRead, SampleUpdate
from aispace.errors import Conflict
from aispace.identity import Principal
from aispace.platform import Platform
from pydantic import ValidationError
from samples import check_counters, fill, said, samples


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
    assert (withdrawn.state, withdrawn.review) == ("labelled", None)
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


def test_what_nobody_confirmed_cannot_be_rejected(platform: Platform, alice: Principal) -> None:
    dataset = fill(platform, alice, 1)
    [sample] = samples(platform, alice, dataset)
    with pytest.raises(Conflict, match="Confirm it first"):
        platform.datasets.samples.update(alice, dataset.id, sample.id, SampleUpdate(review="reject"), None)


@pytest.mark.parametrize("body", [{"reason": "why"}, {"review": "reject", "reason": "x" * 201}, {"review": "maybe"}])
def test_a_review_without_sense_is_refused(body: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        SampleUpdate.model_validate(body)
