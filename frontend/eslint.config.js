import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'
import vue from 'eslint-plugin-vue'
import a11y from 'eslint-plugin-vuejs-accessibility'

/** What a floor may not import. Aliased and relative paths are both meant. */
function floor(name, forbidden) {
  return {
    files: [`src/${name}/**/*.{ts,vue}`],
    rules: {
      'no-restricted-imports': ['error', { patterns: forbidden.map(([regex, message]) => ({ regex, message })) }],
    },
  }
}

const from = (...rooms) => `^(@/|(\\.\\./)+)(${rooms.join('|')})(/|$)`
const order = 'The order is app -> features -> (api, ui, lib): look down, never up or sideways.'
const throughTheDoor = [
  '^@/features/[^/]+/.+',
  'Another feature is seen through its index.ts alone: import from @/features/<name>.',
]

export default defineConfig(
  { ignores: ['src/api/schema.d.ts', 'node_modules'] },
  tseslint.configs.recommended,
  vue.configs['flat/recommended'],
  a11y.configs['flat/recommended'],
  {
    files: ['**/*.{ts,vue}'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-undef': 'off',
      'no-console': ['error', { allow: ['error', 'warn'] }],
      eqeqeq: ['error', 'smart'],
      'vue/no-v-html': 'error',
      'vue/no-static-inline-styles': 'error',
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/multi-word-component-names': 'off',
      'vue/require-default-prop': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-self-closing': ['error', { html: { void: 'always', normal: 'any', component: 'always' } }],
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vuejs-accessibility/label-has-for': 'off',
      'vuejs-accessibility/form-control-has-label': 'off',
    },
  },
  floor('app', [throughTheDoor]),
  floor('features', [
    throughTheDoor,
    [from('app'), order],
    ['^(\\.\\./){2,}', 'Do not climb out of a feature: use @/api, @/ui, @/lib or @/features/<name>.'],
  ]),
  floor('api', [[from('app', 'features', 'ui'), order]]),
  floor('ui', [[from('app', 'features', 'api'), order]]),
  floor('lib', [[from('app', 'features', 'api', 'ui'), order]]),
)
