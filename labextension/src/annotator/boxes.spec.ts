import { MemoryStore } from '../client/localStore';
import { until } from '../testing/face';
import { Boxes } from './boxes';
import { Drawing } from './drawing';
import { boxAround, grown, handleAt, moved, movedTogether, resized, smallestAt, Viewport } from './geometry';
import { both, merged } from './objects';
import { inkOn } from './paint';
import { Session } from './session';
import type { IAnnotationEdit, IAnnotatorObject, IAnnotatorSample, IBox, ISampleSource } from './types';
import { Conflict } from './types';

const SIZE = { width: 200, height: 100 };

function box(x: number, y: number, w: number, h: number): IBox {
  return { type: 'bbox', x, y, w, h };
}

function object(id: string, shape: IBox, more: object = {}): IAnnotatorObject {
  return { id, label: 'car', shape, ...more };
}

class Server implements ISampleSource {
  rows: IAnnotatorSample[] = [0, 1].map(n => ({
    id: `smp_${n}`,
    number: n + 1,
    path: `${n}.png`,
    state: 'unlabelled',
    hard: false,
    revision: 1,
    ...SIZE,
    annotation: { objects: [], by: null, at: null }
  }));
  saves: IAnnotationEdit[] = [];

  page(): Promise<{ items: IAnnotatorSample[]; total: number }> {
    return Promise.resolve({ items: this.rows, total: this.rows.length });
  }

  sample(id: string): Promise<IAnnotatorSample> {
    return Promise.resolve(this.rows.find(row => row.id === id) as IAnnotatorSample);
  }

  save(given: IAnnotatorSample, edit: IAnnotationEdit): Promise<IAnnotatorSample> {
    const at = this.rows.findIndex(row => row.id === given.id);
    if (this.rows[at].revision !== given.revision) {
      return Promise.reject(new Conflict(this.rows[at]));
    }
    this.saves.push(edit);
    this.put(at, edit.objects, edit.confirm ? 'labelled' : 'started');
    return Promise.resolve(this.rows[at]);
  }

  put(at: number, objects: IAnnotatorObject[], state = 'started'): void {
    const row = this.rows[at];
    this.rows[at] = {
      ...row,
      revision: row.revision + 1,
      state,
      annotation: { objects, by: { id: 'usr_2', name: 'Li Na' }, at: null }
    };
  }

  text = (): Promise<string> => Promise.resolve('');
  pictureUrl = (one: IAnnotatorSample): string => `/${one.id}`;
  thumbnailUrl = (one: IAnnotatorSample): string => `/${one.id}/t`;
}

async function begin(
  server = new Server()
): Promise<{ server: Server; session: Session; boxes: Boxes; drawing: Drawing }> {
  const session = new Session(
    server,
    {
      task: 'boxes',
      labels: ['car', 'bus'].map(name => ({ name, color: null })),
      readOnly: false,
      autoAdvance: false,
      scope: `ds_${Math.random()}`
    },
    { history: new MemoryStore(), journal: new MemoryStore() }
  );
  await session.start();
  const boxes = new Boxes(session);
  return { server, session, boxes, drawing: new Drawing(boxes) };
}

function drag(drawing: Drawing, from: [number, number], to: [number, number], shift = false): string | null {
  drawing.down({ x: from[0], y: from[1], shift }, 1);
  drawing.move({ x: to[0], y: to[1], shift });
  return drawing.up({ x: to[0], y: to[1], shift });
}

