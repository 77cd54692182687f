/** The golden messages that the Python tests hold the kernel to. */

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Op, Ops, Push, Request, Response } from '../protocol';

// Not by `new URL(…, import.meta.url)`: the test runner takes that for an asset of the page.
const HERE = path.dirname(fileURLToPath(import.meta.url));
const FOLDER = `${path.join(HERE, '../../../tests/protocol')}/`;

export interface Exchange {
  request: Request;
  response: Response;
}

/** Names of all golden files, without `.json`. */
export function goldenNames(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort();
}

export function golden(name: string): Exchange | Push {
  return JSON.parse(readFileSync(`${FOLDER}${name}.json`, 'utf8')) as Exchange | Push;
}

/** The golden answer to *op*; undefined while there is none. */
export function goldenAnswer<O extends Op>(op: O): Ops[O]['ok'] | undefined {
  if (!existsSync(`${FOLDER}${op}.json`)) {
    return undefined;
  }
  const { response } = golden(op) as Exchange;
  return 'ok' in response ? (response.ok as Ops[O]['ok']) : undefined;
}
