// Reviewed by hand: which outline of Natural Earth is which state in our table of states.
//
// Natural Earth numbers states by ISO 3166-1 numeric and leaves Kosovo without a number; its names
// are partly old. Hence codes of our own choice here, and names only from `crates/node/src/states.rs`.
// An outline missing here fails the build if it reaches into the region.

/** By ISO 3166-1 numeric. */
export const BY_NUMBER = {
  '008': 'AL',
  '012': 'DZ',
  '040': 'AT',
  '070': 'BA',
  100: 'BG',
  191: 'HR',
  203: 'CZ',
  276: 'DE',
  300: 'GR',
  336: 'VA',
  348: 'HU',
  380: 'IT',
  434: 'LY',
  470: 'MT',
  498: 'MD',
  499: 'ME',
  616: 'PL',
  642: 'RO',
  674: 'SM',
  688: 'RS',
  703: 'SK',
  705: 'SI',
  756: 'CH',
  788: 'TN',
  792: 'TR',
  804: 'UA',
  807: 'MK',
};

/** What has no number. */
export const BY_NAME = { Kosovo: 'XK' };