describe('geometry', () => {
  it('no box leaves the picture', () => {
    expect(
      boxAround(
        [
          { x: -5, y: 20 },
          { x: 300, y: 90.12345 }
        ],
        SIZE
      )
    ).toEqual(box(0, 20, 200, 70.123));
    expect(moved(box(10, 10, 50, 20), -40, 200, SIZE)).toEqual(box(0, 80, 50, 20));
    expect(grown(box(180, 10, 10, 10), 50, -50, SIZE)).toEqual(box(180, 10, 20, 1));
  });

  it('boxes moved together keep their places to each other', () => {
    expect(movedTogether([box(10, 10, 10, 10), box(150, 10, 40, 10)], 30, 0, SIZE)).toEqual([
      box(20, 10, 10, 10),
      box(160, 10, 40, 10)
    ]);
  });

  it('a handle dragged past the other side turns the box over', () => {
    expect(resized(box(10, 10, 20, 20), 'se', { x: 4, y: 50 }, SIZE)).toEqual(box(4, 10, 6, 40));
    expect(resized(box(10, 10, 20, 20), 'n', { x: 99, y: 5 }, SIZE)).toEqual(box(10, 5, 20, 25));
  });

  it('finds the nearest handle, and of boxes in each other the inner one', () => {
    expect(handleAt(box(10, 10, 40, 40), { x: 49, y: 52 }, 12)).toBe('se');
    expect(handleAt(box(10, 10, 40, 40), { x: 30, y: 30 }, 12)).toBeNull();
    const found = smallestAt(
      [object('a', box(0, 0, 100, 100)), object('b', box(20, 20, 10, 10))],
      { x: 25, y: 25 },
      0
    );
    expect(found?.id).toBe('b');
  });

  it('zooming keeps what is under the pointer', () => {
    const view = new Viewport();
    view.fit(SIZE, { width: 424, height: 300 });
    expect(view.zoom).toBe(2);
    const at = { x: 100, y: 100 };
    const under = view.toPicture(at);
    view.zoomTo(7, at);
    const now = view.toPicture(at);
    expect(now.x).toBeCloseTo(under.x);
    expect(now.y).toBeCloseTo(under.y);
    expect(view.toScreen(under).x).toBeCloseTo(at.x);
  });

  it('writes on light colours in black and on dark ones in white', () => {
    expect(inkOn('#FF8800')).toBe('#000000');
    expect(inkOn('#3B04D5')).toBe('#ffffff');
  });
});

describe('Drawing', () => {
  it('a drag draws a box with the armed label, saved and selected', async () => {
    const { server, session, boxes, drawing } = await begin();
    boxes.choose('box');
    expect(boxes.give('bus')).toBe('armed');
    const id = drag(drawing, [60, 70], [10, 20]);
    expect(boxes.selected.map(one => one.id)).toEqual([id]);
    expect(session.edit.objects).toEqual([{ id, label: 'bus', shape: box(10, 20, 50, 50) }]);
    await until(() => server.saves.length === 1, 'the save');
    expect(server.saves[0].confirm).toBe(false);
    expect(server.rows[0].state).toBe('started');
    expect(boxes.give('car')).toBe('given');
    expect(session.edit.objects[0].label).toBe('car');
  });

  it('four extreme points draw a box; undo takes points back and never leaves the drawing', async () => {
    const { session, boxes, drawing } = await begin();
    boxes.choose('box');
    const click = (x: number, y: number): string | null => drag(drawing, [x, y], [x, y]);
    click(50, 10);
    click(90, 40);
    expect(drawing.undo()).toBe(true);
    expect(drawing.points).toEqual([{ x: 50, y: 10 }]);
    expect(drawing.redo()).toBe(true);
    click(60, 80);
    expect(session.edit.objects).toEqual([]);
    const id = click(20, 50);
    expect(session.edit.objects).toEqual([{ id, label: 'car', shape: box(20, 10, 70, 70) }]);
    expect(drawing.undo()).toBe(false);
    click(1, 1);
    expect(drawing.drop()).toBe(true);
    expect(drawing.points).toEqual([]);
    expect(session.edit.objects).toHaveLength(1);
  });

  it('moves and resizes with one step back for each drag', async () => {
    const { session, boxes, drawing } = await begin();
    const id = boxes.add(box(20, 20, 60, 60))?.id;
    drag(drawing, [50, 50], [60, 45]);
    expect(session.edit.objects[0].shape).toEqual(box(30, 15, 60, 60));
    drag(drawing, [90, 75], [100, 90]);
    expect(session.edit.objects[0].shape).toEqual(box(30, 15, 70, 75));
    session.undo();
    expect(session.edit.objects[0].shape).toEqual(box(30, 15, 60, 60));
    session.undo();
    session.undo();
    expect(session.edit.objects).toEqual([]);
    session.redo();
    expect(session.edit.objects[0].id).toBe(id);
  });

  it('a click selects, beside all deselects, with Shift it adds', async () => {
    const { boxes, drawing } = await begin();
    boxes.add(box(10, 10, 20, 20));
    boxes.add(box(100, 10, 20, 20));
    drag(drawing, [20, 20], [20, 20]);
    expect(boxes.selected).toHaveLength(1);
    drag(drawing, [110, 20], [110, 20], true);
    expect(boxes.selected).toHaveLength(2);
    drag(drawing, [60, 80], [60, 80]);
    expect(boxes.selected).toEqual([]);
  });

  it('nothing too small to be meant becomes a box', async () => {
    const { boxes, drawing } = await begin();
    boxes.choose('box');
    expect(drag(drawing, [10, 10], [60, 10.2])).toBeNull();
    expect(boxes.objects).toEqual([]);
  });
});

