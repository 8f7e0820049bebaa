import { act } from 'react';
import type { IFoundLabel } from '../../client';
import { draw, testFace } from '../../testing/face';
import type { LabelChoices } from './labelChoices';
import { countsOf, mapArgument, mapOptions, mappingOf } from './labelChoices';
import { LabelMapping } from './LabelMapping';

const label = (name: string, n: number, more: Partial<IFoundLabel> = {}): IFoundLabel => ({
  name,
  n,
  label: name,
  known: false,
  fits: true,
  ...more
});
const FOUND = [
  label('cat', 3, { known: true }),
  label('dog', 2),
  label('cow', 1),
  label('x'.repeat(31), 4, { label: null, fits: false })
];

describe('choices of labels', () => {
  const choices: LabelChoices = {
    dog: { how: 'as', to: 'cat' },
    cow: { how: 'out' },
    gone: { how: 'out' }
  };

  it('are a mapping of what was found only', () => {
    expect(mappingOf(FOUND, choices)).toEqual({ dog: 'cat', cow: null });
    expect(mappingOf(FOUND, {})).toEqual({});
  });

  it('sum up to what the dataset gets', () => {
    expect(countsOf(FOUND, choices)).toEqual([['cat', 5]]);
    expect(countsOf(FOUND, { [FOUND[3].name]: { how: 'rename', to: 'long' } })).toEqual([
      ['long', 4],
      ['cat', 3],
      ['dog', 2],
      ['cow', 1]
    ]);
  });

  it('are said in code', () => {
    expect(mapOptions({ 'a b': null, dog: 'cat' }, text => `'${text}'`)).toBe(
      " --map 'a b=' --map 'dog=cat'"
    );
    expect(mapArgument({ 'a "b"': null, dog: 'cat' })).toBe(
      ', label_mapping={"a \\"b\\"": None, "dog": "cat"}'
    );
    expect(mapArgument({})).toBe('');
  });
});

describe('LabelMapping', () => {
  const open = async (choices: LabelChoices, error: string | null = null) => {
    const told: LabelChoices[] = [];
    const { app } = testFace(() => undefined);
    const page = await draw(
      <LabelMapping
        found={FOUND}
        known={['bird', 'cat']}
        choices={choices}
        onChange={made => told.push(made)}
        error={name => (name === 'dog' ? error : null)}
      />,
      app
    );
    const choose = (name: string, value: string): Promise<void> =>
      act(async () => {
        const select = page.root.querySelector<HTMLSelectElement>(`[aria-label="What becomes of ${name}"]`)!;
        select.value = value;
        select.dispatchEvent(new Event('change', { bubbles: true }));
      });
    return { ...page, told, choose };
  };

  it('shows each label with its number and says what is new', async () => {
    const { root, end } = await open({});
    const rows = [...root.querySelectorAll('tbody tr')].map(row => row.textContent);
    expect(rows[0]).toMatch(/^cat3.*the dataset has it$/);
    expect(rows[1]).toMatch(/^dog2.*new$/);
    expect(rows[3]).toContain('Rename it');
    expect(root.textContent).toContain('The dataset gets 2 new labels.');
    await end();
  });

  it('gives each of the four choices', async () => {
    const { told, choose, end } = await open({ cow: { how: 'out' } });
    await choose('dog', 'rename');
    await choose('dog', 'as');
    await choose('dog', 'out');
    await choose('cow', 'keep');
    expect(told).toEqual([
      { cow: { how: 'out' }, dog: { how: 'rename', to: 'dog' } },
      { cow: { how: 'out' }, dog: { how: 'as', to: 'bird' } },
      { cow: { how: 'out' }, dog: { how: 'out' } },
      {}
    ]);
    await end();
  });

  it('leaves out in one step what the dataset has not', async () => {
    const { root, told, end } = await open({ dog: { how: 'as', to: 'cat' } });
    await act(async () =>
      [...root.querySelectorAll('button')].find(one => one.textContent?.startsWith('Leave out'))!.click()
    );
    expect(Object.keys(told[0])).toEqual(['dog', 'cow', 'x'.repeat(31)]);
    expect(told[0].dog).toEqual({ how: 'as', to: 'cat' });
    await end();
  });

  it('marks a name that can not be, and what the server refused', async () => {
    const one = await open({ dog: { how: 'rename', to: ' dog' } });
    expect(one.root.querySelector('[aria-label="New name of dog"]')?.getAttribute('aria-invalid')).toBe(
      'true'
    );
    expect(one.root.textContent).toContain('1 to 30 characters');
    await one.end();
    const other = await open({ dog: { how: 'rename', to: 'hound' } }, 'The group belongs to somebody else.');
    expect(other.root.textContent).toContain('The group belongs to somebody else.');
    await other.end();
  });
});
