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

function shown(value: string | number): string {
  return typeof value === 'number' ? `${Math.round(10 * value) / 10}` : escaped(value);
}

function escaped(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
