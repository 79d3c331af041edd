import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Layout, PackedMemory } from './layout.ts';

describe('packed memory', () => {
  it('keeps what was written to each field, whatever is written to the others', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 2, max: 5000 }), { minLength: 1, maxLength: 30 }), (sizes) => {
        const layout = new Layout();
        const fields = sizes.map((values, index) => {
          if (index % 3 === 0) layout.group();
          return layout.field(values);
        });
        layout.place();
        const memory = new PackedMemory();
        memory.look(new Int32Array(layout.words + 3), 3);
        for (const [index, field] of fields.entries()) memory.set(field, (sizes[index] as number) - 1);
        for (const field of fields.filter((_field, index) => index % 2 === 1)) memory.set(field, 0);
        expect(fields.map((field) => memory.get(field))).toEqual(
          sizes.map((values, index) => (index % 2 === 1 ? 0 : values - 1)),
        );
      }),
    );
  });

  it('starts a new word rather than split a field', () => {
    const layout = new Layout();
    const fields = [layout.field(2 ** 20), layout.field(2 ** 20)];
    expect(layout.place()).toBe(2);
    expect(fields.map(({ word, shift }) => [word, shift])).toEqual([
      [0, 0],
      [1, 0],
    ]);
  });

  it('puts a group that fits into one word into one word, beside another that fits too', () => {
    const layout = new Layout();
    const groups = [20, 18, 12, 14].map((bits) => {
      layout.group();
      return [layout.field(2 ** (bits - 1)), layout.field(2)];
    });
    expect(layout.place()).toBe(2);
    expect(groups.map((fields) => fields.map(({ word }) => word))).toEqual([
      [0, 0],
      [1, 1],
      [0, 0],
      [1, 1],
    ]);
  });

  it('takes a group apart rather than take a word more', () => {
    const layout = new Layout();
    const groups = [20, 20, 24].map((bits) => {
      layout.group();
      return [layout.field(2 ** (bits - 12)), layout.field(2 ** 12)];
    });
    expect(layout.place()).toBe(2);
    expect(groups.map((fields) => fields.map(({ word, shift }) => [word, shift]))).toEqual([
      [
        [1, 0],
        [1, 8],
      ],
      [
        [0, 24],
        [1, 20],
      ],
      [
        [0, 0],
        [0, 12],
      ],
    ]);
  });

  it('refuses a value that the field cannot hold', () => {
    const memory = new PackedMemory();
    memory.look(new Int32Array(1), 0);
    expect(() => memory.set({ word: 0, shift: 0, mask: 3 }, 4)).toThrow('Cannot store 4 as the field holds 0 to 3');
  });
});
