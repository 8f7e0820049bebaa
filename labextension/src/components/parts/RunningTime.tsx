import { useEffect, useState } from 'react';
import { useApp } from '../context';
import { duration, elapsed } from '../formats';

/** How long something has run; counts while it does and is seen. */
export function RunningTime(props: { start: string; end: string | null | undefined }): JSX.Element {
  const { trans } = useApp();
  const [, tick] = useState(0);
  const { end } = props;
  useEffect(() => {
    if (end) {
      return;
    }
    const timer = setInterval(() => {
      if (document.visibilityState !== 'hidden') {
        tick(n => n + 1);
      }
    }, 1000);
    return () => clearInterval(timer);
  }, [end]);
  return (
    <span className="ais-Number" title={trans.__('Running time')}>
      {duration(elapsed(props.start, end))}
    </span>
  );
}
