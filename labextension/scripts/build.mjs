/**
 * Builds both front ends and holds them to their sizes.
 *
 *     node scripts/build.mjs [--development]
 *
 * TypeScript → lib/, JupyterLab's builder → ../babyagi_nb/labextension, esbuild → the panel of
 * ../babyagi_nb/widgets/static with React aliased to Preact. Every notebook that is run by
 * `nbconvert --execute` stores the panel, so it is packed: it unpacks itself when it is shown.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, transform } from 'esbuild';

const HERE = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const PACKAGE = path.join(HERE, '..', 'babyagi_nb');
const LAB = path.join(PACKAGE, 'labextension');
const STATIC = path.join(PACKAGE, 'widgets', 'static');
/** Bytes of the file as it is shipped and stored, and of what JupyterLab fetches at its start. */
const MOST = { panel: 90_000, lab: 150_000 };

/** Characters that mean nothing in JSON, JavaScript or HTML. */
const DIGITS = Array.from({ length: 94 }, (_, at) => String.fromCharCode(33 + at))
  .filter((char) => !'"\'\\`$<&@'.includes(char))
  .slice(0, 85)
  .join('');

const development = process.argv.includes('--development');
const require = createRequire(path.join(HERE, 'package.json'));
const node = (script, ...args) =>
  execFileSync(process.execPath, [script, ...args], { cwd: HERE, stdio: 'inherit' });
const bin = (name, file) => path.join(path.dirname(require.resolve(`${name}/package.json`)), file);

function lab() {
  rmSync(path.join(HERE, 'lib'), { recursive: true, force: true });
  node(bin('typescript', 'bin/tsc'), '-p', 'tsconfig.build.json');
  const core = path.dirname(require.resolve('@jupyterlab/core-meta/package.json'));
  node(
    bin('@jupyter/builder', 'lib/build-labextension.js'),
    '--core-package-file',
    path.join(core, 'core.package.json'),
    ...(development ? ['--development'] : []),
    HERE,
  );
}

async function panel() {
  mkdirSync(STATIC, { recursive: true });
  const shared = { bundle: true, minify: !development, charset: 'utf8', logLevel: 'warning' };
  const { outputFiles } = await build({
    ...shared,
    entryPoints: [path.join(HERE, 'src/widget/index.tsx')],
    write: false,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"' },
    alias: {
      react: 'preact/compat',
      'react-dom': 'preact/compat',
      'react-dom/client': 'preact/compat/client',
      'react/jsx-runtime': 'preact/jsx-runtime',
    },
  });
  const [{ contents }] = outputFiles;
  const { code } = await transform(readFileSync(path.join(HERE, 'scripts/unpack.js'), 'utf8'), {
    minify: true,
    charset: 'utf8',
    format: 'esm',
  });
  const packed = gzipSync(contents, { level: 9 });
  const filled = { DIGITS, LENGTH: String(packed.length), PACKED: spelled(packed) };
  writeFileSync(
    path.join(STATIC, 'panel.js'),
    code.replace(/@(DIGITS|LENGTH|PACKED)@/g, (_, name) => filled[name]),
  );
  await build({
    ...shared,
    entryPoints: [path.join(HERE, 'style/index.css')],
    outfile: path.join(STATIC, 'panel.css'),
  });
}

/** *bytes* as text, five digits for four bytes; zeros fill up the last four. */
function spelled(bytes) {
  const whole = Buffer.alloc(Math.ceil(bytes.length / 4) * 4);
  bytes.copy(whole);
  let text = '';
  for (let at = 0; at < whole.length; at += 4) {
    let word = whole.readUInt32BE(at);
    let five = '';
    for (let place = 0; place < 5; place += 1) {
      five = DIGITS[word % 85] + five;
      word = Math.floor(word / 85);
    }
    text += five;
  }
  return text;
}

/** What JupyterLab fetches at its start: the entry, and the chunks that hold the plugin and style. */
function sizeOfLab() {
  const folder = path.join(LAB, 'static');
  const files = readdirSync(folder);
  const [entry] = files.filter((name) => name.startsWith('remoteEntry.'));
  const text = readFileSync(path.join(folder, entry), 'utf8');
  const start = text.match(/"\.\/index":.{0,400}?\.then|"\.\/index".{0,200}?\}/s)?.[0] ?? '';
  const chunks = [...start.matchAll(/\.e\("?(\w+)"?\)/g)].map((found) => found[1]);
  const fetched = files.filter((name) => chunks.some((id) => name.startsWith(`${id}.`)));
  if (fetched.length === 0) {
    throw new Error('The chunk of the plugin was not found; the builder writes its entry anew.');
  }
  return [entry, ...fetched]
    .map((name) => statSync(path.join(folder, name)).size)
    .reduce((sum, size) => sum + size, 0);
}

function judge(name, size, most) {
  const words = `${name}: ${(size / 1000).toFixed(1)} KB of at most ${most / 1000} KB`;
  if (size > most && !development) {
    throw new Error(`${words}. Find what grew; a library that came along is the usual reason.`);
  }
  console.log(words);
}

await panel();
lab();
judge('panel in a cell', statSync(path.join(STATIC, 'panel.js')).size, MOST.panel);
judge('lab extension', sizeOfLab(), MOST.lab);
