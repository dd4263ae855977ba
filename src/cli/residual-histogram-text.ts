import type { ResidualHistogram } from '../anomaly/residual-histogram.js';

/** Of the longest bar. */
const WIDTH = 40;

/**
 * Residuals as bars, a line for each bin: its lower edge, bars of normal (█) and abnormal ones (░), how many of each. The
 * bin that holds α is marked; where none does, a line before or after the bins has it.
 */
export function residualHistogramText({ edges, normal, abnormal }: ResidualHistogram, alpha: number): string {
  const bins = normal.length;
  const most = Math.max(...Array.from(normal, (count, bin) => count + abnormal[bin]!));
  const hasAbnormal = abnormal.some(count => count > 0);
  const mark = `< threshold ${alpha.toFixed(4)}`;
  // The last bin holds its upper edge too.
  const holder = alpha === edges[bins]! ? bins - 1 : edges.findLastIndex(edge => edge <= alpha);
  const lines = Array.from({ length: bins }, (_, bin) => {
    const bars = bar('█', normal[bin]!, most) + bar('░', abnormal[bin]!, most);
    const counts = hasAbnormal ? `${normal[bin]} + ${abnormal[bin]}` : `${normal[bin]}`;
    const cells = [`${edges[bin]!.toFixed(4)} `, bars, counts, bin === holder ? ` ${mark}` : ''];
    return cells.filter(cell => cell !== '').join(' ');
  });
  if (holder < 0) lines.unshift(mark);
  if (holder === bins) lines.push(mark);
  return lines.map(line => `${line}\n`).join('');
}

/** What there is at all has a mark. */
function bar(mark: string, count: number, most: number): string {
  return count === 0 ? '' : mark.repeat(Math.max(1, Math.round((WIDTH * count) / most)));
}
