import type { IAnnotationEdit, IAnnotatorSample, ISampleSource } from '../../annotator';
import { Conflict, Unreachable } from '../../annotator';
import type { AISpaceClient, ISampleFilter, ISampleRead } from '../../client';
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
  sort: string,
  automatic: (sample: IAnnotatorSample, edit: IAnnotationEdit) => IAnnotatorSample['annotation']['objects']
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
      try {
        return await client.call('PUT /datasets/{id}/samples/{sample_id}/annotation', {
          path: { id: datasetId, sample_id: sample.id },
          body: {
            objects: automatic(sample, edit),
            confirm: edit.confirm && edit.labels.length > 0,
            hard: edit.hard
          },
          ifMatch: sample.revision
        });
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
      )
  };
}

/** The objects of an edit; one that was there keeps its id. */
export function objectsOf(sample: IAnnotatorSample, edit: IAnnotationEdit): { id?: string; label: string }[] {
  return edit.labels.map(label => {
    const old = sample.annotation.objects.find(object => object.label === label);
    return old?.id ? { id: old.id, label } : { label };
  });
}
