import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/** Text of a store is data: nothing may turn it into markup. */
const MARKUP = [
  { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: 'Use text nodes.' },
  { selector: 'MemberExpression[property.name=/^(inner|outer)HTML$/]', message: 'Use text nodes.' },
  {
    selector: "CallExpression[callee.property.name='insertAdjacentHTML']",
    message: 'Use text nodes.',
  },
];

export default tseslint.config(
  { ignores: ['lib/', 'node_modules/'] },
  ...tseslint.configs.recommended,
  {
    files: ['src/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': hooks },
    rules: {
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      'no-restricted-syntax': ['error', ...MARKUP],
      'max-lines': ['error', 300],
    },
  },
  {
    // The whole contract stands in one place.
    files: ['src/protocol.ts'],
    rules: { 'max-lines': 'off' },
  },
  {
    // The components know neither host; the shells in lab/ and widget/ do.
    files: ['src/ui/**', 'src/sections/**', 'src/*.{ts,tsx}'],
    ignores: ['src/index.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: ['@jupyterlab/*', '@jupyter-widgets/*', '@lumino/*', '@anywidget/*'] },
      ],
    },
  },
);
