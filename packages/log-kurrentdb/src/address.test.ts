import { describe, expect, it } from 'vitest';
import { parseAddress } from './address.ts';

describe('an address', () => {
  it.each([
    ['kurrentdb://localhost:2113', 'kurrentdb://localhost:2113', 'kurrentdb://localhost:2113', '', undefined],
    ['esdb://a:1,b:2/?tls=false', 'kurrentdb://a:1,b:2?tls=false', 'kurrentdb://a:1,b:2', '', undefined],
    [
      'kurrentdb+discover://me:p%40ss:word@db?prefix=lab.&nodePreference=leader',
      'kurrentdb+discover://db?nodePreference=leader',
      'kurrentdb+discover://db',
      'lab.',
      { username: 'me', password: 'p@ss:word' },
    ],
    ['kurrentdb://me:secret@db?TLS=false', 'kurrentdb://db?tls=false', 'kurrentdb://db', '', undefined],
    ['kurrentdb://db?connectionName=a@b', 'kurrentdb://db?connectionName=a@b', 'kurrentdb://db', '', undefined],
  ])('is taken apart: %s', (text, connection, shown, prefix, credentials) => {
    expect(parseAddress(text)).toEqual({ connection, shown, prefix, credentials });
  });

  it('gives way to options', () => {
    expect(parseAddress('kurrentdb://db?prefix=lab.', { prefix: 'other.' }).prefix).toBe('other.');
  });
});
