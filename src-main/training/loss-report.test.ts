import { expect, test } from 'vitest';
import { LossReport } from './loss-report.ts';

test('a report is the mean over the rows since the last one', () => {
  const report = new LossReport();
  report.add(1, 300);
  report.add(2, 100);
  expect(report.take(2)).toEqual([{ key: 'train.loss', step: 2, value: 1.25 }]);
  report.add(4, 10);
  expect(report.take(3)).toEqual([{ key: 'train.loss', step: 3, value: 4 }]);
});

test('an epoch whose last batch was told already has no point of its own, and no loss of zero', () => {
  const report = new LossReport();
  report.add(0.5, 256);
  report.take(1);
  expect(report.take(1)).toEqual([]);
});
