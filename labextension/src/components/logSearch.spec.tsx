import { act, useState } from 'react';
import { draw, testFace, until } from '../testing/face';
import type { ILogSearch } from './logSearch';
import { useLogSearch } from './logSearch';

const answers = [
  { matches: [{ offset: 0, number: 4, text: '\u001b[31mError\u001b[0m one' }], next: 50, size: 100 },
  { matches: [{ offset: 60, number: 9, text: 'error two' }], next: 100, size: 100 },
  { matches: [{ offset: 110, number: 12, text: 'error three' }], next: 130, size: 130 }
];

describe('the search in a log', () => {
  it('asks the server, goes on where it stopped, and looks at what is written later', async () => {
    const asked: [string, number][] = [];
    let state!: ILogSearch;
    let grow!: (size: number) => void;
    let type!: (text: string) => void;
    function Probe(): null {
      const [position, setPosition] = useState(100);
      const [text, setText] = useState('');
      grow = setPosition;
      type = setText;
      state = useLogSearch(
        'wl_1',
        async (q, after) => {
          asked.push([q, after]);
          return { attempt: 1, text: '', offset: after, complete: false, ...answers[asked.length - 1] };
        },
        text,
        position
      );
      return null;
    }
    const page = await draw(<Probe />, testFace(() => undefined).app);
    expect(state.lines).toBeNull();
    await act(async () => type('error'));
    expect(state.busy).toBe(true);
    await until(() => state.lines?.length === 1, 'the first part');
    expect(state.lines![0]).toMatchObject({ number: 4, plain: 'Error one' });
    expect(state.more).toBe(true);
    await act(async () => state.goOn());
    await until(() => state.lines?.length === 2, 'the rest');
    expect([state.more, state.busy]).toEqual([false, false]);
    await act(async () => grow(130));
    await until(() => state.lines?.length === 3, 'what came later');
    expect(asked).toEqual([
      ['error', 0],
      ['error', 50],
      ['error', 100]
    ]);
    await act(async () => type(''));
    expect(state.lines).toBeNull();
    await page.end();
  });
});
