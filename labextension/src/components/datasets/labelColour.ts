/** Colours of labels: apart for normal, protan, deutan and tritan vision. */
export const LABEL_COLOURS = [
  '#FF8800', '#85B8F2', '#3B04D5', '#7A3623', '#6D1E92', '#FDAD97', '#37F1EC', '#AC6E9D', '#7E8F46', '#A31257', '#3069F6', '#DDDB65'
]; // prettier-ignore

/** The colour of the n-th label: the twelve, then golden-angle hues. */
export function labelColour(index: number): string {
  if (index < LABEL_COLOURS.length) {
    return LABEL_COLOURS[index];
  }
  const hue = (index * 137.508) % 360;
  const part = (n: number): string => {
    const k = (n + hue / 30) % 12;
    const value = 0.5 - 0.35 * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(255 * value)
      .toString(16)
      .padStart(2, '0');
  };
  return `#${part(0)}${part(8)}${part(4)}`;
}
