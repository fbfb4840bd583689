// A client that knows the API by its generated types alone. `tsc` checks that they say what the schema says; running it,
// with the URL of a server, that the server keeps to them.
import type {
  AnythingQuery, AnythingQueryVariables, CustomerWhere, OrderFieldsFragment, OrderOrderBy, OrdersQuery, OrdersQueryVariables,
  OrderStatus, OrderWhere, SalesQuery, SalesQueryVariables,
} from './types';

declare const process: { argv: string[]; exitCode: number };
declare function fetch(url: string, init: object): Promise<{ json(): Promise<unknown> }>;
declare const console: { log(line: string): void; error(e: unknown): void };

const [url, documents] = process.argv.slice(2) as [string, string];

async function run<Data, Variables>(operationName: string, variables: Variables): Promise<Data> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query: documents, operationName, variables }),
  });
  const { data, errors } = (await response.json()) as { data?: Data | null; errors?: { message: string }[] };
  if (errors || !data) throw new Error(`${operationName}: ${JSON.stringify(errors)}`);
  return data;
}

// Filters and orders, with what is nested and what is listed.
const german: CustomerWhere = { country: { eq: 'Germany' } };
const where: OrderWhere = {
  and: [{ freight: { gte: '1' }, orderedAt: { gte: '1990-01-01T00:00:00Z' } }, { not: { customer: german } }],
  lines: { some: { product: { name: { containsFold: 'a' } } } },
};
const orderBy: OrderOrderBy[] = [{ customer: { companyName: 'ASC_NULLS_LAST' } }, { lines: { count: 'DESC' } }, { freight: 'DESC' }];

// What must not pass.
// @ts-expect-error a decimal is a text: a number would lose digits
export const rounded: OrderWhere = { freight: { gte: 1.5 } };
// @ts-expect-error a field that is not there
export const misspelt: OrderWhere = { freigth: { gte: '1' } };
// @ts-expect-error an enum value that is not there
export const lost: OrderWhere = { status: { eq: 'LOST' } };
// @ts-expect-error an id has no order
export const ordered: OrderWhere = { id: { gt: 'x' } };
// @ts-expect-error an argument that is required
export const unbounded: OrdersQueryVariables = {};

const days = (from: string, to: string | null | undefined): number => (to ? (Date.parse(to) - Date.parse(from)) / 86_400_000 : 0);
const labels: Record<OrderStatus, string> = { PLACED: 'placed', SHIPPED: 'shipped', CANCELLED: 'cancelled' };
const line = (o: OrderFieldsFragment): string =>
  [labels[o.status].padEnd(9), days(o.orderedAt, o.shippedAt).toFixed(0), o.freight.padStart(8), o.customer.code.trim(), o.customer.companyName].join(' ');

async function main(): Promise<void> {
  let seen = 0;
  let total = 0;
  let last: OrderFieldsFragment | undefined;
  let after: string | null = null;
  for (let page = 0; page < 3; page++) {
    const { orders }: OrdersQuery = await run<OrdersQuery, OrdersQueryVariables>('Orders', { first: 5, after, where, orderBy });
    for (const order of orders.nodes) {
      line(order);
      if (order.lines.nodes.some((l) => l.quantity < 1 || !/^\d+(\.\d+)?$/.test(l.amount) || l.product.name === '')) throw new Error(`lines of ${order.id}`);
      last = order;
    }
    seen += orders.nodes.length;
    total = orders.totalCount;
    after = orders.pageInfo.endCursor ?? null;
    if (!orders.pageInfo.hasNextPage) break;
  }
  if (!last) throw new Error('no orders');

  const { node } = await run<AnythingQuery, AnythingQueryVariables>('Anything', { id: last.id });
  if (node?.__typename !== 'Order') throw new Error(`node is ${node?.__typename}`);
  if (line(node) !== line(last)) throw new Error('node is another order');

  const { ordersAggregate } = await run<SalesQuery, SalesQueryVariables>('Sales', {});
  const countries = ordersAggregate.map((g) => `${g.group.customer.country ?? 'nowhere'} ${g.count} ${g.sum.freight ?? '0'}`);

  console.log(JSON.stringify({ seen, total, countries: countries.length }));
}

main().catch((e: unknown) => {
  console.error(e);
  process.exitCode = 1;
});
