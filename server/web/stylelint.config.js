/** The menu page is drawn by Chromium 102 (Qt 6.4); the administration by whatever browser an admin has. */
export default {
  extends: ['stylelint-config-standard'],
  plugins: ['stylelint-no-unsupported-browser-features'],
  ignoreFiles: ['dist/**', 'node_modules/**'],
  rules: {
    'custom-property-empty-line-before': null,
    'declaration-empty-line-before': null,
    'no-descending-specificity': null,
    'property-no-vendor-prefix': null,
    'selector-class-pattern': null,
    'value-no-vendor-prefix': null,
    'media-feature-range-notation': 'prefix',
  },
  overrides: [
    {
      files: ['menu/**/*.css', 'shared/**/*.css'],
      rules: {
        'plugin/no-unsupported-browser-features': [true, { browsers: ['chrome 102'], ignorePartialSupport: true }],
        // The processor paints: nothing that costs it a second pass.
        'property-disallowed-list': [
          'animation',
          'backdrop-filter',
          'box-shadow',
          'filter',
          'text-shadow',
          'transition',
          'will-change',
        ],
      },
    },
  ],
};
