import { type DummyRule, defineConfig } from 'oxlint';

const RESTRICTED_GLOBALS: DummyRule = [
  'error',
  {
    name: 'process',
    message: 'only what runs as a process of its own knows it: take what you need as an argument',
  },
  { name: 'console', message: 'only sinks print, and only what src/messages has made safe' },
  { name: 'fetch', message: 'requests go through src/http: it has the limits, the proxy and the deadline' },
];

export default defineConfig({
  jsPlugins: ['./oxlint.layers.ts'],
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'node', 'promise', 'vitest'],
  options: { typeAware: true, reportUnusedDisableDirectives: 'error' },
  ignorePatterns: ['dist/**', 'lib/**', 'coverage/**', 'reports/**', 'node_modules/**'],
  categories: { correctness: 'error', suspicious: 'error' },
  rules: {
    // Promises: a lost one is a write whose result nobody knows.
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/await-thenable': 'error',
    'typescript/return-await': ['error', 'in-try-catch'],
    'typescript/use-unknown-in-catch-callback-variable': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/prefer-promise-reject-errors': 'error',

    // Unions: every member is named and there is no `default`, so that a new member is found everywhere.
    'typescript/switch-exhaustiveness-check': ['error', { allowDefaultCaseForExhaustiveSwitch: false }],
    // The same, without types and wrong about exhaustive switches; the compiler has noImplicitReturns.
    'typescript/consistent-return': 'off',

    // Types: what comes from outside is unknown until it was looked at.
    'typescript/no-explicit-any': 'error',
    'typescript/no-unsafe-argument': 'error',
    'typescript/no-unsafe-assignment': 'error',
    'typescript/no-unsafe-call': 'error',
    'typescript/no-unsafe-member-access': 'error',
    'typescript/no-unsafe-return': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/no-deprecated': 'error',
    'typescript/restrict-plus-operands': 'error',
    'typescript/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
    // A cast after a check is how a decoder ends; the unsafe ones above are the dangerous ones.
    'typescript/no-unsafe-type-assertion': 'off',
    // Spreading a string to walk its code points is what is meant here.
    'typescript/no-misused-spread': 'off',

    // Imports. Who may import whom is in oxlint.layers.ts.
    'typescript/consistent-type-imports': 'error',
    'typescript/no-import-type-side-effects': 'error',
    'import/no-cycle': ['error', { ignoreTypes: true }],
    'import/no-commonjs': 'error',
    'import/no-default-export': 'error',
    'import/no-named-as-default-member': 'off',

    'eslint/eqeqeq': 'error',
    'eslint/no-empty': 'error',
    'eslint/no-param-reassign': 'error',
    'eslint/no-warning-comments': 'error',
    'unicorn/filename-case': 'error',
    'unicorn/no-array-sort': 'off',
    'unicorn/no-array-reverse': 'off',
    'unicorn/no-new-array': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'promise/always-return': 'off',
    'vitest/no-conditional-expect': 'off',
    // Helpers that assert are how a test reads as a sentence.
    'vitest/no-standalone-expect': 'off',
    'vitest/expect-expect': [
      'error',
      { assertFunctionNames: ['expect*', 'expectTypeOf', 'assert*', '*.expect*'] },
    ],
    // The second is what to say when it fails.
    'vitest/valid-expect': ['error', { maxArgs: 2 }],
  },
  overrides: [
    {
      files: ['src/**/*.ts', 'packages/*/src/**/*.ts'],
      rules: { 'layers/may-import': 'error', 'eslint/no-restricted-globals': RESTRICTED_GLOBALS },
    },
    {
      // What runs as a process of its own.
      files: ['src/{process,runner}/**/*.ts', 'src/cli/*.ts', 'src/cli/{completion,emulate}/**/*.ts'],
      rules: { 'eslint/no-restricted-globals': 'off' },
    },
    {
      files: ['*.config.ts', '*.config.mjs'],
      rules: { 'import/no-default-export': 'off' },
    },
    {
      // expect.anything() and its kin are `any` by declaration.
      files: ['test/**/*.ts'],
      rules: { 'typescript/no-unsafe-assignment': 'off' },
    },
    {
      // Plain JavaScript: without declarations, everything that is parsed or passed is `any`.
      files: ['**/*.mjs'],
      rules: {
        'typescript/no-misused-promises': 'off',
        'typescript/require-array-sort-compare': 'off',
        'typescript/no-unsafe-argument': 'off',
        'typescript/no-unsafe-assignment': 'off',
        'typescript/no-unsafe-call': 'off',
        'typescript/no-unsafe-member-access': 'off',
        'typescript/no-unsafe-return': 'off',
      },
    },
  ],
});
