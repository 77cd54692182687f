/** The graph as a file: the kernel writes the text, the browser makes the picture. */

import { download } from '../../ui/clipboard';

export type Format = 'svg' | 'png' | 'dot' | 'mermaid';

const FILES: Record<Exclude<Format, 'png'>, [string, string]> = {
  svg: ['functions.svg', 'image/svg+xml'],
  dot: ['functions.dot', 'text/vnd.graphviz'],
  mermaid: ['functions.mmd', 'text/plain'],
};

export function saveText(format: Exclude<Format, 'png'>, text: string): void {
  const [name, type] = FILES[format];
  download(name, new Blob([text], { type: `${type};charset=utf-8` }));
}

/** Pixels that browsers draw on without complaint, along one side. */
const SIDE = 8192;

/** Twice the size where that is possible, dark on white whatever the page looks like. */
export async function savePng(svg: string): Promise<void> {
  const { text, width, height } = forPaper(svg);
  const address = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const scale = Math.min(2, SIDE / Math.max(width, height, 1));
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    const context = canvas.getContext('2d');
    if (context === null) {
      throw new Error('This browser draws no pictures here; export SVG instead.');
    }
    context.fillStyle = '#ffffff';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
    if (blob === null) {
      throw new Error('The picture is too large for this browser; export SVG instead.');
    }
    download('functions.png', blob);
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** The drawing with its own text colour, and its size. It is parsed, never put into the page. */
export function forPaper(svg: string): { text: string; width: number; height: number } {
  const { documentElement: root } = new DOMParser().parseFromString(svg, 'image/svg+xml');
  if (root.localName !== 'svg') {
    throw new Error('The kernel sent no drawing; try again.');
  }
  root.setAttribute('style', 'color:#24292f');
  return {
    text: new XMLSerializer().serializeToString(root),
    width: Number(root.getAttribute('width')) || 1,
    height: Number(root.getAttribute('height')) || 1,
  };
}
