/** Attributes of an element; numbers to a tenth of a pixel. */
type Attributes = Readonly<Record<string, string | number>>;

export function element(name: string, attributes: Attributes, content = ''): string {
  const all = Object.entries(attributes).map(([key, value]) => ` ${key}="${shown(value)}"`);
  return content === '' ? `<${name}${all.join('')}/>` : `<${name}${all.join('')}>${content}</${name}>`;
}

export function text(x: number, y: number, content: string, attributes: Attributes = {}): string {
  return element('text', { x, y, ...attributes }, escaped(content));
}

/** What stands at a place of its own. */
export function placed(x: number, y: number, content: string): string {
  return element('g', { transform: `translate(${shown(x)} ${shown(y)})` }, content);
}

/**
 * A whole picture, on a light ground of its own, so that it reads on a dark page too.
 * @param name read out to those who can't see it
 */
export function picture(name: string, width: number, height: number, parts: readonly string[]): string {
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      ...{ width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': name },
      ...{ 'font-family': 'system-ui, "DejaVu Sans", sans-serif', 'font-size': 13, fill: '#1f2328' },
    },
    [element('rect', { width, height, rx: 8, fill: '#fafafa' }), ...parts].join('\n'),
  ).concat('\n');
}

function shown(value: string | number): string {
  return typeof value === 'number' ? `${Math.round(10 * value) / 10}` : escaped(value);
}

/** For the text and the attributes of SVG and HTML. */
export function escaped(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
