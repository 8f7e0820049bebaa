import { act, useState } from 'react';
import { readFileSync } from 'fs';
import { resolve } from 'path';
import { translatorOf } from '../../i18n';
import type { Catalogue } from '../../i18n';
import { draw, testFace, until } from '../../testing/face';
import { FileField } from './FileField';

const chinese = translatorOf(
  JSON.parse(
    readFileSync(
      resolve(__dirname, '../../../../server_extension/aispace_server/locale/zh_CN/LC_MESSAGES/aispace.json'),
      'utf8'
    )
  ) as Catalogue
);

let taken: File[] = [];

function Form(props: { folder?: boolean }): JSX.Element {
  const [files, setFiles] = useState<File[]>([]);
  taken = files;
  return <FileField label="代码" folder={props.folder} files={files} onChange={setFiles} />;
}

function give(input: HTMLInputElement, files: File[]): void {
  Object.defineProperty(input, 'files', { value: files, configurable: true });
  input.dispatchEvent(new Event('change', { bubbles: true }));
}

describe('the field for files', () => {
  it('speaks the language of the interface, hides the control of the browser and says what was taken', async () => {
    const face = testFace(() => undefined, chinese);
    const page = await draw(<Form />, face.app);
    const input = page.root.querySelector<HTMLInputElement>('input[type=file]')!;
    expect(input.hidden).toBe(true);
    expect(page.root.textContent).toContain('选择文件');
    expect(page.root.textContent).not.toMatch(/[A-Za-z]{3}/);
    await act(async () => give(input, [new File(['x'.repeat(2048)], 'model.zip')]));
    expect(page.root.textContent).toContain('model.zip, 2.0 KiB');
    const away = page.root.querySelector<HTMLButtonElement>('[aria-label="移除model.zip"]')!;
    await act(async () => away.click());
    expect(taken).toEqual([]);
    await page.end();
  });

  it('takes a dropped folder with its paths and its empty files', async () => {
    const face = testFace(() => undefined);
    const page = await draw(<Form folder />, face.app);
    const file = (path: string, text: string): object => ({
      isFile: true,
      fullPath: `/code/${path}`,
      file: (done: (file: File) => void) => done(new File([text], path))
    });
    let read = false;
    const folder = {
      isFile: false,
      isDirectory: true,
      createReader: () => ({
        readEntries: (done: (entries: object[]) => void) => {
          done(read ? [] : [file('train.py', 'print()'), file('__init__.py', '')]);
          read = true;
        }
      })
    };
    const drop = new Event('drop', { bubbles: true });
    Object.assign(drop, { dataTransfer: { items: [{ webkitGetAsEntry: () => folder }], files: [] } });
    await act(async () => page.root.querySelector('.ais-FileField')!.dispatchEvent(drop));
    await until(() => taken.length === 2, 'the files');
    expect(taken.map(one => one.webkitRelativePath).sort()).toEqual(['code/__init__.py', 'code/train.py']);
    expect(page.root.textContent).toContain('code: 2 files');
    await page.end();
  });
});
