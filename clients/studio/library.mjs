// The lending library, as a user of its studio knows it: ids of every kind, arrays, documents, bytes, soft deletion, rows and
// fields that not everyone sees. Its words are hard to quote, on purpose.
export const domain = {
  entities: 11,
  list: {
    entity: 'Member', rows: 18, plural: 'members', label: 'name', text: 'handle', other: 'level', otherValue: 'gold', many: 'loans', target: 'Loan', optional: 'email', counts: ['2', '1'],
    plain: ['name', 'eq', 'E'],
  },
  child: { entity: 'Item', rows: 37, label: 'number', one: 'book', target: 'Book', targetLabel: 'title', pick: '日本' },
  made: { entity: 'Note', plural: 'notes', needed: { body: 'Slow Books' }, more: ['body'] },
  given: { entity: 'Branch', plural: 'branches', values: { key: 'the "attic"', name: 'Slow Books' }, name: 'name' },
  wrong: { entity: 'Book', field: 'edition', value: '99999' },
  group: { entity: 'Member', by: 'level', most: ['null', '7'] },
  buckets: { entity: 'Book', by: 'addedAt', bucket: 'YEAR', bars: ['0001', '1969', '2024'] },
  far: { path: ['loans', 'item', 'book'], field: 'format', op: 'eq', value: 'audio' },
  long: { entity: 'Loan', rows: 45, plural: 'loans' },
  roles: { viewer: 'north', entity: 'Member', rows: 18, fewer: 6, hidden: ['Branch', 'budget'] },
  described: { entity: 'Branch', doc: 'A house of the library', see: ['anyone', 'budget', 'staff'], change: ['anyone'] },
  values: [
    { entity: 'Book', id: ['edition', 'eq', '0'], cells: { title: 'aa', isbn: '978-0', format: 'paperback', price: '9999999999.99', weight: 'null', cover: '“”', details: 'null', tags: 'y', ratings: 'null', inPrint: 'true', published: '1991-02-02' } },
    { entity: 'Book', id: ['edition', 'eq', '3'], cells: { title: '🦉', weight: '5e-324', cover: '3q2+7w==', details: /\{"b":\s*"é\\n"\}/, ratings: /^0\s*2$/, inPrint: 'null' } },
    { entity: 'Book', id: ['edition', 'eq', '11'], cells: { title: 'c\\', tags: '[ ]', inPrint: 'false', price: '0.10' } },
    { entity: 'Book', id: ['edition', 'eq', '13'], cells: { tags: /^\{"\}\s*NULL\s*é$/ } },
    { entity: 'Card', id: ['number', 'eq', '4294967295'], cells: { number: '4294967295' } },
    { entity: 'Holding', cells: { copies: /^\d+$/ } },
  ],
  time: { entity: 'Book', field: 'addedAt', where: ['edition', 'eq', '13'], utc: '2024-02-29 23:59:59.999999', local: '2024-02-29 18:59:59.999999' },
  json: { entity: 'Book', field: 'details', where: ['edition', 'eq', '22'], key: 'c' },
  longText: { entity: 'Member', field: 'handle', where: ['handle', 'eq', 'line\nbreak14'], text: 'line\nbreak14' },
  secret: [{ entity: 'Member', field: 'pin', value: '1234' }],
  secretList: 'members',
};
