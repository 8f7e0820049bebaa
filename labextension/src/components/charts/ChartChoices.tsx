import { useApp } from '../context';

/** How charts are drawn. */
export interface IChartChoices {
  axis: 'step' | 'time';
  /** Weight of what came before, from 0 (off) to 0.98. */
  smoothing: number;
}

export const PLAIN: IChartChoices = { axis: 'step', smoothing: 0 };

/** What charts of runs are drawn over, and how smooth. */
export function ChartChoices(props: {
  value: IChartChoices;
  onChange: (value: IChartChoices) => void;
}): JSX.Element {
  const { trans } = useApp();
  const { value, onChange } = props;
  return (
    <>
      <label className="ais-Row">
        {trans.__('Over')}
        <select
          className="ais-Input ais-mod-filter"
          value={value.axis}
          onChange={event => onChange({ ...value, axis: event.target.value as IChartChoices['axis'] })}
        >
          <option value="step">{trans.__('steps')}</option>
          <option value="time">{trans.__('time')}</option>
        </select>
      </label>
      <label className="ais-Row">
        {trans.__('Smoothing')}
        <input
          type="range"
          min={0}
          max={0.98}
          step={0.02}
          value={value.smoothing}
          onChange={event => onChange({ ...value, smoothing: Number(event.target.value) })}
        />
        <span className="ais-Number">
          {value.smoothing === 0 ? trans.__('off') : value.smoothing.toFixed(2)}
        </span>
      </label>
    </>
  );
}
