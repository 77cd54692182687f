/**
 * The golden messages, which the Python tests hold the kernel to, have the types of `protocol.ts`:
 * a field too many or too few on either side is an error of the compiler.
 */

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { MAIN_OPS } from './protocol';
import { Exchange, golden, goldenNames } from './testing/golden';
import { read } from './transport';

const exchanges = goldenNames().filter((name) => !/^(push|failure)\./.test(name));
const pushes = goldenNames().filter((name) => name.startsWith('push.'));
const failures = goldenNames().filter((name) => name.startsWith('failure.'));

/** What the compiler says about *source*, as a file beside `protocol.ts`. */
function complaints(source: string): string[] {
  const name = path.join(path.dirname(fileURLToPath(import.meta.url)), 'golden-messages.ts');
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (file, ...rest) =>
    file === name
      ? ts.createSourceFile(file, source, ts.ScriptTarget.ES2022)
      : getSourceFile.call(host, file, ...rest);
  host.fileExists = (file) => file === name || fileExists.call(host, file);
  host.readFile = (file) => (file === name ? source : readFile.call(host, file));
  return ts
    .getPreEmitDiagnostics(ts.createProgram([name], options, host))
    .map((each) => ts.flattenDiagnosticMessageText(each.messageText, '\n'));
}

describe('the golden messages', () => {
  it('cover every operation, and name no other', () => {
    const source = `import type { Op } from './protocol';
      type Named = ${exchanges.map((name) => `'${name}'`).join(' | ')};
      export const missing: Exclude<Op, Named> extends never ? true : Exclude<Op, Named> = true;
      export const strange: Exclude<Named, Op> extends never ? true : Exclude<Named, Op> = true;`;
    expect(complaints(source)).toEqual([]);
  });

  it('have the types of the contract', () => {
    const lines = exchanges.map((name) => {
      const { request, response } = golden(name) as Exchange;
      const ok = 'ok' in response ? response.ok : null;
      return `{ const args: Ops['${name}']['args'] = ${JSON.stringify(request.args)};
        const ok: Ops['${name}']['ok'] = ${JSON.stringify(ok)}; void [args, ok]; }`;
    });
    for (const name of pushes) {
      lines.push(`{ const push: Push = ${JSON.stringify(golden(name))}; void push; }`);
    }
    for (const name of failures) {
      const { response } = golden(name) as Exchange;
      lines.push(`{ const answer: Response = ${JSON.stringify(response)}; void answer; }`);
    }
    const source = `import type { Ops, Push, Response } from './protocol';\n${lines.join('\n')}`;
    expect(complaints(source)).toEqual([]);
  });

  it('are told apart as they arrive', () => {
    for (const name of [...exchanges, ...failures]) {
      expect(read((golden(name) as Exchange).response)?.kind, name).toBe('response');
    }
    for (const name of pushes) {
      expect(read(golden(name))?.kind, name).toBe('push');
    }
  });

  it('cover what goes to the main shell', () => {
    expect([...MAIN_OPS].filter((op) => !exchanges.includes(op))).toEqual([]);
  });
});
