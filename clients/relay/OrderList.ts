import { graphql } from 'relay-runtime';

// Forward, with a filter and an order; the fragment fetches its own next page.
graphql`
  query OrderListQuery($count: Int!, $where: OrderWhere) {
    ...OrderList_orders @arguments(count: $count, where: $where)
  }
`;

graphql`
  fragment OrderList_orders on Query
  @refetchable(queryName: "OrderListPaginationQuery")
  @argumentDefinitions(
    count: { type: "Int", defaultValue: 10 }
    cursor: { type: "String" }
    where: { type: "OrderWhere" }
  ) {
    orders(first: $count, after: $cursor, where: $where, orderBy: [{ freight: DESC }]) @connection(key: "OrderList_orders") {
      totalCount
      edges {
        node {
          ...OrderRow_order
        }
      }
    }
  }
`;

graphql`
  fragment OrderRow_order on Order {
    id
    status
    freight
    customer {
      companyName
    }
  }
`;
