import { useState } from 'react';
import { useTrans } from './context';
import { Button } from './controls/Button';
import { Dialog } from './controls/Dialog';
import { Tabs } from './controls/Tabs';

export interface ICode {
  python: string;
  shell: string;
}

/** Code with a copy button. */
export function CodeBlock(props: { text: string; label: string }): JSX.Element {
  const trans = useTrans();
  const [copied, setCopied] = useState(false);
  return (
    <div className="ais-CodeBlock">
      <pre tabIndex={0} aria-label={props.label}>
        {props.text}
      </pre>
      <Button
        icon={copied ? 'tick' : 'copy'}
        onClick={() => void navigator.clipboard?.writeText(props.text).then(() => setCopied(true))}
      >
        {copied ? trans.__('Copied') : trans.__('Copy')}
      </Button>
    </div>
  );
}

/** The Python and the command that do what the page does. */
export function AsCode(props: { code: ICode; onClose: () => void }): JSX.Element {
  const trans = useTrans();
  const [tab, setTab] = useState('python');
  return (
    <Dialog title={trans.__('As code')} onClose={props.onClose} wide>
      <Tabs
        label={trans.__('Language')}
        current={tab}
        onChange={setTab}
        tabs={[
          {
            id: 'python',
            label: trans.__('Python'),
            render: () => <CodeBlock text={props.code.python} label={trans.__('Python')} />
          },
          {
            id: 'shell',
            label: trans.__('Command'),
            render: () => <CodeBlock text={props.code.shell} label={trans.__('Command')} />
          }
        ]}
      />
    </Dialog>
  );
}
