/**
 * The annotator: drawing code that knows neither React, nor JupyterLab, nor a kernel. The page (`components/datasets/AnnotatePage`) and the
 * anywidget (`widget/`) use it alike.
 *
 *     const session = new Session(source, options, { history, journal });
 *     const view = new AnnotatorView(element, session, { trans, colour, stateWord });
 *     await session.start({ sampleId });
 *     ...
 *     view.dispose(); session.dispose();
 *
 * - **Source** (`ISampleSource`): where samples come from and go to. `page(at, limit)` gives them in the order to be gone through, `save` throws
 *   `Conflict` (somebody else changed the sample) or `Unreachable` (try again later), anything else is a refusal that is shown.
 * - **Options** (`IAnnotatorOptions`): `dataType` image, text or tabular; `task` single, multi or boxes (`taskOf` tells it from a
 *   dataset); `labels`; `readOnly`; `autoAdvance`; `scope` (prefix of what is remembered: the dataset's id).
 * - **Memories** (`IMemory`): undo steps and unsaved edits, kept across reloads.
 * - **Objects**: `{id, label, shape?, score?}`; a shape is `{type: "bbox", x, y, w, h}` in pixels of the stored picture. An object with a `score` is a
 *   machine's guess: drawn dashed, listed as "auto 61 %". What a person changes or confirms loses its score.
 * - **Proposals**: `session.propose([{sample_id, objects: [{label, score, shape?}]}])` shows them on samples that nobody worked on, in the state
 *   "auto"; they are saved when a person changes or confirms them, and never shown over a person's work (states started, labelled,
 *   reviewed, rejected, or an edit on its way). Proposals that were written to the server (`automatic: true`) come by the source in the
 *   same state and look the same: call `session.refresh(ids)` after writing them.
 * - **Order by uncertainty**: `byUncertainty(proposals)` gives the ids of samples, least certain first; `inOrder(source, ids)` makes a source of these
 *   samples in that order. Scores that the server knows sort by its `sort=score`.
 * - **Keys**: by default plain keys of the element while it has the focus (`actions.ts`). Where commands outside obey them, give the view `keysOf`, and
 *   send what a command means as a `CustomEvent` named `ACTION_EVENT` with the action as its detail.
 * - **What happened**: `session.onChange(listener)`; then `session.sample`, `position`, `total`, `edit`, `saveState`.
 */
export { ACTION_EVENT, ACTIONS, actionTitle, commandOf, selectorOf } from './actions';
export type { Action, ActionName, IAction } from './actions';
export { History } from './history';
export type { IStep } from './history';
export { actionOf, labelKeys, RESERVED, RESERVED_SHAPES } from './keys';
export { byUncertainty, editOf, sameEdit, sameObjects, summary } from './objects';
export { inOrder, taskOf } from './order';
export { Outbox } from './outbox';
export { Session } from './session';
export * from './types';
export { AnnotatorView } from './view';
