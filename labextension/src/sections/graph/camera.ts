/** Where one looks at a drawing from: screen = drawing × scale + (x, y). Pure. */

export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const LEAST = 0.02;
const MOST = 4;
const MARGIN = 14;
const NARROW = 480;

/** Shows the whole drawing, in the middle, never larger than it is. */
export function fit(drawing: Size, room: Size, most = 1.15): Camera {
  const wide = Math.max(1, room.width - 2 * MARGIN);
  const high = Math.max(1, room.height - 2 * MARGIN);
  const scale = Math.max(
    LEAST,
    Math.min(most, wide / Math.max(1, drawing.width), high / Math.max(1, drawing.height)),
  );
  return {
    x: (room.width - drawing.width * scale) / 2,
    y: (room.height - drawing.height * scale) / 2,
    scale,
  };
}

/** Below this scale letters cannot be read. */
const LEGIBLE = 0.45;

/**
 * Where one looks from at first: the whole drawing, but in a narrow place a part that can be read,
 * around `node`.
 */
export function start(drawing: Size, room: Size, node: Box | undefined): Camera {
  const all = fit(drawing, room);
  if (all.scale >= LEGIBLE || room.width >= NARROW || node === undefined) {
    return all;
  }
  return centre(all, node, room, 0.65);
}

/** Zooms by `factor` so that the point of the screen stays where it is. */
export function zoom(camera: Camera, factor: number, at: { x: number; y: number }): Camera {
  const scale = Math.min(MOST, Math.max(LEAST, camera.scale * factor));
  const real = scale / camera.scale;
  return { x: at.x - (at.x - camera.x) * real, y: at.y - (at.y - camera.y) * real, scale };
}

export function pan(camera: Camera, dx: number, dy: number): Camera {
  return { ...camera, x: camera.x + dx, y: camera.y + dy };
}

export interface Box extends Size {
  readonly x: number;
  readonly y: number;
}

/** Brings a box to the middle, near enough to read it. */
export function centre(camera: Camera, box: Box, room: Size, least = 0.7): Camera {
  const scale = Math.max(camera.scale, least);
  return {
    x: room.width / 2 - (box.x + box.width / 2) * scale,
    y: room.height / 2 - (box.y + box.height / 2) * scale,
    scale,
  };
}

/** Moves no further than needed for a box to be in sight. */
export function reveal(camera: Camera, box: Box, room: Size): Camera {
  const left = box.x * camera.scale + camera.x;
  const top = box.y * camera.scale + camera.y;
  return pan(
    camera,
    into(left, box.width * camera.scale, room.width),
    into(top, box.height * camera.scale, room.height),
  );
}

function into(begin: number, length: number, room: number): number {
  if (begin < MARGIN) {
    return MARGIN - begin;
  }
  return Math.min(0, room - MARGIN - (begin + length));
}