describe('Boxes', () => {
  it('nudges that follow each other are one step back', async () => {
    const { session, boxes } = await begin();
    boxes.add(box(10, 10, 20, 20));
    boxes.move(1, 0, 'move');
    boxes.move(1, 0, 'move');
    boxes.grow(0, 5, 'grow');
    expect(session.edit.objects[0].shape).toEqual(box(12, 10, 20, 25));
    session.undo();
    expect(session.edit.objects[0].shape).toEqual(box(12, 10, 20, 20));
    session.undo();
    expect(session.edit.objects[0].shape).toEqual(box(10, 10, 20, 20));
  });

  it('what is copied is pasted at the same place of another sample, with ids of its own', async () => {
    const { session, boxes } = await begin();
    const id = boxes.add(box(10, 10, 20, 20))?.id;
    boxes.copy();
    await session.next();
    expect(boxes.selected).toEqual([]);
    expect(boxes.paste()).toBe(1);
    expect(session.edit.objects[0].shape).toEqual(box(10, 10, 20, 20));
    expect(session.edit.objects[0].id).not.toBe(id);
    boxes.paste();
    expect(session.edit.objects[1].shape).not.toEqual(session.edit.objects[0].shape);
  });

  it('a touched guess is a guess no more, the others stay', async () => {
    const server = new Server();
    server.put(
      0,
      [object('a', box(0, 0, 9, 9), { score: 0.6 }), object('b', box(50, 50, 9, 9), { score: 0.7 })],
      'auto'
    );
    const { session, boxes } = await begin(server);
    boxes.select(['a']);
    boxes.move(5, 0);
    expect(session.edit.objects.map(one => one.score)).toEqual([undefined, 0.7]);
    expect(session.stateAt(0)).toBe('started');
    session.confirm(true);
    expect(session.edit.objects.map(one => one.score)).toEqual([undefined, undefined]);
  });

  it('an empty picture can be confirmed: nothing is there', async () => {
    const { server, session } = await begin();
    expect(session.confirm()).toBe(true);
    await until(() => server.rows[0].state === 'labelled', 'the confirmation');
    expect(session.position).toBe(1);
  });

  it('objects step by step, deleted, and hidden', async () => {
    const { boxes } = await begin();
    boxes.add(box(10, 10, 20, 20));
    boxes.add(box(50, 10, 20, 20));
    expect(boxes.step(1)?.number).toBe(1);
    expect(boxes.step(-1)?.number).toBe(2);
    boxes.hide('others');
    expect(boxes.objects.map(one => boxes.isShown(one))).toEqual([false, true]);
    expect(boxes.remove()).toBe(1);
    expect(boxes.objects).toHaveLength(1);
  });
});

describe('two people at once', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((id, n) => object(id, box(20 * n, 0, 10, 10)));
  const a2 = object('a', box(3, 0, 10, 10));
  const a3 = object('a', box(7, 0, 10, 10));

  it('different objects go together', () => {
    expect(merged([a, b], [a2, b], [a, b, c])).toEqual({ objects: [a2, b, c], clash: false });
    expect(merged([a, b], [b], [a, b, c])).toEqual({ objects: [b, c], clash: false });
    expect(merged([a], [a2], [a3]).clash).toBe(true);
  });

  it('both forms of one object can be kept', () => {
    const kept = both([a2, b], [a3, b]);
    expect(kept.map(one => one.shape?.x)).toEqual([7, 20, 3]);
    expect(new Set(kept.map(one => one.id)).size).toBe(3);
  });

  it('a box of mine and a box of theirs are saved together without a question', async () => {
    const { server, session, boxes } = await begin();
    server.put(0, [object('theirs', box(100, 50, 20, 20))]);
    const mine = boxes.add(box(10, 10, 20, 20))?.id;
    await until(() => server.saves.length === 1, 'the save');
    expect(server.rows[0].annotation.objects.map(one => one.id).sort()).toEqual([mine, 'theirs'].sort());
    await until(() => session.saveState.state === 'saved', 'the mark');
    expect(session.conflict).toBeUndefined();
  });

  it('asks when both changed the same box', async () => {
    const server = new Server();
    server.put(0, [a]);
    const { session, boxes } = await begin(server);
    server.put(0, [a3]);
    boxes.select(['a']);
    boxes.move(3, 0);
    await until(() => session.conflict !== undefined, 'the question');
    await session.resolve('both');
    expect(server.rows[0].annotation.objects.map(one => one.shape?.x)).toEqual([7, 3]);
  });
});
