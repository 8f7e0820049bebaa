import type { IAnnotatorObject, ISampleSource } from '../../annotator';
import { Conflict, editOf, sameEdit, Unreachable } from '../../annotator';
import type { AISpaceClient, IAnnotationObject, ISampleFilter, ISampleRead, SampleOrder } from '../../client';
import { AISpaceError } from '../../client';

/**
 * The samples of a dataset's working copy for the annotator.
 *
 * A filter by state or label changes under one's hands: a labelled sample no longer matches "unlabelled". Then places are counted
 * along the cursor, whose next page never skips any; else the server jumps to a place.
 */
export function sampleSource(
  client: AISpaceClient,
  datasetId: string,
  filter: ISampleFilter,
  sort: SampleOrder
): ISampleSource {
  const moving =
    filter.state !== undefined ||
    filter.label !== undefined ||
    filter.hard !== undefined ||
    filter.by !== undefined ||
    sort === '-at' ||
    sort === 'at' ||
    sort === 'score';
  const read: ISampleRead[] = [];
  let cursor: string | null | undefined;
  let known = 0;
  let reading: Promise<void> = Promise.resolve();

  const more = async (until: number): Promise<void> => {
    while (read.length < until && cursor !== null) {
      const page = await client.call('GET /datasets/{id}/samples', {
        path: { id: datasetId },
        query: { ...filter, sort, limit: 200, cursor: cursor ?? undefined }
      });
      if (cursor === undefined) {
        known = page.page.total ?? page.items.length;
      }
      read.push(...page.items);
      cursor = page.page.next;
    }
  };

  return {
    page: async (at, limit) => {
      if (!moving) {
        const page = await client.call('GET /datasets/{id}/samples', {
          path: { id: datasetId },
          query: { ...filter, sort, at, limit }
        });
        return { items: page.items, total: page.page.total ?? page.items.length };
      }
      reading = reading.catch(() => undefined).then(() => more(at + limit));
      await reading;
      return { items: read.slice(at, at + limit), total: cursor === null ? read.length : known };
    },
    sample: id =>
      client.call('GET /datasets/{id}/samples/{sample_id}', { path: { id: datasetId, sample_id: id } }),
    save: async (sample, edit) => {
      const path = { id: datasetId, sample_id: sample.id };
      const base = editOf(sample);
      let saved: ISampleRead | null = null;
      try {
        if (!sameEdit({ ...base, review: null }, { ...edit, review: null })) {
          saved = await client.call('PUT /datasets/{id}/samples/{sample_id}/annotation', {
            path,
            body: { objects: edit.objects.map(bare), confirm: edit.confirm, hard: edit.hard },
            ifMatch: sample.revision
          });
          // Should the review not get through, the next try begins behind what is saved.
          Object.assign(sample, saved);
        }
        const said = editOf(sample).review;
        if (said?.verdict !== edit.review?.verdict || (said?.reason ?? '') !== (edit.review?.reason ?? '')) {
          saved = await client.call('PATCH /datasets/{id}/samples/{sample_id}', {
            path,
            body: edit.review
              ? { review: edit.review.verdict, reason: edit.review.reason }
              : { review: 'withdraw' },
            ifMatch: sample.revision
          });
        }
        return saved ?? (await client.call('GET /datasets/{id}/samples/{sample_id}', { path }));
      } catch (reason) {
        const error = AISpaceError.of(reason);
        if (error.stale) {
          const current = error.params.current as ISampleRead | undefined;
          throw new Conflict(
            current?.annotation
              ? current
              : await client.call('GET /datasets/{id}/samples/{sample_id}', {
                  path: { id: datasetId, sample_id: sample.id }
                })
          );
        }
        if (error.offline || error.signedOut) {
          throw new Unreachable(error.message);
        }
        throw error;
      }
    },
    pictureUrl: sample =>
      client.url('/datasets/{id}/samples/{sample}/content', { id: datasetId, sample: sample.id }),
    thumbnailUrl: sample =>
      client.url(
        '/datasets/{id}/samples/{sample}/thumbnail',
        { id: datasetId, sample: sample.id },
        { size: 96 }
      ),
    text: async sample => {
      const response = await client.transport(
        `/datasets/${encodeURIComponent(datasetId)}/samples/${encodeURIComponent(sample.id)}/content`,
        { method: 'GET' }
      );
      if (!response.ok) {
        throw await AISpaceError.fromResponse(response);
      }
      return response.text();
    }
  };
}

/** An object as it is sent: only what is said. */
function bare(object: IAnnotatorObject): IAnnotationObject {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== null && value !== undefined)
  );
}
