import { graphql } from 'relay-runtime';

// A node by its id; a connection below it that is fetched again through node(id:); both directions at once.
graphql`
  query CustomerPageQuery($id: ID!) {
    node(id: $id) {
      __typename
      ...CustomerPage_customer @alias
    }
  }
`;

graphql`
  fragment CustomerPage_customer on Customer @refetchable(queryName: "CustomerPageRefetchQuery") {
    companyName
    ...CustomerPage_orders
    ...CustomerPage_latest
  }
`;

graphql`
  fragment CustomerPage_orders on Customer
  @refetchable(queryName: "CustomerPageOrdersQuery")
  @argumentDefinitions(
    first: { type: "Int", defaultValue: 5 }
    after: { type: "String" }
    last: { type: "Int" }
    before: { type: "String" }
  ) {
    orders(first: $first, after: $after, last: $last, before: $before) @connection(key: "CustomerPage_orders") {
      edges {
        cursor
        node {
          ...OrderRow_order
          lines(first: 3) {
            nodes {
              quantity
              product {
                name
              }
            }
          }
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
`;

// Backward only, with an alias beside the connection above.
graphql`
  fragment CustomerPage_latest on Customer
  @refetchable(queryName: "CustomerPageLatestQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 3 }, cursor: { type: "String" }) {
    latest: orders(last: $count, before: $cursor, orderBy: [{ orderedAt: ASC }])
      @connection(key: "CustomerPage_latest", filters: ["orderBy"]) {
      edges {
        node {
          orderedAt
        }
      }
    }
  }
`;
