import { useApp } from '../context';
import { useAction } from '../useAction';

/** As many runs as one TensorBoard shows. */
export const MOST_RUNS = 20;

/** Show runs in TensorBoard, in a tab of its own; the one that runs over the same runs is used again. */
export function useTensorBoard(): {
  run: (runs: { job_id: string; version: string }[]) => void;
  busy: boolean;
} {
  const { client, openTab } = useApp();
  return useAction(async (runs: { job_id: string; version: string }[]) => {
    const board = await client.call('POST /visualisations', { body: { runs } });
    openTab(`/visualisations/${board.id}`);
  });
}
