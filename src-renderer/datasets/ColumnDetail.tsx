import { useMemo } from 'react';
import type { ReactElement } from 'react';
import type { ColumnProfile } from '../../src-preload/contract/datasets/index.ts';
import { formatCount, formatNumber, formatShare, formatUtc } from '../app/format.ts';
import { Facts, Section } from '../app/parts/DetailPane.tsx';
import { NumberText } from '../app/parts/NumberText.tsx';
import { Chart } from '../charts/Chart.tsx';
import type { ChartSpec } from '../charts/figure.ts';
import { boundText, frequentValues, histogramBars, isMomentColumn } from './collect-column.ts';

/** The values of one column: their distribution and figures. */
export function ColumnDetail({ column }: { readonly column: ColumnProfile }): ReactElement {
  const isMoment = isMomentColumn(column);
  const spec = useMemo<ChartSpec>(() => {
    const { edges, middles, counts } = histogramBars(column);
    return {
      kind: 'bars',
      series: [{ name: 'Rows', x: middles, y: counts }],
      edges,
      xTitle: column.name,
      yTitle: 'Rows',
      xType: isMomentColumn(column) ? 'moment' : 'number',
    };
  }, [column]);
  const frequent = frequentValues(column);
  const most = Math.max(1, ...frequent.map(({ count }) => count));
  return (
    <Section title={column.name}>
      {column.histogram === null ? null : <Chart title={`Distribution of ${column.name}`} spec={spec} height={170} />}
      <Facts
        facts={[
          ...(column.least === null ? [] : ([['Least', boundText(column.least, formatNumber)]] as const)),
          ...(column.greatest === null ? [] : ([['Greatest', boundText(column.greatest, formatNumber)]] as const)),
          ...(column.mean === null || isMoment
            ? []
            : ([['Mean', <NumberText key="mean" value={column.mean} />]] as const)),
          ...(column.std === null || isMoment
            ? []
            : ([['Standard deviation', <NumberText key="std" value={column.std} />]] as const)),
          ...column.quantiles
            .filter(({ at }) => [0.25, 0.5, 0.75, 25, 50, 75].includes(at))
            .map(
              ({ at, value }) =>
                [quantileName(at), isMoment ? formatUtc(value * 1000) : <NumberText key={at} value={value} />] as const,
            ),
        ]}
      />
      {frequent.length === 0 ? null : (
        <table className="top-values">
          <caption>Most frequent values</caption>
          <tbody>
            {frequent.map(({ value, count }) => (
              <tr key={value}>
                <th scope="row" title={value}>
                  {value === '' ? 'Empty text' : value}
                </th>
                <td className="top-values-bar" aria-hidden="true">
                  <span style={{ width: `${(count / most) * 100}%` }} />
                </td>
                <td title={formatCount(count)}>{formatShare(count / Math.max(1, column.rowCount))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}

function quantileName(at: number): string {
  const percent = at <= 1 ? at * 100 : at;
  return percent === 50 ? 'Median' : `${percent} % quantile`;
}
